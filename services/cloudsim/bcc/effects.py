"""What scenarios can do to instances, disks, security groups, events, balances and guests."""

from __future__ import annotations

from typing import Any

from cloudsim.bcc.events import open_event
from cloudsim.bcc.kinds import EVENTS, INSTANCES, OPERATION_RECORDS, SECURITY_GROUPS, VOLUMES
from cloudsim.faults.effects import EffectContext, Params, effect
from cloudsim.faults.scenarios import TARGETS, Target
from cloudsim.store.collection import Document
from cloudsim.world.guests import lay_overlay
from cloudsim.world.identity import ACCOUNTS
from cloudsim.world.metrics import ALL_METRICS, STATE_OWNER
from cloudsim.world.moments import iso, later

DAY = 86_400
MOST_NEIGHBOURS = 64
TARGETS["instance"] = Target(INSTANCES, lambda instance: bool(instance["status"] == "Running"))
TARGETS["volume"] = Target(VOLUMES, lambda volume: bool(volume["status"] == "InUse"))


@effect("metric.gap")
def metric_gap(context: EffectContext, params: Params) -> None:
    """No data since the trouble began; `metric` or all of them."""
    context.world.metrics.begin(
        context.resource_id, params.get("metric", ALL_METRICS), context.since, context.scenario_id, "gap"
    )


@effect("metric.set")
def metric_set(context: EffectContext, params: Params) -> None:
    """`metric` stays at `value`; with `ramp_minutes` it climbs there from `start` first."""
    ramp = 60.0 * params.get("ramp_minutes", 0)
    reached = later(context.since, ramp)
    if ramp:
        context.world.metrics.begin(
            context.resource_id,
            params["metric"],
            context.since,
            context.scenario_id,
            "ramp",
            params.get("start", 40.0),
            reached,
            params["value"],
        )
    context.world.metrics.begin(
        context.resource_id, params["metric"], reached, context.scenario_id, "set", params["value"]
    )


@effect("metric.scale")
def metric_scale(context: EffectContext, params: Params) -> None:
    """`metric` is `factor` times what it would be."""
    context.world.metrics.begin(
        context.resource_id, params["metric"], context.since, context.scenario_id, "scale", params["factor"]
    )


@effect("guest")
def guest(context: EffectContext, params: Params) -> None:
    """Fields of the guest, see `world/guests.py`."""
    lay_overlay(context.world, context.resource, context.scenario_id, params)


@effect("instance", INSTANCES)
def instance_fields(context: EffectContext, params: Params) -> None:
    """Fields of the instance document."""
    context.edit(INSTANCES, context.resource_id, params)


@effect("instance.out_of_service", INSTANCES, OPERATION_RECORDS)
def out_of_service(context: EffectContext, params: Params) -> None:
    """The instance leaves Running: `status`, `by` whom the operation log says, `deed` what."""
    _take_out(context, context.resource, params)


def _take_out(context: EffectContext, instance: Document, params: Params) -> None:
    fields = {"status": params.get("status", "Stopped"), **params.get("fields", {})}
    context.edit(INSTANCES, instance["id"], fields, lasting=True)
    context.world.metrics.begin(instance["id"], ALL_METRICS, context.since, STATE_OWNER, "gap")
    context.changes.append({"id": instance["id"], "woken": True, "lasting": True})
    if "deed" in params:
        context.create(
            OPERATION_RECORDS,
            {
                "id": f"{iso(context.since)}-{context.world.ids.text('record', length=16)}",
                "accountId": instance["accountId"],
                "region": instance["region"],
                "resourceId": instance["id"],
                "resourceName": instance["name"],
                "operation": params["deed"],
                "operator": _operator(context, params.get("by", "system")),
                "parameters": {},
                "time": iso(context.since),
            },
        )


def _operator(context: EffectContext, by: str) -> str:
    """`user` means the account's first user."""
    if by != "user":
        return by
    users = context.world.identity.users.all_of(context.resource["accountId"])
    return str(users[0]["key"]) if users else by


