"""Disks: list, create, attach, detach, resize, roll back, release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.catalogue import zones
from cloudsim.bcc.change import Billing
from cloudsim.bcc.kinds import INSTANCES, SNAPSHOTS, VOLUMES
from cloudsim.bcc.service import SERVICE
from cloudsim.bcc.states import RELEASABLE_VOLUME, VOLUME_TRANSITIONS
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter, no_such_object
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.ids import shaped
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
SETTLE = "volume.settle"
SMALLEST_GB, LARGEST_GB = 5, 32_765
MAX_DATA_DISKS = 16
QUOTA = 1000


class NewVolume(BaseModel):
    """Body of CreateVolume: a size, or a snapshot to start from."""

    cdsSizeInGB: int | None = None
    snapshotId: str | None = None
    storageType: str = "cloud_hp1"
    zoneName: str | None = None
    name: Annotated[str, Field(max_length=65)] | None = None
    purchaseCount: Annotated[int, Field(ge=1, le=100)] = 1
    billing: Billing = Billing()


class Attachment(BaseModel):
    """Body of attach and detach."""

    instanceId: str


class NewSize(BaseModel):
    """Body of resize."""

    newCdsSizeInGB: int | None = None
    newVolumeType: str | None = None


class Rollback(BaseModel):
    """Body of rollback."""

    snapshotId: str


def volume_view(call: Call, document: Document) -> Json:
    """VolumeModel of the public protocol."""
    attached = document.get("instanceId") or ""
    snapshots = call.collection(SNAPSHOTS).count(call.account_id, None, {"volumeId": document["id"]})
    return {
        "id": document["id"],
        "name": document["name"],
        "type": document["type"],
        "storageType": document["storageType"],
        "diskSizeInGB": document["diskSizeInGB"],
        "paymentTiming": document["paymentTiming"],
        "createTime": document["createTime"],
        "expireTime": document.get("expireTime", ""),
        "status": document["status"],
        "desc": document.get("desc", ""),
        "attachments": [
            {
                "volumeId": document["id"],
                "instanceId": attached,
                "device": document.get("device", ""),
                "serial": shaped("k", document["id"])[2:],
            }
        ]
        if attached
        else [],
        "zoneName": document["zoneName"],
        "isSystemVolume": document["type"] == "System",
        "regionId": document["region"],
        "sourceSnapshotId": document.get("sourceSnapshotId", ""),
        "snapshotNum": str(snapshots),
        "autoSnapshotPolicy": None,
        "tags": document.get("tags", []),
        "encrypted": False,
        "enableAutoRenew": False,
    }


@SERVICE.operation("GET", "/v2/volume", name="ListVolumes", access="read")
def list_volumes(call: Call) -> Json:
    """A page of the caller's disks."""
    limit, marker = call.page_size(), call.query.get("marker") or None
    where = {"instanceId": call.query.get("instanceId") or None, "name": call.query.get("name") or None}
    zone = call.query.get("zoneName")
    page = call.collection(VOLUMES).page(call.account_id, call.region, marker, limit, where)
    volumes = [volume_view(call, document) for document in page.items if not zone or document["zoneName"] == zone]
    view: Json = {
        "marker": marker or "",
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        "volumes": volumes,
    }
    if page.next_marker:
        view["nextMarker"] = page.next_marker
    return view


@SERVICE.operation("GET", "/v2/volume/{volume_id}", name="GetVolume", access="read")
def get_volume(call: Call) -> Json:
    """One disk."""
    return {"volume": volume_view(call, call.owned(VOLUMES, call.params["volume_id"]))}


def check_size(size: int | None) -> int:
    """A disk size in GB within the documented limits."""
    if size is None or not SMALLEST_GB <= size <= LARGEST_GB:
        raise CloudError("Volume.DiskSizeInvalid", f"The disk size must be {SMALLEST_GB} to {LARGEST_GB} GB.")
    return size


