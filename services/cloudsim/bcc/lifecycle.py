"""Walks instances through their states: begins a transition, and lets it settle when world time has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cloudsim.bcc.kinds import INSTANCES, OPERATION_RECORDS
from cloudsim.bcc.states import INSTANCE_TRANSITIONS
from cloudsim.faults import scenarios
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.metrics import ALL_METRICS, STATE_OWNER
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from cloudsim.world.world import World

SETTLE = "instance.settle"


@dataclass(frozen=True)
class Deed:
    """Something done to a resource: the operation's name, who did it, and with what parameters."""

    operation: str
    operator: str
    parameters: dict[str, Any] = field(default_factory=dict)


def record(world: World, document: Document, deed: Deed, now: datetime) -> None:
    """Write the deed into the operation log that the event and task lists show."""
    identifier = world.ids.text("record", length=16)
    world.collection(OPERATION_RECORDS).put(
        {
            "id": f"{iso(now)}-{identifier}",
            "accountId": document["accountId"],
            "region": document.get("region", ""),
            "resourceId": document["id"],
            "resourceName": document.get("name", ""),
            "operation": deed.operation,
            "operator": deed.operator,
            "parameters": deed.parameters,
            "time": iso(now),
        }
    )


def begin(world: World, instance: Document, action: str, deed: Deed, now: datetime) -> None:
    """Start a transition; refused with its documented error when the state does not allow it."""
    transition = INSTANCE_TRANSITIONS[action]
    transition.check(instance["status"])
    target = transition.target or instance["status"]
    instance["status"] = transition.through
    world.collection(INSTANCES).put(instance)
    if action in ("stop", "reboot", "rebuild"):
        world.metrics.begin(instance["id"], ALL_METRICS, now, STATE_OWNER, "gap")
    record(world, instance, deed, now)
    world.agenda.cancel(instance["id"], SETTLE)
    seconds = getattr(world.pace, transition.speed)
    world.agenda.schedule(
        later(now, seconds),
        SETTLE,
        instance["id"],
        {"id": instance["id"], "target": target, "deed": deed.operation, "parameters": deed.parameters},
    )


@happening(SETTLE)
def settle(world: World, at: datetime, payload: Payload) -> None:
    """The transition reaches its end; scenarios learn what was done."""
    instance = world.collection(INSTANCES).get(payload["id"])
    if instance is None:
        return
    instance["status"] = payload["target"]
    instance.update(payload["parameters"].get("becomes", {}))
    world.collection(INSTANCES).put(instance)
    if instance["status"] == "Running":
        world.metrics.end(instance["id"], STATE_OWNER, at)
    scenarios.react(world, payload["deed"], instance["id"], payload["parameters"], at)