@effect("instance.expired", INSTANCES)
def expired(context: EffectContext, params: Params) -> None:
    """A prepaid instance whose paid time ended `days_ago`."""
    ended = iso(later(context.now, -DAY * params.get("days_ago", 1)))
    context.edit(INSTANCES, context.resource_id, {"expireTime": ended}, lasting=True)
    _take_out(context, context.resource, {"status": "Expired"})


@effect("instance.expiring", INSTANCES)
def expiring(context: EffectContext, params: Params) -> None:
    """A prepaid instance whose paid time ends `in_days` and is not renewed by itself."""
    ends = iso(later(context.now, DAY * params.get("in_days", 2)))
    context.edit(INSTANCES, context.resource_id, {"expireTime": ends, "autoRenew": False})


@effect("host.outage", INSTANCES, EVENTS)
def host_outage(context: EffectContext, params: Params) -> None:
    """Every running instance on the host of the resource goes dark with an event of its own."""
    neighbours = context.world.collection(INSTANCES).everywhere("hostId", context.resource["hostId"])
    for instance in neighbours[:MOST_NEIGHBOURS]:
        if instance["status"] != "Running":
            continue
        lay_overlay(context.world, instance, context.scenario_id, {"responsive": False, "agent": False})
        context.world.metrics.begin(instance["id"], ALL_METRICS, context.since, context.scenario_id, "gap")
        context.edit(INSTANCES, instance["id"], {"repairStatus": "waitAuthorize"})
        context.create(EVENTS, open_event(context.world, instance, "unplanned", params, context.since))


@effect("account.arrears", ACCOUNTS, INSTANCES)
def arrears(context: EffectContext, params: Params) -> None:
    """The balance is negative and every running postpaid instance of the account is stopped."""
    account_id = context.resource["accountId"]
    context.edit(ACCOUNTS, account_id, {"balance": params["balance"]}, lasting=True)
    for instance in context.world.collection(INSTANCES).all_of(account_id, None, {"status": "Running"}):
        if instance["paymentTiming"] == "Postpaid":
            _take_out(
                context,
                instance,
                {"deed": "StopInstance", "by": "billing", "fields": {"chargeStatus": "arrears"}},
            )


@effect("account.balance", ACCOUNTS)
def balance(context: EffectContext, params: Params) -> None:
    """The cash balance."""
    context.edit(ACCOUNTS, context.resource["accountId"], {"balance": params["balance"]}, lasting=True)


@effect("event.unplanned", EVENTS)
def unplanned_event(context: EffectContext, params: Params) -> None:
    """A failure event of the instance."""
    event = open_event(context.world, context.resource, "unplanned", params, context.since)
    context.create(EVENTS, event)


@effect("event.planned", EVENTS)
def planned_event(context: EffectContext, params: Params) -> None:
    """A maintenance event of the instance, to be carried out `in_hours` unless the customer says otherwise."""
    details = {**params, "executeTime": iso(later(context.now, 3600 * params.get("in_hours", 48)))}
    context.create(EVENTS, open_event(context.world, context.resource, "planned", details, context.since))


@effect("group.close", SECURITY_GROUPS)
def close_port(context: EffectContext, params: Params) -> None:
    """Every ingress rule for `port` disappears from the instance's security groups."""
    for identifier in context.resource["securityGroupIds"]:
        group = context.world.collection(SECURITY_GROUPS).get(identifier)
        if group is not None:
            rules = [rule for rule in group["rules"] if not _opens(rule, str(params["port"]))]
            context.edit(SECURITY_GROUPS, identifier, {"rules": rules})


def _opens(rule: dict[str, Any], port: str) -> bool:
    return rule["direction"] == "ingress" and rule["portRange"] in (port, "", "1-65535") and rule["protocol"] != "icmp"


@effect("volume", VOLUMES)
def volume_fields(context: EffectContext, params: Params) -> None:
    """Fields of the instance's volume: `which` is System, Cds or Ephemeral."""
    which = params.get("which", "System")
    fields = {name: value for name, value in params.items() if name != "which"}
    for volume in context.world.collection(VOLUMES).all_of(
        context.resource["accountId"], None, {"instanceId": context.resource_id}
    ):
        if volume["type"] == which:
            context.edit(VOLUMES, volume["id"], fields)
            return
    raise LookupError(f"instance {context.resource_id!r} has no {which} volume")
