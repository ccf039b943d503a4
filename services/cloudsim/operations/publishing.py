"""What operations publish: incidents with their updates, maintenance of a host, repairs that customers cannot do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcc.events import open_event
from cloudsim.bcc.kinds import EVENTS, INSTANCES
from cloudsim.faults import scenarios
from cloudsim.operations.kinds import HOSTS, INCIDENTS, MAINTENANCE, PROVIDER
from cloudsim.store.collection import Document
from cloudsim.world.metrics import STATE_OWNER
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
Name = Annotated[str, Field(min_length=1, max_length=128)]
Long = Annotated[str, Field(min_length=1, max_length=4000)]
IncidentStatus = Literal["investigating", "identified", "monitoring", "resolved"]


class Text(BaseModel):
    """A text in both languages."""

    zh: Long
    en: Long


class NewIncident(BaseModel):
    """An incident to publish. `severity` 1 to 4; `resource_ids` when only some resources are hit."""

    product: Name
    region: Name | None = None
    severity: Annotated[int, Field(ge=1, le=4)] = 2
    title: Text
    message: Text
    symptoms: Annotated[list[Name], Field(max_length=20)] = []
    resource_ids: Annotated[list[Name], Field(max_length=1000)] = []


class IncidentUpdate(BaseModel):
    """The next update of an incident; the expected end only when operations know it."""

    status: IncidentStatus
    message: Text
    expected_end: Annotated[str, Field(max_length=32)] | None = None


class NewMaintenance(BaseModel):
    """Planned work on a host: every instance on it gets a planned event."""

    host_id: Name
    in_hours: Annotated[float, Field(ge=0, le=8760)] = 48
    reason: Text
    options: Annotated[list[Name], Field(min_length=1, max_length=4)] = ["Repair", "Migrate"]


def publish_incident(world: World, body: NewIncident, now: datetime) -> Document:
    """A new incident, under investigation."""
    incident: Document = {
        "id": f"inc-{world.ids.text('incident', length=8)}",
        "accountId": PROVIDER,
        "region": body.region or "",
        "product": body.product,
        "severity": body.severity,
        "status": "investigating",
        "title": body.title.model_dump(),
        "symptoms": body.symptoms,
        "resource_ids": body.resource_ids,
        "started": iso(now),
        "ended": None,
        "expected_end": None,
        "updates": [{"time": iso(now), "status": "investigating", "message": body.message.model_dump()}],
    }
    world.collection(INCIDENTS).put(incident)
    return incident


def update_incident(world: World, incident: Document, body: IncidentUpdate, now: datetime) -> Document:
    """Add an update; `resolved` closes the incident."""
    incident["status"] = body.status
    incident["expected_end"] = body.expected_end
    incident["ended"] = iso(now) if body.status == "resolved" else None
    incident["updates"].append({"time": iso(now), "status": body.status, "message": body.message.model_dump()})
    world.collection(INCIDENTS).put(incident)
    return incident


def announce_maintenance(world: World, body: NewMaintenance, now: datetime) -> Document:
    """Open a planned event for every instance on the host; raises LookupError for an unknown host."""
    if world.collection(HOSTS).get(body.host_id) is None:
        raise LookupError(body.host_id)
    details = {
        "options": body.options,
        "executeTime": iso(later(now, 3600 * body.in_hours)),
        "issue": {
            "name": "PlannedMaintenance",
            "alias": body.reason.zh,
            "effect": "InstanceRestart",
            "description": body.reason.en,
            "source": "operations",
        },
    }
    events = []
    for instance in world.collection(INSTANCES).everywhere("hostId", body.host_id):
        event = open_event(world, instance, "planned", details, now)
        world.collection(EVENTS).put(event)
        events.append({"event_id": event["id"], "instance_id": instance["id"], "account_id": instance["accountId"]})
    work: Document = {
        "id": f"mnt-{world.ids.text('maintenance', length=8)}",
        "accountId": PROVIDER,
        "region": "",
        "hostId": body.host_id,
        "status": "announced",
        "reason": body.reason.model_dump(),
        "announced": iso(now),
        "execute_time": details["executeTime"],
        "events": events,
    }
    world.collection(MAINTENANCE).put(work)
    return work


def repair_instance(world: World, instance: Document, now: datetime) -> None:
    """An engineer repairs what customers cannot: the instance runs again, abnormal events end."""
    for event in world.collection(EVENTS).all_of(instance["accountId"], None, {"instanceId": instance["id"]}):
        if event["serverEventStatus"] == "Abnormal":
            event.update(serverEventStatus="Executed", serverEventEndedTime=iso(now))
            world.collection(EVENTS).put(event)
    instance.update(status="Running", repairStatus="normal")
    world.collection(INSTANCES).put(instance)
    world.metrics.end(instance["id"], STATE_OWNER, now)
    scenarios.react(world, "OperatorRepair", instance["id"], {}, now)


def replace_part(world: World, host: Document, slot: str, now: datetime) -> bool:
    """A new part in the slot; False when the host has no such slot."""
    for part in host["parts"]:
        if part["slot"] == slot:
            part["installedTime"] = iso(now)
            world.collection(HOSTS).put(host)
            return True
    return False
