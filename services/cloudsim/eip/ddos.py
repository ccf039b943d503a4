"""The base DDoS protection: state, attacks, thresholds, lifting a blackhole."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.eip.addresses import find
from cloudsim.eip.service import ATTACKS, EIPS, SERVICE
from cloudsim.faults import scenarios
from cloudsim.faults.effects import EffectContext, Params, effect
from cloudsim.faults.scenarios import TARGETS, Target
from cloudsim.protocol.call import Call
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
DEFAULT_CLEAN_MBPS, DEFAULT_CLEAN_PPS = 120, 58_593
BLACKHOLE_MBPS = 1000
TARGETS["eip"] = Target(EIPS, lambda eip: bool(eip["status"] == "binded"))


class Threshold(BaseModel):
    """Body of the threshold change."""

    ipCleanMbps: Annotated[int, Field(ge=10, le=BLACKHOLE_MBPS)] | None = None
    ipCleanPps: Annotated[int, Field(ge=1000, le=10_000_000)] | None = None
    thresholdType: str | None = None


def _ddos_view(document: Document) -> Json:
    protection = document.get("ddos", {})
    return {
        "ip": document["eip"],
        "status": protection.get("status", "normal"),
        "bindInstanceType": document.get("instanceType", ""),
        "bindInstanceId": document.get("instanceId", ""),
        "ipCleanMbps": protection.get("ipCleanMbps", DEFAULT_CLEAN_MBPS),
        "ipCleanPps": protection.get("ipCleanPps", DEFAULT_CLEAN_PPS),
        "thresholdType": protection.get("thresholdType", "default"),
        "maximumThreshold": BLACKHOLE_MBPS,
    }


@SERVICE.operation("GET", "/v1/ddos", name="ListBaseDdos", access="read")
def list_ddos(call: Call) -> Json:
    """The protection of the caller's addresses."""
    limit, marker, wanted = call.page_size(), call.query.get("marker") or None, call.csv("ips")
    page = call.collection(EIPS).page(call.account_id, call.region, marker, limit, {"eip": wanted})
    view: Json = {
        "marker": marker or "",
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        "ddosList": [_ddos_view(item) for item in page.items],
    }
    if page.next_marker:
        view["nextMarker"] = page.next_marker
    return view


@SERVICE.operation("GET", "/v1/ddos/{eip}/record", name="ListBaseDdosAttackRecord", access="read")
def records(call: Call) -> Json:
    """The attacks on an address, newest first."""
    document = find(call)
    found = call.collection(ATTACKS).all_of(call.account_id, None, {"eip": document["eip"]})
    found.sort(key=lambda attack: str(attack["startTime"]), reverse=True)
    limit = call.page_size()
    views = [
        {
            "ip": attack["eip"],
            "startTime": attack["startTime"],
            "endTime": attack["endTime"],
            "attackType": attack["attackType"],
            "attackPeakMbps": attack["peakMbps"],
            "attackPeakPps": attack["peakPps"],
            "attackPeakQps": attack.get("peakQps", 0),
            "attackStatus": attack["status"],
        }
        for attack in found[:limit]
    ]
    return {"marker": "", "isTruncated": len(found) > limit, "maxKeys": limit, "attackRecordList": views}


@SERVICE.operation("GET", "/v1/unban/record", name="ListUnban", access="read")
def unban_records(call: Call) -> Json:
    """When blackholed addresses came back, newest first."""
    found = [attack for attack in call.collection(ATTACKS).all_of(call.account_id) if attack.get("unbanTime")]
    found.sort(key=lambda attack: str(attack["unbanTime"]), reverse=True)
    views = [{"ip": attack["eip"], "unbanTime": attack["unbanTime"], "unbanType": "auto"} for attack in found]
    return {"marker": "", "isTruncated": False, "maxKeys": call.page_size(), "unbanRecordList": views}


