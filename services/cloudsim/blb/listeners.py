"""Listeners: one operation of each sort for TCP, UDP, HTTP, HTTPS and SSL."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.blb.service import BALANCERS, SERVICE, change, find, find_settled
from cloudsim.certificate.certificates import DEPLOYMENTS, state_of
from cloudsim.certificate.service import CERTIFICATES
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import listed, sliced
from cloudsim.store.collection import Document
from cloudsim.world.guests import answers

Json = dict[str, Any]
TYPES = ("TCP", "UDP", "HTTP", "HTTPS", "SSL")
WITH_CERTIFICATE = ("HTTPS", "SSL")
MAX_LISTENERS = 50
Port = Annotated[int, Field(ge=1, le=65_535)]
Scheduler = Literal["RoundRobin", "LeastConnection", "Hash"]
Seconds = Annotated[int, Field(ge=1, le=60)]
Times = Annotated[int, Field(ge=2, le=5)]


class Health(BaseModel):
    """How backends are checked; the same fields in every sort of listener."""

    healthCheckPort: Port | None = None
    healthCheckType: Literal["TCP", "HTTP", "UDP", "ICMP"] | None = None
    healthCheckURI: Annotated[str, Field(max_length=256)] | None = None
    healthCheckTimeoutInSecond: Seconds | None = None
    healthCheckInterval: Seconds | None = None
    unhealthyThreshold: Times | None = None
    healthyThreshold: Times | None = None
    healthCheckNormalStatus: str | None = None
    healthCheckString: Annotated[str, Field(max_length=64)] | None = None
    keepSession: bool | None = None
    keepSessionTimeout: Annotated[int, Field(ge=1, le=86_400)] | None = None
    tcpSessionTimeout: Annotated[int, Field(ge=10, le=4_000)] | None = None
    udpSessionTimeout: Annotated[int, Field(ge=10, le=4_000)] | None = None
    xForwardedFor: bool | None = None
    serverTimeout: Annotated[int, Field(ge=1, le=3_600)] | None = None
    redirectPort: Port | None = None
    certIds: Annotated[list[str], Field(max_length=10)] | None = None
    encryptionType: str | None = None


class NewListener(Health):
    """Body of the five Create…Listener."""

    listenerPort: Port
    backendPort: Port
    scheduler: Scheduler


class ListenerChange(Health):
    """Body of the five Update…Listener."""

    backendPort: Port | None = None
    scheduler: Scheduler | None = None


class PortType(BaseModel):
    """One listener of two that share a port."""

    port: Port
    type: Literal["TCP", "UDP", "HTTP", "HTTPS", "SSL"]


class Ports(BaseModel):
    """Body of batchdelete."""

    portList: Annotated[list[Port], Field(max_length=MAX_LISTENERS)] = []
    portTypeList: Annotated[list[PortType], Field(max_length=MAX_LISTENERS)] = []


DEFAULTS: Json = {
    "healthCheckTimeoutInSecond": 3,
    "healthCheckInterval": 3,
    "unhealthyThreshold": 3,
    "healthyThreshold": 3,
}
DEFAULTS_OF_TYPE: dict[str, Json] = {
    "TCP": {"tcpSessionTimeout": 900, "healthCheckType": "TCP"},
    "UDP": {"udpSessionTimeout": 90, "healthCheckType": "UDP"},
    "HTTP": {"keepSession": False, "xForwardedFor": True, "serverTimeout": 30, "healthCheckURI": "/"},
    "HTTPS": {"keepSession": False, "xForwardedFor": True, "serverTimeout": 30, "healthCheckURI": "/"},
    "SSL": {"healthCheckType": "TCP", "serverTimeout": 900},
}


def new_listener(kind: str, fields: Json) -> Json:
    """A listener with the documented defaults for what was left out."""
    listener = {"type": kind, **DEFAULTS, **DEFAULTS_OF_TYPE[kind], **fields}
    listener.setdefault("healthCheckPort", listener["backendPort"])
    return listener


def listener_of(document: Document, port: int, kind: str | None = None) -> Json | None:
    """The listener on a port; TCP and UDP may share one."""
    for listener in document["listeners"]:
        if listener["listenerPort"] == port and kind in (None, listener["type"]):
            found: Json = listener
            return found
    return None


def _check_certificates(call: Call, kind: str, identifiers: list[str] | None) -> None:
    if kind not in WITH_CERTIFICATE:
        return
    if not identifiers:
        raise invalid_parameter(f"certIds is required for a listener of type {kind}.")
    for identifier in identifiers:
        call.owned(CERTIFICATES, identifier)


def _create(call: Call, body: NewListener, kind: str) -> None:
    document = find_settled(call)
    _check_certificates(call, kind, body.certIds)
    family = "UDP" if kind == "UDP" else "TCP"
    if any(
        one["listenerPort"] == body.listenerPort and ("UDP" if one["type"] == "UDP" else "TCP") == family
        for one in document["listeners"]
    ):
        raise CloudError("OperationDenied", f"Port {body.listenerPort} has a listener already.")
    if len(document["listeners"]) >= MAX_LISTENERS:
        raise CloudError("OperationDenied", f"A BLB has at most {MAX_LISTENERS} listeners.")
    document["listeners"].append(new_listener(kind, body.model_dump(exclude_none=True)))
    change(call, document)


def _update(call: Call, body: ListenerChange, kind: str) -> None:
    document = find_settled(call)
    listener = listener_of(document, call.integer("listenerPort", 0, 1, 65_535), kind)
    if listener is None:
        raise CloudError("NoSuchObject", f"The BLB has no {kind} listener on that port.")
    if body.certIds is not None:
        _check_certificates(call, kind, body.certIds)
    listener.update(body.model_dump(exclude_none=True))
    change(call, document)
    if body.certIds is not None:
        valid = all(_valid(call, identifier) for identifier in body.certIds)
        scenarios.react(call.world, "DeployCert", document["id"], {"valid": valid}, call.now)
    parameters = {"reachable": _reachable(call, document, listener["backendPort"])}
    scenarios.react(call.world, "UpdateListener", document["id"], parameters, call.now)


def _reachable(call: Call, document: Document, port: int) -> bool:
    """Whether something listens on the port of at least one backend."""
    found = call.collection(INSTANCES).get_many(one["instanceId"] for one in document["backends"])
    return any(answers(call.world, instance, port) for instance in found)


def _valid(call: Call, identifier: str) -> bool:
    found = call.owned(CERTIFICATES, identifier)
    return state_of(call, identifier, found["commonName"]) == "valid"


def _describe(call: Call, kind: str | None) -> Json:
    document, limit = find(call), call.page_size()
    port = call.integer("listenerPort", 0, 0, 65_535)
    found = [
        {**one, "order": f"{one['listenerPort']:05d}{one['type']}"}
        for one in document["listeners"]
        if kind in (None, one["type"]) and port in (0, one["listenerPort"])
    ]
    if port and not found:
        raise CloudError("NoSuchObject", "The BLB has no such listener on that port.")
    page = sliced(found, call.query.get("marker") or None, limit, "order")
    return listed(call, "listenerList", page, lambda one: _view(one, kind is None), limit)


def _view(listener: Json, with_type: bool) -> Json:
    hidden = ("order",) if with_type else ("order", "type")
    view = {name: value for name, value in listener.items() if name not in hidden}
    if with_type:
        view["listenerType"] = view.pop("type")
    return view


def _register(kind: str) -> None:
    path, title = f"/v1/blb/{{blb_id}}/{kind}listener", kind.capitalize()
    SERVICE.operation("POST", path, name=f"Create{title}Listener", access="operate", body=NewListener, idempotent=True)(
        lambda call, body: _create(call, body, kind)
    )
    SERVICE.operation("GET", path, name=f"Describe{title}Listeners", access="read")(lambda call: _describe(call, kind))
    SERVICE.operation(
        "PUT", path, name=f"Update{title}Listener", access="operate", body=ListenerChange, idempotent=True
    )(lambda call, body: _update(call, body, kind))


for _kind in TYPES:
    _register(_kind)


@SERVICE.operation("GET", "/v1/blb/{blb_id}/listener", name="DescribeAllListeners", access="read")
def describe_all(call: Call) -> Json:
    """Listeners of every sort."""
    return _describe(call, None)


@SERVICE.operation(
    "PUT",
    "/v1/blb/{blb_id}/listener",
    query="batchdelete",
    name="DeleteListeners",
    access="operate",
    body=Ports,
    idempotent=True,
)
def delete_listeners(call: Call, body: Ports) -> None:
    """Remove the listeners on ports, or of a sort on a port."""
    document = find_settled(call)
    pairs = {(one.port, one.type) for one in body.portTypeList}
    if not body.portList and not pairs:
        raise invalid_parameter("portList or portTypeList is required.")
    left = [
        one
        for one in document["listeners"]
        if one["listenerPort"] not in body.portList and (one["listenerPort"], one["type"]) not in pairs
    ]
    if len(left) == len(document["listeners"]):
        raise CloudError("NoSuchObject", "The BLB has no such listener.")
    document["listeners"] = left
    change(call, document)


def _deployed(call: Call, certificate_id: str) -> list[str]:
    return [
        str(one["id"])
        for one in call.collection(BALANCERS).all_of(call.account_id)
        if any(certificate_id in listener.get("certIds", []) for listener in one["listeners"])
    ]


DEPLOYMENTS.append(_deployed)
