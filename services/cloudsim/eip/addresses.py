"""Elastic addresses: list, create, bind, unbind, resize, renew, release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.change import Billing
from cloudsim.bcc.kinds import INSTANCES
from cloudsim.eip.service import EIPS, SERVICE
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.chance import between
from cloudsim.world.ids import shaped
from cloudsim.world.metrics import Shape, declare_scope
from cloudsim.world.moments import iso, later, months_later, parse
from cloudsim.world.seeding import Seeding

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
SETTLE = "eip.settle"
MAX_MBPS = 1000
INSTANCE_TYPES = ("BCC", "BBC", "DCC", "ENI", "BLB", "NAT", "VPN")
# Addresses come from the network that RFC 2544 reserves for tests: nobody's real address appears.
FIRST_ADDRESS = (198 << 24) + (18 << 16)
# The seed numbers its addresses from one; addresses bought later start here. A larger world runs on past the network.
FIRST_NEW_ADDRESS = 65_536

declare_scope(
    "BCE_EIP",
    "InstanceId",
    EIPS,
    {
        "WebInBitsPerSecond": Shape(50_000, 600_000, whole=True),
        "WebOutBitsPerSecond": Shape(60_000, 800_000, whole=True),
        "BandwidthUsagePercent": Shape(2, 25, ceiling=100.0),
        "DropPacketsPercent": Shape(0.0, 0.05, ceiling=100.0),
    },
)


class NewEip(BaseModel):
    """Body of CreateEip."""

    bandwidthInMbps: Annotated[int, Field(ge=1, le=MAX_MBPS)]
    name: Annotated[str, Field(max_length=65)] = ""
    billing: Billing = Billing()


class Binding(BaseModel):
    """Body of bind."""

    instanceType: str
    instanceId: str


class Bandwidth(BaseModel):
    """Body of resize."""

    newBandwidthInMbps: Annotated[int, Field(ge=1, le=MAX_MBPS)]


class Renewal(BaseModel):
    """Body of purchaseReserved."""

    billing: Billing = Billing()


def address_text(number: int) -> str:
    """The n-th address of the test network."""
    value = FIRST_ADDRESS + number
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def eip_view(document: Document) -> Json:
    """EipModel of the public protocol."""
    bound = document.get("instanceId") or ""
    return {
        "name": document["name"],
        "eip": document["eip"],
        "eipId": document["id"],
        "status": document["status"],
        "instanceType": document.get("instanceType", "") if bound else "",
        "eipInstanceType": "normal",
        "instanceId": bound,
        "instanceIp": document.get("instanceIp", ""),
        "shareGroupId": "",
        "bandwidthInMbps": document["bandwidthInMbps"],
        "paymentTiming": document["paymentTiming"],
        "billingMethod": document["billingMethod"],
        "createTime": document["createTime"],
        "expireTime": document.get("expireTime", ""),
        "region": document["region"],
        "routeType": "BGP",
        "tags": [],
        "deleteProtect": False,
    }


def new_document(call: Call, number: int, body: NewEip) -> Document:
    """A free address."""
    return {
        "id": call.world.ids.new("ip"),
        "accountId": call.account_id,
        "region": call.region or "bj",
        "name": body.name,
        "eip": address_text(FIRST_NEW_ADDRESS + number),
        "status": "available",
        "instanceId": "",
        "bandwidthInMbps": body.bandwidthInMbps,
        "paymentTiming": body.billing.paymentTiming or "Postpaid",
        "billingMethod": "ByBandwidth",
        "createTime": iso(call.now),
        "expireTime": "",
    }


def find(call: Call) -> Document:
    """The caller's address of the path; EipNotFound when there is none."""
    address = call.params["eip"]
    found = call.collection(EIPS).all_of(call.account_id, call.region, {"eip": address})
    if not found:
        raise CloudError("EipNotFound", f"The EIP {address[:64]!r} is not found.")
    return found[0]