@SERVICE.operation(
    "PUT",
    "/v1/ddos/{eip}",
    query="modifyThreshold",
    name="UpdateBaseDdosThreshold",
    access="operate",
    body=Threshold,
    idempotent=True,
)
def modify_threshold(call: Call, body: Threshold) -> None:
    """When cleaning starts."""
    document = find(call)
    protection = {**document.get("ddos", {}), **body.model_dump(exclude_none=True)}
    call.collection(EIPS).put({**document, "ddos": protection})


@effect("ddos", EIPS, ATTACKS)
def attack(context: EffectContext, params: Params) -> None:
    """An attack on the resource's public address: `status` cleaning or blackhole, `peak_mbps`, `types`."""
    eip = _eip_of(context)
    status = params.get("status", "cleaning")
    context.edit(EIPS, eip["id"], {"ddos": {**eip.get("ddos", {}), "status": status}})
    record: Document = {
        "id": "attack-" + context.world.ids.text("attack", length=10),
        "accountId": eip["accountId"],
        "region": "",
        "eip": eip["eip"],
        "startTime": iso(context.since),
        "endTime": "",
        "attackType": params.get("types", ["SYN Flood"]),
        "peakMbps": params.get("peak_mbps", 800),
        "peakPps": params.get("peak_pps", 900_000),
        "status": "attacking",
    }
    context.create(ATTACKS, record)
    if "minutes" in params:
        ends = later(context.now, 60 * params["minutes"])
        payload = {"id": record["id"], "eip": eip["id"], "scenario": context.scenario_id}
        context.world.agenda.schedule(ends, "ddos.over", context.scenario_id, payload)


def _eip_of(context: EffectContext) -> Document:
    collection = context.world.collection(EIPS)
    found = collection.get(context.resource_id) or next(
        iter(collection.all_of(context.resource["accountId"], None, {"instanceId": context.resource_id})), None
    )
    if found is None:
        raise LookupError(f"{context.resource_id!r} has no public address")
    return found


@happening("ddos.over")
def over(world: World, at: datetime, payload: Payload) -> None:
    """The attack ends; a blackholed address comes back."""
    record = world.collection(ATTACKS).get(payload["id"])
    if record is not None:
        record.update(status="finished", endTime=iso(at), unbanTime=iso(at))
        world.collection(ATTACKS).put(record)
    eip = world.collection(EIPS).get(payload["eip"])
    for resource in (payload["eip"], eip.get("instanceId") if eip else None):
        if resource:
            scenarios.react(world, "WaitUntilAttackEnds", resource, {}, at)


@effect("eip", EIPS)
def eip_fields(context: EffectContext, params: Params) -> None:
    """Fields of the address of the resource."""
    context.edit(EIPS, _eip_of(context)["id"], params)


@effect("eip.unbound", EIPS, INSTANCES)
def unbound(context: EffectContext, params: Params) -> None:
    """The address was taken off the instance."""
    eip = _eip_of(context)
    context.edit(EIPS, eip["id"], {"status": "available", "instanceId": "", "instanceIp": ""}, lasting=True)
    fields = {"publicIp": "", "eipId": "", "networkCapacityInMbps": 0}
    context.edit(INSTANCES, context.resource_id, fields, lasting=True)


@effect("eip.saturated", EIPS)
def saturated(context: EffectContext, params: Params) -> None:
    """Outgoing traffic fills the address's bandwidth, packets are dropped; the instance's own curves agree."""
    eip = _eip_of(context)
    bits = eip["bandwidthInMbps"] * 1_000_000 * params.get("share", 0.99)
    for resource in (eip["id"], eip.get("instanceId")):
        if resource:
            for metric, value in (
                ("WebOutBitsPerSecond", bits),
                ("WebOutBytes", bits * 60 / 8),
                ("BandwidthUsagePercent", 99.0),
                ("DropPacketsPercent", params.get("loss", 12.0)),
                ("NetPacketLossPercent", params.get("loss", 12.0)),
            ):
                context.world.metrics.begin(resource, metric, context.since, context.scenario_id, "set", value)
    context.touch(eip["id"])