@SERVICE.operation("POST", "/v2/volume", name="CreateVolume", access="operate", body=NewVolume, idempotent=True)
def create_volume(call: Call, body: NewVolume) -> Json:
    """New CDS disks."""
    size, zone = body.cdsSizeInGB, body.zoneName
    if body.snapshotId is not None:
        snapshot = call.owned(SNAPSHOTS, body.snapshotId)
        size = size or snapshot["sizeInGB"]
    size = check_size(size)
    known = zones(call.world, call.region)
    if zone is not None and zone not in known:
        raise invalid_parameter(f"zoneName must be one of {', '.join(known)}.")
    if call.collection(VOLUMES).count(call.account_id) + body.purchaseCount > QUOTA:
        raise CloudError("Volume.DiskQuotaExceededLimit", f"An account may have {QUOTA} disks.")
    made = list(_new_volumes(call, body, size, zone or known[0]))
    return {"volumeIds": [volume["id"] for volume in made], "warningList": []}


def _new_volumes(call: Call, body: NewVolume, size: int, zone: str) -> Iterator[Document]:
    for _ in range(body.purchaseCount):
        identifier = call.world.ids.new("v")
        volume: Document = {
            "id": identifier,
            "accountId": call.account_id,
            "region": zone.split("-")[1],
            "name": body.name or identifier,
            "type": "Cds",
            "storageType": body.storageType,
            "diskSizeInGB": size,
            "paymentTiming": body.billing.paymentTiming or "Postpaid",
            "createTime": iso(call.now),
            "expireTime": "",
            "status": "Creating",
            "zoneName": zone,
            "instanceId": "",
            "device": "",
            "desc": "",
            "sourceSnapshotId": body.snapshotId or "",
        }
        _begin(call, volume, "create")
        yield volume


def _begin(call: Call, volume: Document, action: str, becomes: Json | None = None, deed: Json | None = None) -> None:
    transition = VOLUME_TRANSITIONS[action]
    transition.check(volume["status"])
    target = transition.target or volume["status"]
    volume["status"] = transition.through
    call.collection(VOLUMES).put(volume)
    call.world.agenda.cancel(volume["id"], SETTLE)
    seconds = getattr(call.world.pace, transition.speed)
    payload = {"id": volume["id"], "target": target, "becomes": becomes or {}, "action": action, "deed": deed or {}}
    call.world.agenda.schedule(later(call.now, seconds), SETTLE, volume["id"], payload)


@happening(SETTLE)
def settle(world: World, at: datetime, payload: Payload) -> None:
    """A disk's transition reaches its end."""
    volume = world.collection(VOLUMES).get(payload["id"])
    if volume is None:
        return
    owner = volume.get("instanceId") or payload["becomes"].get("instanceId", "")
    volume.update(payload["becomes"], status=payload["target"])
    world.collection(VOLUMES).put(volume)
    name = {"resize": "ResizeVolume", "rollback": "RollbackVolume"}.get(payload["action"])
    if name:
        scenarios.react(world, name, volume["id"], payload["deed"], at)
        if owner:
            scenarios.react(world, name, owner, payload["deed"], at)


@SERVICE.operation(
    "PUT", "/v2/volume/{volume_id}", query="attach", name="AttachVolume", access="operate", body=Attachment
)
def attach(call: Call, body: Attachment) -> Json:
    """Attach an available disk to an instance of the same zone."""
    volume = call.owned(VOLUMES, call.params["volume_id"])
    instance = call.owned(INSTANCES, body.instanceId)
    if instance["status"] not in ("Running", "Stopped"):
        raise CloudError("Volume.InstanceStatusCannotAttach", "The instance must be running or stopped.")
    if instance["zoneName"] != volume["zoneName"]:
        raise CloudError("AccessDenied", "The volume and the instance are in different zones.")
    if len(instance["volumeIds"]) > MAX_DATA_DISKS:
        raise CloudError("Volume.DiskAttachedQuotaExceededLimit", f"An instance takes {MAX_DATA_DISKS} data disks.")
    device = f"/dev/vd{chr(ord('a') + len(instance['volumeIds']))}"
    _begin(call, volume, "attach", {"instanceId": instance["id"], "device": device})
    instance["volumeIds"].append(volume["id"])
    call.collection(INSTANCES).put(instance)
    attachment = {
        "volumeId": volume["id"],
        "instanceId": instance["id"],
        "device": device,
        "serial": shaped("k", volume["id"])[2:],
    }
    return {"volumeAttachment": attachment, "warningList": []}