@SERVICE.operation("GET", "/v1/eip", name="ListEips", access="read")
def list_eips(call: Call) -> Json:
    """A page of the caller's addresses."""
    limit, marker = call.page_size(), call.query.get("marker") or None
    where = {name: call.query.get(name) or None for name in ("eip", "instanceId", "name", "status")}
    page = call.collection(EIPS).page(call.account_id, call.region, marker, limit, where)
    kind, wanted = call.query.get("instanceType"), call.csv("eipIds")
    items = [
        item
        for item in page.items
        if kind in (None, "", item.get("instanceType") if item.get("instanceId") else None)
        and (wanted is None or item["id"] in wanted)
    ]
    view: Json = {
        "marker": marker or "",
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        "eipList": [eip_view(item) for item in items],
    }
    if page.next_marker:
        view["nextMarker"] = page.next_marker
    return view


@SERVICE.operation("POST", "/v1/eip", name="CreateEip", access="operate", body=NewEip, idempotent=True)
def create_eip(call: Call, body: NewEip) -> Json:
    """A new address, free to be bound."""
    document = new_document(call, call.world.ids.number("address"), body)
    call.collection(EIPS).put(document)
    return {"eip": document["eip"]}


@SERVICE.operation(
    "PUT", "/v1/eip/{eip}", query="bind", name="BindEip", access="operate", body=Binding, idempotent=True
)
def bind(call: Call, body: Binding) -> None:
    """Bind a free address to an instance or a load balancer."""
    document = find(call)
    if body.instanceType not in INSTANCE_TYPES:
        raise invalid_parameter(f"instanceType must be one of {', '.join(INSTANCE_TYPES)}.")
    if document["status"] != "available":
        raise CloudError("OperationDenied", f"The EIP cannot be bound. Current status: {document['status']}.")
    inner = ""
    if body.instanceType == "BCC":
        instance = call.owned(INSTANCES, body.instanceId)
        if instance.get("publicIp"):
            raise CloudError("OperationDenied", "The instance has a public address already.")
        inner = instance["internalIp"]
    document.update(instanceType=body.instanceType, instanceId=body.instanceId, instanceIp=inner, status="binding")
    _settle_later(call, document, "binded")


@SERVICE.operation("PUT", "/v1/eip/{eip}", query="unbind", name="UnbindEip", access="operate", idempotent=True)
def unbind(call: Call) -> None:
    """Take an address off its instance."""
    document = find(call)
    if document["status"] not in ("binded", "paused"):
        raise CloudError("OperationDenied", f"The EIP is not bound. Current status: {document['status']}.")
    document["status"] = "unbinding"
    _settle_later(call, document, "available")


def _settle_later(call: Call, document: Document, target: str, becomes: Json | None = None, deed: str = "") -> None:
    call.collection(EIPS).put(document)
    call.world.agenda.cancel(document["id"], SETTLE)
    due = later(call.now, call.world.pace.binding)
    payload = {"id": document["id"], "target": target, "becomes": becomes or {}, "deed": deed}
    call.world.agenda.schedule(due, SETTLE, document["id"], payload)


@happening(SETTLE)
def settle(world: World, at: datetime, payload: Payload) -> None:
    """An address reaches its next state; the instance shows it or loses it."""
    document = world.collection(EIPS).get(payload["id"])
    if document is None:
        return
    owner, before = document.get("instanceId", ""), document["status"]
    document.update(payload["becomes"], status=payload["target"])
    if payload["target"] == "available":
        document.update(instanceId="", instanceIp="")
    world.collection(EIPS).put(document)
    show_on_instance(world, document, owner)
    deed = payload["deed"] or {"binding": "BindEip", "unbinding": "UnbindEip"}.get(before, "")
    for resource in (document["id"], owner):
        if deed and resource:
            scenarios.react(world, deed, resource, {"larger": True} if deed == "ResizeEip" else {}, at)


