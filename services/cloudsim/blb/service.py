"""The BLB service object, its documents, and what every module of it needs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError
from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Document, Kind
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.metrics import Shape, declare_scope
from cloudsim.world.moments import later

if TYPE_CHECKING:
    from cloudsim.world.world import World

BALANCERS = Kind("load_balancer", indexed=("name", "address", "status"))
SERVICE = Service("blb", kinds=[BALANCERS])
SETTLE = "blb.settle"

declare_scope(
    "BCE_BLB",
    "BlbId",
    BALANCERS,
    {
        "ActiveConnCount": Shape(40, 900, whole=True),
        "NewConnCount": Shape(10, 300, whole=True),
        "InBytes": Shape(1_000_000, 30_000_000, whole=True),
        "OutBytes": Shape(4_000_000, 90_000_000, whole=True),
        "UnhealthyServerCount": Shape(0.0, 0.0, whole=True),
        "Http5xxCount": Shape(0.0, 2.0, whole=True),
    },
)


def find(call: Call) -> Document:
    """The caller's load balancer of the path; BlbNotFound when there is none."""
    identifier = call.params["blb_id"]
    found = call.collection(BALANCERS).get(identifier)
    elsewhere = found is not None and call.region not in (None, found["region"])
    if found is None or found["accountId"] != call.account_id or elsewhere:
        raise CloudError("BlbNotFound", f"The BLB {identifier[:64]!r} is not found.")
    return found


def find_settled(call: Call) -> Document:
    """The same, ready to be changed."""
    found = find(call)
    if found["status"] != "available":
        raise CloudError("OperationDenied", f"The BLB cannot be changed. Current status: {found['status']}.")
    return found


def change(call: Call, document: Document) -> None:
    """Store a changed load balancer: it is `updating` until the change has reached every node."""
    document["status"] = "updating"
    call.collection(BALANCERS).put(document)
    due = later(call.now, call.world.pace.binding)
    call.world.agenda.schedule(due, SETTLE, document["id"], {"id": document["id"]})


@happening(SETTLE)
def settle(world: World, at: datetime, payload: Payload) -> None:
    """The change has reached every node."""
    document = world.collection(BALANCERS).get(payload["id"])
    if document is not None and document["status"] in ("updating", "creating"):
        world.collection(BALANCERS).put({**document, "status": "available"})
