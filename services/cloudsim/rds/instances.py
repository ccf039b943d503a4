"""Database instances: list, detail, reboot, resize, rename, access, renewal, tasks."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import sliced
from cloudsim.rds.service import DATABASES, SERVICE, find_available, find_database, work_on
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso, months_later, parse

Json = dict[str, Any]
FIRST_MARKER = "-1"
# Sizes on sale: CPU -> memory in GB.
MEMORY_OF_CPU = {1: (1, 2, 4), 2: (4, 8, 16), 4: (8, 16, 32), 8: (16, 32, 64), 16: (32, 64, 128), 32: (64, 128, 256)}
MAX_VOLUME_GB = 4000
_ENDPOINT = re.compile(r"^[a-z][a-z0-9-]{2,29}$")


class Size(BaseModel):
    """Body of resize."""

    cpuCount: int | None = None
    memoryCapacity: float | None = None
    volumeCapacity: Annotated[int, Field(ge=5, le=MAX_VOLUME_GB)] | None = None


class NewName(BaseModel):
    """Body of rename."""

    instanceName: Annotated[str, Field(min_length=1, max_length=64)]


class SyncMode(BaseModel):
    """Body of modifySyncMode."""

    syncMode: Literal["Async", "Semi_sync"]


class PublicAccess(BaseModel):
    """Body of modifyPublicAccess."""

    publicAccess: bool


class Endpoint(BaseModel):
    """Body of modifyEndpoint."""

    address: str


class AutoRenew(BaseModel):
    """Body of autoRenew."""

    instanceIds: Annotated[list[str], Field(min_length=1, max_length=50)]
    autoRenewTimeUnit: Literal["month", "year"] = "month"
    autoRenewTime: Annotated[int, Field(ge=1, le=9)] = 1


class Renewal(BaseModel):
    """Body of renew; `duration` in months."""

    duration: Annotated[int, Field(ge=1, le=36)]
    instanceIds: Annotated[list[str], Field(min_length=1, max_length=50)]


class MaintainTime(BaseModel):
    """Body of maintaintime; a duration in hours."""

    maintainStartTime: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$")]
    maintainDuration: Annotated[int, Field(ge=1, le=6)]


class TaskQuery(BaseModel):
    """Body of the task list."""

    instanceId: str | None = None
    pageNo: Annotated[int, Field(ge=1, le=10_000)] = 1
    pageSize: Annotated[int, Field(ge=1, le=100)] = 10


def view(document: Document) -> Json:
    """The instance of the public protocol; lists and details have the same fields."""
    return {
        "instanceId": document["id"],
        "instanceName": document["name"],
        "engine": document["engine"],
        "engineVersion": document["engineVersion"],
        "instanceStatus": document["status"],
        "instanceType": "Master",
        "category": "Standard",
        "cpuCount": document["cpuCount"],
        "memoryCapacity": document["memoryCapacity"],
        "volumeCapacity": document["volumeCapacity"],
        "usedStorage": document["usedStorage"],
        "nodeAmount": 1,
        "endpoint": document["endpoint"],
        "publicAccessStatus": document["publicAccessStatus"],
        "paymentTiming": document["paymentTiming"],
        "instanceCreateTime": document["createTime"],
        "instanceExpireTime": document["expireTime"],
        "zoneNames": [document["zoneName"]],
        "region": document["region"],
        "vpcId": document["vpcId"],
        "subnets": [{"name": "default", "subnetId": document["subnetId"], "zoneName": document["zoneName"]}],
        "syncMode": document["syncMode"],
        "lockMode": document["lockMode"],
        "maintainStartTime": document["maintainStartTime"],
        "maintainDuration": document["maintainDuration"],
        "backupPolicy": document["backupPolicy"],
        "topology": {"rdsproxy": [], "master": [document["id"]], "readReplica": []},
    }


@SERVICE.operation("GET", "/v1/instance", name="ListInstances", access="read")
def list_instances(call: Call) -> Json:
    """A page of the caller's instances; the first marker is -1."""
    limit, given = call.page_size(), call.query.get("marker") or FIRST_MARKER
    found = call.collection(DATABASES).all_of(call.account_id, call.region)
    page = sliced(found, None if given == FIRST_MARKER else given, limit)
    answer: Json = {
        "marker": given,
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        "instances": [view(one) for one in page.items],
    }
    return {**answer, "nextMarker": page.next_marker} if page.next_marker else answer


@SERVICE.operation("GET", "/v1/instance/{instance_id}", name="GetInstanceDetail", access="read")
def get_instance(call: Call) -> Json:
    """One instance."""
    return view(find_database(call))


@SERVICE.operation("PUT", "/v1/instance/{instance_id}", query="reboot", name="RebootInstance", access="operate")
def reboot(call: Call) -> None:
    """Restart the database; parameters that wait for it take hold."""
    document = find_available(call)
    pending = document.get("pending", {})
    fields = {"parameters": {**document["parameters"], **pending}, "pending": {}}
    done = {"fields": fields, "deed": "RebootRdsInstance"}
    work_on(call, document, "Rebooting", call.world.pace.power, done)


@SERVICE.operation(
    "PUT", "/v1/instance/{instance_id}", query="resize", name="ResizeInstance", access="operate", body=Size
)
def resize(call: Call, body: Size) -> Json:
    """Another size; a volume only grows."""
    document = find_available(call)
    cpu, memory = body.cpuCount or document["cpuCount"], body.memoryCapacity or document["memoryCapacity"]
    volume = body.volumeCapacity or document["volumeCapacity"]
    if memory not in MEMORY_OF_CPU.get(cpu, ()):
        raise invalid_parameter(f"There is no size of {cpu} CPU and {memory:g} GB.")
    if volume < document["volumeCapacity"]:
        raise invalid_parameter("volumeCapacity cannot shrink.")
    larger = {
        "largerVolume": volume > document["volumeCapacity"],
        "largerMemory": memory > document["memoryCapacity"],
    }
    fields = {"cpuCount": cpu, "memoryCapacity": memory, "volumeCapacity": volume}
    done = {"fields": fields, "deed": "ResizeRdsInstance", "parameters": larger}
    work_on(call, document, "Modifying", call.world.pace.resize, done)
    return {"orderId": call.world.ids.text("order")}


