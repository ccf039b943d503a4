"""Lists the customer's own resources for "which one do you mean?"."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from actions.checks.compute import CLOSED_EVENTS, GOOD_STATUS, moment
from actions.checks.monitoring import BUSY_PERCENT, GAP_MINUTES
from actions.checks.view import CloudView
from actions.clients.cloud import CloudError
from actions.tasks.ports import CheckState, Resource, Resources
from contracts.clock import isoformat

_EVENTS = {"action": "DescribeUnplannedEvents"}
_LATEST = {"action": "DescribeMetricDataLatest"}
_LARGEST_LOOK = 100
"""Instances whose newest metric one call may ask for; of larger fleets only status and events are looked at."""

Instance = dict[str, Any]


def list_instances(view: CloudView, filters: Mapping[str, str]) -> Resources:
    """Instances that fit every filter (`id`, `ip`, `name`, `region`, `status`), the unhealthy ones first.

    Unhealthy is: not running, an open failure event, no monitoring data for minutes, or memory used up.
    Raises CloudError when a region does not answer: a part of the list would pass for the whole.
    """
    fitting = [(region, one) for region, one in view.instances() if _fits(region, one, filters)]
    health = _health(view, fitting)
    items = [_resource(region, one, health[one["id"]]) for region, one in fitting]
    items.sort(key=lambda item: (item.health != "bad", item.region, item.name))
    return Resources(tuple(items), len(items))


def _fits(region: str, instance: Instance, filters: Mapping[str, str]) -> bool:
    actual = {
        "id": {instance["id"]},
        "name": {instance["name"].lower()},
        "region": {region},
        "status": {instance["status"].lower()},
        "ip": {instance.get("internalIp", ""), instance.get("publicIp", "")},
    }
    wanted = {key: value.lower() if key in ("name", "status") else value for key, value in filters.items()}
    return all(value in actual.get(key, set()) for key, value in wanted.items())


def _health(view: CloudView, instances: list[tuple[str, Instance]]) -> dict[str, CheckState]:
    """Each instance's health as far as cheap looks tell. Where a look fails, what it could have shown is unknown."""
    health: dict[str, CheckState] = {one["id"]: "ok" if one["status"] == GOOD_STATUS else "bad" for _, one in instances}
    running: dict[str, list[str]] = {}
    for region, one in instances:
        if health[one["id"]] == "ok":
            running.setdefault(region, []).append(one["id"])
    looks = {
        f"{region}:{look.__name__}": partial(look, view, region, ids)
        for region, ids in running.items()
        for look in (_with_open_events, _silent_or_full)
    }
    for name, troubled in view.together(looks).items():
        ids = running[name.partition(":")[0]]
        unsure = isinstance(troubled, CloudError)
        for instance_id in ids if isinstance(troubled, CloudError) else troubled:
            if unsure and health[instance_id] == "ok":
                health[instance_id] = "unknown"
            elif not unsure and instance_id in health:
                health[instance_id] = "bad"
    return health


def _with_open_events(view: CloudView, region: str, ids: list[str]) -> set[str]:
    answer = view.call("describeUnplannedEvents", "bcc", region, "POST", "/", _EVENTS, {"maxKeys": 100})
    return {
        event["instanceId"]
        for event in answer.data["unplannedMaintenanceEvents"]
        if event["serverEventStatus"] not in CLOSED_EVENTS
    }


def open_events(view: CloudView) -> tuple[Mapping[str, str], ...]:
    """Events that wait for the customer or are under way, on any instance: `instance_id`, `name`, `event_id`, `status`.

    A region that does not answer contributes nothing: this is news to mention, not a finding.
    """
    looks = {
        f"{region}:{kind}": partial(
            view.call,
            "describeEvents",
            "bcc",
            region,
            "POST",
            "/",
            {"action": f"Describe{kind}Events"},
            {"maxKeys": 20},
        )
        for region in view.regions
        for kind in ("Unplanned", "Planned")
    }
    found = []
    for answer in view.together(looks).values():
        if isinstance(answer, CloudError):
            continue
        for key in ("unplannedMaintenanceEvents", "plannedMaintenanceEvents"):
            for event in answer.data.get(key, []):
                if event["serverEventStatus"] not in CLOSED_EVENTS:
                    found.append(
                        {
                            "instance_id": event["instanceId"],
                            "name": event.get("instanceName", ""),
                            "event_id": event["serverEventId"],
                            "status": event["serverEventStatus"],
                        }
                    )
    return tuple(found)


def _silent_or_full(view: CloudView, region: str, ids: list[str]) -> set[str]:
    """Running instances that report nothing any more, or whose memory is used up."""
    if len(ids) > _LARGEST_LOOK:
        return set()
    body = {
        "scope": "BCE_BCC",
        "region": region,
        "endDatetime": isoformat(view.now),
        "metricName": "MemUsedPercent",
        "filters": [{"key": "InstanceId", "op": "in", "values": ids}],
        "limit": _LARGEST_LOOK,
        "aggregationOverTime": ["avg"],
    }
    answer = view.call("describeMetricDataLatest", "bcm", region, "POST", "/v3/bcm/query", _LATEST, body)
    well = set()
    for series in answer.data["timeseries"]:
        newest = series["dataPoints"][-1]
        at = moment(newest["timestamp"])
        if at and view.now - at < timedelta(minutes=GAP_MINUTES) and newest["avg"] < BUSY_PERCENT:
            well.add(series["dimensions"][0]["value"])
    return set(ids) - well


def _resource(region: str, data: Instance, health: CheckState) -> Resource:
    return Resource(
        kind="instance",
        id=data["id"],
        name=data["name"],
        region=region,
        ip=data.get("publicIp", ""),
        private_ip=data.get("internalIp", ""),
        status=data["status"],
        health=health,
        os=f"{data.get('osName', '')} {data.get('osVersion', '')}".strip(),
        spec=data.get("spec", ""),
        expires_at=data.get("expireTime", ""),
    )
