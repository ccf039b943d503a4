"""Paid time ends: an instance expires, and a week later it and its disks are gone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cloudsim.bcc.kinds import INSTANCES, VOLUMES
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.metrics import ALL_METRICS, STATE_OWNER
from cloudsim.world.moments import iso, later, months_later, parse

if TYPE_CHECKING:
    from cloudsim.world.world import World

EXPIRE = "instance.expire"
PURGE = "instance.purge"
# How long an expired or released instance is kept (documented for prepaid resources).
KEPT_DAYS = 7


@happening(EXPIRE)
def expire(world: World, at: datetime, payload: Payload) -> None:
    """The paid time is over: renewed when the customer asked for it and can pay, else out of service."""
    instance = world.collection(INSTANCES).get(payload["id"])
    if instance is None or instance["status"] in ("Expired", "Recycled") or parse(instance["expireTime"]) > at:
        return
    if instance.get("autoRenew"):
        due = months_later(at, 1)
        instance["expireTime"] = iso(due)
        world.collection(INSTANCES).put(instance)
        world.agenda.schedule(due, EXPIRE, instance["id"], {"id": instance["id"]})
        return
    world.agenda.cancel(instance["id"])
    instance["status"] = "Expired"
    world.collection(INSTANCES).put(instance)
    world.metrics.begin(instance["id"], ALL_METRICS, at, STATE_OWNER, "gap")
    world.agenda.schedule(later(at, KEPT_DAYS * 86_400), PURGE, instance["id"], {"id": instance["id"]})


@happening(PURGE)
def purge(world: World, at: datetime, payload: Payload) -> None:
    """The week is over: the instance and its disks are gone."""
    instance = world.collection(INSTANCES).get(payload["id"])
    if instance is None or instance["status"] not in ("Recycled", "Expired"):
        return
    for identifier in instance.get("volumeIds", []):
        world.collection(VOLUMES).delete(identifier)
    world.collection(INSTANCES).delete(instance["id"])