def _set(call: Call, fields: Json) -> None:
    call.collection(DATABASES).put({**find_available(call), **fields})


@SERVICE.operation(
    "PUT", "/v1/instance/{instance_id}", query="rename", name="RenameInstance", access="operate", body=NewName
)
def rename(call: Call, body: NewName) -> None:
    """Another name."""
    _set(call, {"name": body.instanceName})


@SERVICE.operation(
    "PUT", "/v1/instance/{instance_id}", query="modifySyncMode", name="ModifySyncMode", access="operate", body=SyncMode
)
def modify_sync_mode(call: Call, body: SyncMode) -> None:
    """How replicas follow."""
    _set(call, {"syncMode": body.syncMode})


@SERVICE.operation(
    "PUT",
    "/v1/instance/{instance_id}",
    query="modifyPublicAccess",
    name="ModifyPublicAccess",
    access="operate",
    body=PublicAccess,
)
def modify_public_access(call: Call, body: PublicAccess) -> None:
    """Whether the database can be reached from the internet."""
    _set(call, {"publicAccessStatus": "Available" if body.publicAccess else "Closed"})


@SERVICE.operation(
    "PUT", "/v1/instance/{instance_id}", query="modifyEndpoint", name="ModifyEndpoint", access="operate", body=Endpoint
)
def modify_endpoint(call: Call, body: Endpoint) -> None:
    """Another host name in front of the same database."""
    if not _ENDPOINT.match(body.address):
        raise invalid_parameter("address must be 3 to 30 lower-case letters, digits or hyphens.")
    document = find_available(call)
    address = f"{body.address}.rds.{document['region']}.example"
    call.collection(DATABASES).put({**document, "endpoint": {**document["endpoint"], "address": address}})


@SERVICE.operation("PUT", "/v1/instance", query="autoRenew", name="AutoRenew", access="operate", body=AutoRenew)
def auto_renew(call: Call, body: AutoRenew) -> None:
    """Let prepaid instances renew themselves."""
    for document in _prepaid(call, body.instanceIds):
        rule = {"unit": body.autoRenewTimeUnit, "time": body.autoRenewTime}
        call.collection(DATABASES).put({**document, "autoRenew": rule})


@SERVICE.operation("POST", "/v1/instance/renew", name="RenewInstances", access="operate", body=Renewal)
def renew(call: Call, body: Renewal) -> Json:
    """Pay prepaid instances for longer."""
    for document in _prepaid(call, body.instanceIds):
        ends = months_later(max(call.now, parse(document["expireTime"])), body.duration)
        call.collection(DATABASES).put({**document, "expireTime": iso(ends)})
    return {"orderId": call.world.ids.text("order")}


def _prepaid(call: Call, identifiers: list[str]) -> list[Document]:
    found = []
    for identifier in identifiers:
        document = call.collection(DATABASES).get(identifier)
        if document is None or document["accountId"] != call.account_id:
            raise CloudError("InstanceNotFound", f"The instance {identifier[:64]!r} is not found.")
        if document["paymentTiming"] != "Prepaid":
            raise CloudError("OperationDenied", f"{identifier} is not prepaid.")
        found.append(document)
    return found


@SERVICE.operation(
    "PUT", "/v1/instance/{instance_id}/maintaintime", name="SetMaintainTime", access="operate", body=MaintainTime
)
def maintain_time(call: Call, body: MaintainTime) -> None:
    """When the cloud may work on the instance."""
    _set(call, body.model_dump())


@SERVICE.operation("GET", "/v1/instance/{instance_id}/databases", name="ListDatabases", access="read")
def list_databases(call: Call) -> Json:
    """The databases of the instance."""
    names = find_database(call)["databases"]
    views = [{"dbName": name, "characterSetName": "utf8mb4", "dbStatus": "available", "remark": ""} for name in names]
    return {"databases": views}


@SERVICE.operation("GET", "/v1/zone", name="ListZones", access="read")
def zones(call: Call) -> Json:
    """Where databases can be bought."""
    regions = [one for one in call.world.catalogue["regions"] if call.region in (None, one["name"])]
    return {"zones": [{"zoneNames": [zone["name"]], "available": True} for one in regions for zone in one["zones"]]}


@SERVICE.operation("GET", "/v1/instance/ssl/{instance_id}", name="GetSslStatus", access="read")
def ssl_status(call: Call) -> Json:
    """Whether connections are encrypted."""
    find_database(call)
    return {"isSslEnabled": False, "sslStatus": "closed"}


@SERVICE.operation("POST", "/v1/instance/task", name="ListTasks", access="read", body=TaskQuery)
def tasks(call: Call, body: TaskQuery) -> Json:
    """Work that is under way on instances."""
    found = [
        {"instanceId": one["id"], "taskType": one["status"], "taskStatus": "running"}
        for one in call.collection(DATABASES).all_of(call.account_id, call.region)
        if one["status"] != "Available" and body.instanceId in (None, one["id"])
    ]
    page = found[(body.pageNo - 1) * body.pageSize : body.pageNo * body.pageSize]
    return {"tasks": page, "count": len(found), "pageNo": body.pageNo, "pageSize": body.pageSize}
