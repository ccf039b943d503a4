"""What scenarios can do to buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudsim.bos.access import canned_rules
from cloudsim.bos.service import BUCKETS, OBJECTS
from cloudsim.faults import scenarios
from cloudsim.faults.effects import EffectContext, Params, effect
from cloudsim.faults.scenarios import TARGETS, Target
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.moments import later

if TYPE_CHECKING:
    from datetime import datetime

    from cloudsim.world.world import World

TARGETS["bucket"] = Target(BUCKETS, lambda bucket: bool(bucket["usedBytes"] > 0))


def _refusals(context: EffectContext, count: float) -> None:
    context.world.metrics.begin(context.resource_id, "Http403Count", context.since, context.scenario_id, "set", count)


@effect("bos.private", BUCKETS)
def private(context: EffectContext, params: Params) -> None:
    """The bucket was public and is private now: every request without a signature is refused."""
    rules = canned_rules("private", context.resource["accountId"])
    context.edit(BUCKETS, context.resource_id, {"acl": rules, "canned": "private"}, lasting=True)
    _refusals(context, 400.0)


@effect("bos.referer", BUCKETS)
def referer(context: EffectContext, params: Params) -> None:
    """Only pages under `allowed` may show the bucket's objects; the customer's new site is not among them."""
    owner = context.resource["accountId"]
    rule = {
        "grantee": [{"id": "*"}],
        "permission": ["READ"],
        "condition": {"referer": {"stringLike": params["allowed"], "stringEquals": []}},
        "effect": "Allow",
    }
    rules = [*canned_rules("private", owner), rule]
    context.edit(BUCKETS, context.resource_id, {"acl": rules, "canned": ""}, lasting=True)
    _refusals(context, 250.0)


@effect("bos.object_private", OBJECTS, BUCKETS)
def object_private(context: EffectContext, params: Params) -> None:
    """The first object has private rules of its own although the bucket is public."""
    stored = context.world.collection(OBJECTS).page(context.resource["accountId"], None, None, 1000).items
    first = next(one for one in stored if one["bucket"] == context.resource_id)
    rules = canned_rules("private", first["accountId"])
    context.edit(OBJECTS, first["id"], {"acl": rules}, lasting=True)
    _refusals(context, 20.0)


@effect("bos.no_cors", BUCKETS)
def no_cors(context: EffectContext, params: Params) -> None:
    """The CORS rules are gone: browsers refuse what the bucket still answers."""
    context.edit(BUCKETS, context.resource_id, {"cors": []}, lasting=True)


@effect("bos.throttled", BUCKETS)
def throttled(context: EffectContext, params: Params) -> None:
    """Too many requests: SlowDown for `minutes`, then calm."""
    context.edit(BUCKETS, context.resource_id, {"throttled": True})
    context.world.metrics.begin(
        context.resource_id, "GetRequestCount", context.since, context.scenario_id, "set", 60_000.0
    )
    ends = later(context.now, 60 * params["minutes"])
    context.world.agenda.schedule(ends, "bos.calm", context.scenario_id, {"bucket": context.resource_id})


@happening("bos.calm")
def calm(world: World, at: datetime, payload: Payload) -> None:
    """The rush is over."""
    scenarios.react(world, "WaitUntilTrafficDrops", payload["bucket"], {}, at)