def show_on_instance(world: World, document: Document, instance_id: str) -> None:
    """Let the instance show the address it has now."""
    instance = world.collection(INSTANCES).get(instance_id) if instance_id else None
    if instance is None:
        return
    bound = document.get("instanceId") == instance_id
    instance.update(
        publicIp=document["eip"] if bound else "",
        eipId=document["id"] if bound else "",
        networkCapacityInMbps=document["bandwidthInMbps"] if bound else 0,
    )
    world.collection(INSTANCES).put(instance)


@SERVICE.operation(
    "PUT", "/v1/eip/{eip}", query="resize", name="ResizeEip", access="operate", body=Bandwidth, idempotent=True
)
def resize(call: Call, body: Bandwidth) -> None:
    """Another bandwidth."""
    document = find(call)
    if document["status"] not in ("available", "binded"):
        raise CloudError("OperationDenied", f"The EIP cannot be resized. Current status: {document['status']}.")
    target, larger = document["status"], body.newBandwidthInMbps > document["bandwidthInMbps"]
    document["status"] = "updating"
    deed = "ResizeEip" if larger else "ShrinkEip"
    _settle_later(call, document, target, {"bandwidthInMbps": body.newBandwidthInMbps}, deed)


@SERVICE.operation(
    "PUT",
    "/v1/eip/{eip}",
    query="purchaseReserved",
    name="PurchaseReservedEip",
    access="operate",
    body=Renewal,
    idempotent=True,
)
def renew(call: Call, body: Renewal) -> None:
    """Pay a prepaid address for longer; a paused one works again."""
    document = find(call)
    if document["paymentTiming"] != "Prepaid":
        raise CloudError("OperationDenied", "Only a prepaid EIP can be renewed.")
    reservation = body.billing.reservation
    months = reservation.reservationLength * (12 if reservation.reservationTimeUnit.lower() == "year" else 1)
    document["expireTime"] = iso(months_later(max(call.now, parse(document["expireTime"])), months))
    if document["status"] == "paused":
        document["status"] = "binded" if document.get("instanceId") else "available"
    call.collection(EIPS).put(document)
    for resource in (document["id"], document.get("instanceId")):
        if resource:
            scenarios.react(call.world, "PurchaseReservedEip", resource, {}, call.now)


@SERVICE.operation("DELETE", "/v1/eip/{eip}", name="ReleaseEip", access="full", idempotent=True)
def release(call: Call) -> None:
    """Give a free address back."""
    document = find(call)
    if document["status"] != "available":
        raise CloudError("OperationDenied", f"The EIP cannot be released. Current status: {document['status']}.")
    call.world.agenda.cancel(document["id"])
    call.collection(EIPS).delete(document["id"])


@SERVICE.seeder
def plant_addresses(seeding: Seeding) -> None:
    """An address for every instance of the seed that asks for one."""
    seeding.put(EIPS, _planted(seeding))


def _planted(seeding: Seeding) -> Iterator[Document]:
    instances = seeding.world.collection(INSTANCES)
    for number, (instance_id, mbps) in enumerate(seeding.public_instances):
        instance = instances.get(instance_id)
        if instance is None:
            continue
        prepaid = instance["paymentTiming"] == "Prepaid"
        document: Document = {
            "id": shaped("ip", instance_id),
            "accountId": instance["accountId"],
            "region": instance["region"],
            "name": f"{instance['name']}-eip",
            "eip": address_text(number + 1),
            "status": "binded",
            "instanceType": "BCC",
            "instanceId": instance_id,
            "instanceIp": instance["internalIp"],
            "bandwidthInMbps": mbps,
            "paymentTiming": "Prepaid" if prepaid else "Postpaid",
            "billingMethod": "ByBandwidth",
            "createTime": instance["createTime"],
            "expireTime": seeding.day(between(instance_id + "|eip", 60, 300)) if prepaid else "",
        }
        show_on_instance(seeding.world, document, instance_id)
        yield document
