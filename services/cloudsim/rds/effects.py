"""What scenarios can do to databases."""

from __future__ import annotations

from cloudsim.faults.effects import EffectContext, Params, effect
from cloudsim.faults.scenarios import TARGETS, Target
from cloudsim.rds.service import AVAILABLE, DATABASES
from cloudsim.world.moments import iso

TARGETS["database"] = Target(DATABASES, lambda one: bool(one["status"] == AVAILABLE))


@effect("rds", DATABASES)
def fields(context: EffectContext, params: Params) -> None:
    """Fields of the instance; they stay as they are when a remedy changed them."""
    context.edit(DATABASES, context.resource_id, params)


@effect("rds.storage_full", DATABASES)
def storage_full(context: EffectContext, params: Params) -> None:
    """The volume is full and the instance is locked against writes until it has room again."""
    used = context.resource["volumeCapacity"] * params.get("share", 0.99)
    context.edit(DATABASES, context.resource_id, {"usedStorage": round(used, 1)}, lasting=True)
    context.edit(DATABASES, context.resource_id, {"lockMode": "lockByDiskQuota"})


@effect("rds.log", DATABASES)
def log(context: EffectContext, params: Params) -> None:
    """The `log` (slow or error) has an entry every `everySeconds` since the trouble began."""
    troubles = [*context.resource.get("troubles", []), {"since": iso(context.since), **params}]
    context.edit(DATABASES, context.resource_id, {"troubles": troubles})


@effect("rds.locked_out", DATABASES)
def locked_out(context: EffectContext, params: Params) -> None:
    """The white list was emptied of the customer's networks."""
    context.edit(DATABASES, context.resource_id, {"securityIps": ["127.0.0.1"]}, lasting=True)
    context.world.metrics.begin(
        context.resource_id, "ConnectionUsagePercent", context.since, context.scenario_id, "set", 0.0
    )
