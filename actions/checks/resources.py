"""Lists the customer's own resources for "which one do you mean?"."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from actions.checks.compute import CLOSED_EVENTS, GOOD_STATUS
from actions.checks.view import CloudView
from actions.clients.cloud import Answer, CloudError
from actions.tasks.ports import CheckState, Resource, Resources

_EVENTS = {"action": "DescribeUnplannedEvents"}


def list_instances(view: CloudView, filters: Mapping[str, str]) -> Resources:
    """Instances that fit every filter (`id`, `ip`, `name`, `region`, `status`), the unhealthy ones first.

    Raises CloudError when a region does not answer: a part of the list would pass for the whole.
    """
    fitting = [(region, one) for region, one in view.instances() if _fits(region, one, filters)]
    troubled = _with_open_events(view) if fitting else {}
    items = [_resource(region, one, troubled) for region, one in fitting]
    items.sort(key=lambda item: (item.health != "bad", item.region, item.name))
    return Resources(tuple(items), len(items))


def _fits(region: str, instance: dict[str, Any], filters: Mapping[str, str]) -> bool:
    actual = {
        "id": {instance["id"]},
        "name": {instance["name"].lower()},
        "region": {region},
        "status": {instance["status"].lower()},
        "ip": {instance.get("internalIp", ""), instance.get("publicIp", "")},
    }
    wanted = {key: value.lower() if key in ("name", "status") else value for key, value in filters.items()}
    return all(value in actual.get(key, set()) for key, value in wanted.items())


def _with_open_events(view: CloudView) -> dict[str, bool]:
    """Instances with an open failure event. A region that does not answer leaves its instances' health unknown."""
    answers = view.together(
        {
            region: partial(view.call, "describeUnplannedEvents", "bcc", region, "POST", "/", _EVENTS, {"maxKeys": 100})
            for region in view.regions
        }
    )
    found: dict[str, bool] = {}
    for region, answer in answers.items():
        if isinstance(answer, CloudError):
            found[f"unknown:{region}"] = True
            continue
        assert isinstance(answer, Answer)
        for event in answer.data["unplannedMaintenanceEvents"]:
            if event["serverEventStatus"] not in CLOSED_EVENTS:
                found[event["instanceId"]] = True
    return found


def _resource(region: str, data: dict[str, Any], troubled: Mapping[str, bool]) -> Resource:
    health: CheckState = "ok"
    if data["status"] != GOOD_STATUS or data["id"] in troubled:
        health = "bad"
    elif f"unknown:{region}" in troubled:
        health = "unknown"
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
