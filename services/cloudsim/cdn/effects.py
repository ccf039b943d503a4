"""What scenarios can do to domains, their certificates and their purge tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.blb.service import BALANCERS
from cloudsim.cdn.service import DOMAINS, RUNNING, STOPPED, TASKS
from cloudsim.cdn.tasks import CHINA, URL_QUOTA
from cloudsim.certificate.service import CERTIFICATES
from cloudsim.eip.service import EIPS
from cloudsim.faults import scenarios
from cloudsim.faults.effects import EffectContext, Params, effect
from cloudsim.faults.scenarios import TARGETS, Target
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.guests import lay_overlay
from cloudsim.world.metrics import ALL_METRICS
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from cloudsim.world.world import World

WAITED = "cdn.waited"
TARGETS["domain"] = Target(DOMAINS, lambda domain: bool(domain["status"] == RUNNING))
TARGETS["site"] = Target(DOMAINS, lambda domain: bool(domain["status"] == RUNNING and not _is_bucket(domain)))
TARGETS["secure_domain"] = Target(
    DOMAINS, lambda domain: bool(domain["status"] == RUNNING and domain["config"]["https"].get("certId"))
)
LEFT_OF_QUOTA = 0


def _is_bucket(domain: Document) -> bool:
    """Whether the content comes from object storage."""
    return any(origin["peer"].endswith(".bcebos.com") for origin in domain["config"]["origin"])


def origin_servers(context: EffectContext) -> list[Document]:
    """The instances behind the domain's origin, when it is an address of the account."""
    found: list[Document] = []
    for origin in context.resource["config"]["origin"]:
        for eip in context.world.collection(EIPS).everywhere("eip", origin["peer"]):
            balancer = context.world.collection(BALANCERS).get(eip.get("instanceId", ""))
            servers = [one["instanceId"] for one in balancer["backends"]] if balancer else [eip.get("instanceId", "")]
            found.extend(context.world.collection(INSTANCES).get_many(servers))
    return found


@effect("cdn.errors")
def errors(context: EffectContext, params: Params) -> None:
    """`share` percent of the answers have status `code`; the hit rate sinks to `hit_rate` when given."""
    metrics, since, owner = context.world.metrics, context.since, context.scenario_id
    metrics.begin(context.resource_id, f"Http{params['code']}Percent", since, owner, "set", params["share"])
    if "hit_rate" in params:
        metrics.begin(context.resource_id, "HitRatePercent", since, owner, "set", params["hit_rate"])


@effect("cdn.origin_down")
def origin_down(context: EffectContext, params: Params) -> None:
    """The program behind the origin does not listen any more."""
    for instance in origin_servers(context):
        state = {"closedPorts": [80, 443, 8080], "stoppedServices": ["nginx"]}
        lay_overlay(context.world, instance, context.scenario_id, state)
        context.touch(instance["id"])


@effect("cdn.no_filing", DOMAINS)
def no_filing(context: EffectContext, params: Params) -> None:
    """The domain lost its ICP filing and was taken out of service."""
    context.edit(DOMAINS, context.resource_id, {"icp": False, "status": STOPPED})
    context.world.metrics.begin(context.resource_id, ALL_METRICS, context.since, context.scenario_id, "set", 0.0)


@effect("cdn.disabled", DOMAINS)
def disabled(context: EffectContext, params: Params) -> None:
    """Somebody stopped the domain."""
    context.edit(DOMAINS, context.resource_id, {"status": STOPPED}, lasting=True)
    context.world.metrics.begin(context.resource_id, ALL_METRICS, context.since, context.scenario_id, "set", 0.0)


@effect("cdn.setting", DOMAINS)
def setting(context: EffectContext, params: Params) -> None:
    """One of the domain's settings was changed."""
    config = {**context.resource["config"], **params}
    context.edit(DOMAINS, context.resource_id, {"config": config}, lasting=True)


@effect("cdn.task", TASKS)
def task(context: EffectContext, params: Params) -> None:
    """A purge that was asked for `seconds_ago`; with `fails` it does not succeed."""
    created = later(context.now, -params.get("seconds_ago", 60))
    context.create(TASKS, _task(context, "one", iso(created), params))
    if not params.get("fails"):
        _wait_until(context, later(created, context.world.pace.cdn_task), "WaitUntilTaskDone")


def _wait_until(context: EffectContext, due: datetime, deed: str) -> None:
    """Time alone is the remedy."""
    payload = {"domain": context.resource_id, "deed": deed}
    context.world.agenda.schedule(due, WAITED, context.scenario_id, payload)


@happening(WAITED)
def waited(world: World, at: datetime, payload: Payload) -> None:
    """What the customer waited for has come."""
    scenarios.react(world, payload["deed"], payload["domain"], {}, at)


def _task(context: EffectContext, name: str, created: str, params: Params) -> Document:
    identifier = context.world.ids.text("cdn-task")
    return {
        "id": f"{identifier}-{name}",
        "accountId": context.resource["accountId"],
        "region": "",
        "taskId": identifier,
        "kind": "purge",
        "day": (context.now + CHINA).date().isoformat(),
        "url": f"https://{context.resource_id}{params.get('path', '/index.html')}",
        "type": params.get("type", "file"),
        "createTime": created,
        "operator": "system",
        "fails": params.get("fails", False),
    }


@effect("cdn.quota_used", TASKS)
def quota_used(context: EffectContext, params: Params) -> None:
    """A script of the customer has used up the purge quota of the day."""
    created = iso(context.now - timedelta(minutes=30))
    used = _task(context, "script", created, {"path": "/script"})
    context.create(TASKS, {**used, "counts": URL_QUOTA - LEFT_OF_QUOTA, "hidden": True})
    china = context.now + CHINA
    midnight = china.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    _wait_until(context, midnight - CHINA, "WaitUntilTomorrow")


@effect("certificate.expires", CERTIFICATES)
def certificate_expires(context: EffectContext, params: Params) -> None:
    """The certificate that the domain or the load balancer shows ended `days_ago` (negative: in some days)."""
    for identifier in _certificates_of(context):
        stop = iso(later(context.now, -86_400 * params.get("days_ago", 2)))
        context.edit(CERTIFICATES, identifier, {"stopTime": stop}, lasting=True)


@effect("certificate.renewed", CERTIFICATES)
def certificate_renewed(context: EffectContext, params: Params) -> None:
    """A newer certificate for the same names lies in the list, deployed nowhere."""
    for identifier in _certificates_of(context):
        old = context.world.collection(CERTIFICATES).get(identifier)
        if old is None:
            continue
        fresh = {
            **old,
            "id": context.world.ids.new("cert"),
            "name": f"{old['name']}-renewed",
            "startTime": iso(later(context.now, -86_400 * 5)),
            "stopTime": iso(later(context.now, 86_400 * 360)),
            "createTime": iso(later(context.now, -86_400 * 5)),
        }
        context.create(CERTIFICATES, fresh)


def _certificates_of(context: EffectContext) -> list[str]:
    if "config" in context.resource:
        return [context.resource["config"]["https"]["certId"]]
    found = [one for listener in context.resource["listeners"] for one in listener.get("certIds", [])]
    return list(dict.fromkeys(found))