@SERVICE.operation(
    "PUT", "/v2/volume/{volume_id}", query="detach", name="DetachVolume", access="operate", body=Attachment
)
def detach(call: Call, body: Attachment) -> None:
    """Detach a data disk."""
    volume = call.owned(VOLUMES, call.params["volume_id"])
    instance = call.owned(INSTANCES, body.instanceId)
    if volume["type"] != "Cds" or volume.get("instanceId") != instance["id"]:
        raise CloudError("OperationDenied", "Only a data disk of this instance can be detached.")
    _begin(call, volume, "detach", {"instanceId": "", "device": ""})
    instance["volumeIds"].remove(volume["id"])
    call.collection(INSTANCES).put(instance)


@SERVICE.operation(
    "PUT",
    "/v2/volume/{volume_id}",
    query="resize",
    name="ResizeVolume",
    access="operate",
    body=NewSize,
    idempotent=True,
)
def resize(call: Call, body: NewSize) -> Json:
    """A larger disk; the file system in the guest still has to grow."""
    volume = call.owned(VOLUMES, call.params["volume_id"])
    size = check_size(body.newCdsSizeInGB if body.newCdsSizeInGB is not None else volume["diskSizeInGB"])
    if size < volume["diskSizeInGB"] or volume["type"] == "Ephemeral":
        raise CloudError("Volume.DiskSizeInvalid", "A disk can only grow, and a local disk not at all.")
    becomes = {"diskSizeInGB": size, "storageType": body.newVolumeType or volume["storageType"]}
    _begin(call, volume, "resize", becomes, {"larger": size > volume["diskSizeInGB"]})
    return {"warningList": []}


@SERVICE.operation(
    "PUT", "/v2/volume/{volume_id}", query="rollback", name="RollbackVolume", access="operate", body=Rollback
)
def rollback(call: Call, body: Rollback) -> None:
    """The disk as it was at the snapshot: what was written since is gone."""
    volume = call.owned(VOLUMES, call.params["volume_id"])
    snapshot = call.owned(SNAPSHOTS, body.snapshotId)
    if snapshot["volumeId"] != volume["id"]:
        raise no_such_object("snapshot of this volume", body.snapshotId)
    if snapshot["status"] != "Available":
        raise CloudError("OperationDenied", "The snapshot is not available.")
    instance = call.collection(INSTANCES).get(volume.get("instanceId") or "")
    if instance is not None and instance["status"] != "Stopped":
        raise CloudError("OperationDenied", "The instance must be stopped when a disk of it is rolled back.")
    _begin(call, volume, "rollback", None, {"snapshotId": snapshot["id"]})


@SERVICE.operation("DELETE", "/v2/volume/{volume_id}", name="ReleaseVolume", access="full")
def release(call: Call) -> None:
    """Give a detached disk back."""
    volume = call.owned(VOLUMES, call.params["volume_id"])
    if volume["status"] not in RELEASABLE_VOLUME:
        raise CloudError("OperationDenied", f"The volume cannot be released. Current status: {volume['status']}.")
    call.world.agenda.cancel(volume["id"])
    call.collection(VOLUMES).delete(volume["id"])


@SERVICE.operation("POST", "/v2/volume/{volume_id}", name="ReleaseVolumeWithSnapshots", access="full", idempotent=True)
def release_with_snapshots(call: Call) -> None:
    """The newer release call."""
    release(call)
