"""What goes on inside an instance, out of the cloud's sight: the cloud assistant and the VNC page ask here.

A guest is healthy except for overlays, one per scenario, so that scenarios compose and each takes back its
own. Load balancers ask `answers` for their health checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudsim.store.collection import Document, Kind

if TYPE_CHECKING:
    from cloudsim.world.world import World

OVERLAYS = Kind("guest_overlay", global_indexed=("instanceId", "owner"))
LOGIN_PORTS = {"linux": 22, "windows": 3389}


def healthy(instance: Document) -> dict[str, Any]:
    """A guest with nothing wrong."""
    windows = instance.get("osType") == "windows"
    return {
        "responsive": True,
        "agent": True,
        "loginService": "running",
        "loginPort": LOGIN_PORTS["windows" if windows else "linux"],
        "closedPorts": [],
        "firewall": "open",
        "processes": [],
        "disks": {"C:" if windows else "/": {"usedPercent": 38, "inodePercent": 11, "deletedHeldGB": 0}},
        "kernelLog": [],
        "passwordKnown": True,
        "rescueMode": False,
    }


def guest_of(world: World, instance: Document) -> dict[str, Any]:
    """The guest's state: healthy, then each overlay in the order they were laid."""
    state = healthy(instance)
    overlays = world.collection(OVERLAYS).everywhere("instanceId", instance["id"])
    for overlay in sorted(overlays, key=lambda one: one["rank"]):
        state.update(overlay["state"])
    return state


def lay_overlay(world: World, instance: Document, owner: str, state: dict[str, Any]) -> None:
    """Change fields of a guest until `lift_overlays(owner)`."""
    collection = world.collection(OVERLAYS)
    identifier = f"{instance['id']}|{owner}"
    present = collection.get(identifier)
    others = collection.everywhere("instanceId", instance["id"])
    collection.put(
        {
            "id": identifier,
            "accountId": instance["accountId"],
            "instanceId": instance["id"],
            "owner": owner,
            "rank": present["rank"] if present else 1 + max((one["rank"] for one in others), default=0),
            "state": {**(present["state"] if present else {}), **state},
        }
    )


def lift_overlays(world: World, owner: str) -> None:
    """Take back what an owner changed in any guest."""
    collection = world.collection(OVERLAYS)
    for overlay in collection.everywhere("owner", owner):
        collection.delete(overlay["id"])


def answers(world: World, instance: Document, port: int) -> bool:
    """Whether a health check on this port gets an answer."""
    if instance["status"] != "Running":
        return False
    guest = guest_of(world, instance)
    if not guest["responsive"] or port in guest["closedPorts"]:
        return False
    return not (port == guest["loginPort"] and guest["loginService"] != "running")
