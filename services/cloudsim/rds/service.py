"""The RDS service object, its documents, and how an instance of the caller is found and changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError
from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Document, Kind
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.metrics import Shape, declare_scope
from cloudsim.world.moments import later

if TYPE_CHECKING:
    from cloudsim.world.world import World

DATABASES = Kind("rds_instance", indexed=("name",))
BACKUPS = Kind("rds_backup", indexed=("instanceId",))
SERVICE = Service("rds", kinds=[DATABASES, BACKUPS])
AVAILABLE = "Available"
SETTLE = "rds.settle"

declare_scope(
    "BCE_RDS",
    "InstanceId",
    DATABASES,
    {
        "CpuUsagePercent": Shape(6, 40, ceiling=100.0),
        "MemUsagePercent": Shape(40, 70, swing=0.05, ceiling=100.0),
        "DiskUsagePercent": Shape(20, 60, swing=0.0, noise=0.01, ceiling=100.0),
        "ConnectionUsagePercent": Shape(4, 35, ceiling=100.0),
        "ActiveConnectionCount": Shape(2, 20, whole=True),
        "QueriesPerSecond": Shape(50, 1500),
        "SlowQueryCount": Shape(0.0, 1.0, whole=True),
    },
)


def find_database(call: Call) -> Document:
    """The caller's database instance of the path; raises InstanceNotFound."""
    identifier = call.params["instance_id"]
    found = call.collection(DATABASES).get(identifier)
    elsewhere = found is not None and call.region not in (None, found["region"])
    if found is None or found["accountId"] != call.account_id or elsewhere:
        raise CloudError("InstanceNotFound", f"The instance {identifier[:64]!r} is not found.")
    return found


def find_available(call: Call) -> Document:
    """The same, ready to be changed."""
    found = find_database(call)
    if found["status"] != AVAILABLE:
        raise CloudError("OperationDenied", f"The instance cannot be changed. Current status: {found['status']}.")
    return found


def work_on(call: Call, document: Document, status: str, seconds: float, done: dict[str, Any]) -> None:
    """Put the instance into a passing status.

    `done` says what then holds: `fields` to set, and the `deed` with `parameters` that scenarios hear of.
    """
    call.collection(DATABASES).put({**document, "status": status})
    payload = {"id": document["id"], **done}
    call.world.agenda.schedule(later(call.now, seconds), SETTLE, document["id"], payload)


@happening(SETTLE)
def settle(world: World, at: datetime, payload: Payload) -> None:
    """The work is done."""
    document = world.collection(DATABASES).get(payload["id"])
    if document is None:
        return
    document.update(payload.get("fields", {}), status=AVAILABLE)
    world.collection(DATABASES).put(document)
    if "deed" in payload:
        scenarios.react(world, payload["deed"], document["id"], payload.get("parameters", {}), at)
