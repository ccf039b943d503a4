"""Backends and their health: a check on the listener's port asks the guest whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.blb.listeners import listener_of
from cloudsim.blb.service import SERVICE, change, find, find_settled
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import listed, sliced
from cloudsim.store.collection import Document
from cloudsim.world.guests import answers

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
MAX_BACKENDS = 100
ALIVE, DEAD = "Alive", "Dead"


class Backend(BaseModel):
    """One backend with its weight."""

    instanceId: str
    weight: Annotated[int, Field(ge=0, le=100)] = 50


class Backends(BaseModel):
    """Body of AddBackendServers and UpdateBackendServers."""

    backendServerList: Annotated[list[Backend], Field(min_length=1, max_length=MAX_BACKENDS)]


class Removed(BaseModel):
    """Body of RemoveBackendServers."""

    backendServerList: Annotated[list[str], Field(min_length=1, max_length=MAX_BACKENDS)]


def health_of(world: World, listener: Json, instance: Document | None) -> str:
    """`Alive` when the backend answers on the port that is checked."""
    port = listener.get("healthCheckPort") or listener["backendPort"]
    return ALIVE if instance is not None and answers(world, instance, port) else DEAD


@SERVICE.operation(
    "POST", "/v1/blb/{blb_id}/backendserver", name="AddBackendServers", access="operate", body=Backends, idempotent=True
)
def add_backends(call: Call, body: Backends) -> None:
    """Put instances of the same network behind the load balancer."""
    document = find_settled(call)
    present = {one["instanceId"] for one in document["backends"]}
    for backend in body.backendServerList:
        instance = call.owned(INSTANCES, backend.instanceId)
        if instance["vpcId"] != document["vpcId"]:
            raise invalid_parameter(f"{backend.instanceId} belongs to another VPC.")
        if backend.instanceId in present:
            raise CloudError("OperationDenied", f"{backend.instanceId} is a backend already.")
        present.add(backend.instanceId)
        document["backends"].append(backend.model_dump())
    if len(document["backends"]) > MAX_BACKENDS:
        raise CloudError("OperationDenied", f"A BLB has at most {MAX_BACKENDS} backends.")
    change(call, document)


@SERVICE.operation("GET", "/v1/blb/{blb_id}/backendserver", name="DescribeBackendServers", access="read")
def list_backends(call: Call) -> Json:
    """The backends and their weights."""
    document, limit = find(call), call.page_size()
    page = sliced(document["backends"], call.query.get("marker") or None, limit, "instanceId")
    return listed(call, "backendServerList", page, lambda one: _backend_view(call, one), limit)


def _backend_view(call: Call, backend: Document) -> Json:
    instance = call.collection(INSTANCES).get(backend["instanceId"])
    return {**backend, "privateIp": instance["internalIp"] if instance else ""}


@SERVICE.operation(
    "GET", "/v1/blb/{blb_id}/backendserver", query="listenerPort", name="DescribeHealthStatus", access="read"
)
def describe_health(call: Call) -> Json:
    """What the health check of one listener finds."""
    document, limit = find(call), call.page_size()
    listener = listener_of(document, call.integer("listenerPort", 0, 1, 65_535))
    if listener is None:
        raise CloudError("NoSuchObject", "The BLB has no listener on that port.")
    page = sliced(document["backends"], call.query.get("marker") or None, limit, "instanceId")

    def view(backend: Document) -> Json:
        instance = call.collection(INSTANCES).get(backend["instanceId"])
        return {**_backend_view(call, backend), "status": health_of(call.world, listener, instance)}

    answer = listed(call, "backendServerList", page, view, limit)
    return {
        **answer,
        "type": listener["type"],
        "listenerPort": listener["listenerPort"],
        "backendPort": listener["backendPort"],
    }


@SERVICE.operation(
    "PUT",
    "/v1/blb/{blb_id}/backendserver",
    query="update",
    name="UpdateBackendServers",
    access="operate",
    body=Backends,
    idempotent=True,
)
def update_backends(call: Call, body: Backends) -> None:
    """Other weights; 0 takes a backend out of service."""
    document = find_settled(call)
    weights = {one.instanceId: one.weight for one in body.backendServerList}
    _check_present(document, list(weights))
    for backend in document["backends"]:
        backend["weight"] = weights.get(backend["instanceId"], backend["weight"])
    change(call, document)
    lifted = all(backend["weight"] > 0 for backend in document["backends"])
    scenarios.react(call.world, "UpdateBackendServers", document["id"], {"allWeighted": lifted}, call.now)


@SERVICE.operation(
    "PUT",
    "/v1/blb/{blb_id}/backendserver",
    name="RemoveBackendServers",
    access="operate",
    body=Removed,
    idempotent=True,
)
def remove_backends(call: Call, body: Removed) -> None:
    """Take instances away from the load balancer."""
    document = find_settled(call)
    _check_present(document, body.backendServerList)
    document["backends"] = [one for one in document["backends"] if one["instanceId"] not in body.backendServerList]
    change(call, document)


def _check_present(document: Document, identifiers: list[str]) -> None:
    present = {one["instanceId"] for one in document["backends"]}
    missing = [one for one in identifiers if one not in present]
    if missing:
        raise CloudError("NoSuchObject", f"{missing[0][:64]!r} is not a backend of the BLB.")
