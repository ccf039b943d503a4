"""Alarms and their policies: the default policies every instance has, judged on the curves as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.bcm.metric_data import Window, check_user, iso_seconds, statistics
from cloudsim.bcm.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.store.collection import Document
from cloudsim.world.metrics import SCOPES
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
JUDGED_SECONDS = 600
MOST_RESOURCES = 200


@dataclass(frozen=True, slots=True)
class Policy:
    """A default policy: alert when the mean of ten minutes is above the threshold (percent)."""

    name: str
    metric: str
    threshold: float


POLICIES = (
    Policy("cpu-above-90", "CPUUsagePercent", 90.0),
    Policy("memory-above-90", "MemUsedPercent", 90.0),
    Policy("disk-above-90", "DiskUsedPercent", 90.0),
)


class AlarmQuery(BaseModel):
    """Body of DescribeAlarms."""

    startTime: str | None = None
    endTime: str | None = None
    state: Literal["OK", "ALERT", "NO_DATA", "CLOSED"] | None = None
    scope: str | None = None
    policyName: str | None = None
    pageNo: Annotated[int, Field(ge=1, le=100_000)] = 1
    pageSize: Annotated[int, Field(ge=1, le=100)] = 10


def _suspects(call: Call) -> list[Document]:
    """Instances whose curves something shaped within the last day: all others are quiet by construction."""
    since = later(call.now, -86_400).timestamp()
    rows = call.world.database.read(
        "SELECT DISTINCT resource FROM metric_effect WHERE end IS NULL OR end > ? ORDER BY seq DESC LIMIT ?",
        (since, MOST_RESOURCES),
    )
    found = call.collection(INSTANCES).get_many(row[0] for row in rows)
    return [one for one in found if one["accountId"] == call.account_id and call.region in (None, one["region"])]


def _judged(call: Call, instance: Document) -> Iterator[Json]:
    scope, now = SCOPES["BCE_BCC"], call.now.timestamp()
    window = Window(now - JUDGED_SECONDS, now, 60)
    for policy in POLICIES:
        entries = statistics(call, scope, instance, policy.metric, window)
        mean = sum(entry["average"] for entry in entries) / len(entries) if entries else None
        state = "NO_DATA" if mean is None else "ALERT" if mean > policy.threshold else "OK"
        if state == "NO_DATA" and policy is not POLICIES[0]:
            continue
        if state != "OK":
            yield _alarm(instance, policy, state, mean, call.now)


def _alarm(instance: Document, policy: Policy, state: str, mean: float | None, now: datetime) -> Json:
    return {
        "id": f"{instance['id']}-{policy.name}",
        "seriesId": f"{instance['id']}-{policy.name}",
        "state": state,
        "initState": state,
        "closeReason": "",
        "startTime": iso_seconds(now.timestamp() - JUDGED_SECONDS),
        "endTime": iso(now),
        "type": "INSTANCE",
        "resource": {
            "userId": instance["accountId"],
            "scope": "BCE_BCC",
            "region": instance["region"],
            "resourceType": "Instance",
            "identifiers": [{"name": "InstanceId", "value": instance["id"]}],
        },
        "policy": _policy_view(policy),
        "actions": [],
        "alertMetrics": [{"metric": {"name": policy.metric, "value": mean, "unit": "%"}, "rule": _condition(policy)}],
    }


def _condition(policy: Policy) -> Json:
    return {
        "metricName": policy.metric,
        "operator": ">",
        "threshold": policy.threshold,
        "statistics": "average",
        "window": JUDGED_SECONDS,
    }


def _rule_condition(policy: Policy) -> Json:
    return {
        "metricName": policy.metric,
        "operator": ">",
        "threshold": policy.threshold,
        "aggregateType": "average",
        "windowSeconds": JUDGED_SECONDS,
    }


def _policy_view(policy: Policy) -> Json:
    return {
        "id": policy.name,
        "name": policy.name,
        "scope": "BCE_BCC",
        "resourceType": "Instance",
        "rules": [{"conditions": [_rule_condition(policy)], "pendingCount": 1}],
        "actions": [],
    }


@SERVICE.operation(
    "POST", "/v3/bcm/ah", query={"action": "DescribeAlarms"}, name="DescribeAlarms", access="read", body=AlarmQuery
)
def describe_alarms(call: Call, body: AlarmQuery) -> Json:
    """What alerts now."""
    alarms = [alarm for instance in _suspects(call) for alarm in _judged(call, instance)]
    alarms = [
        alarm
        for alarm in alarms
        if body.state in (None, alarm["state"]) and body.policyName in (None, "", alarm["policy"]["name"])
    ]
    first = (body.pageNo - 1) * body.pageSize
    return {
        "alarms": alarms[first : first + body.pageSize],
        "pageNo": body.pageNo,
        "pageSize": body.pageSize,
        "totalCount": len(alarms),
    }


@SERVICE.operation(
    "POST",
    "/v3/bcm",
    query={"action": "DescribeAlarmPolicies"},
    name="DescribeAlarmPolicies",
    access="read",
    body=AlarmQuery,
)
def describe_policies(call: Call, body: AlarmQuery) -> Json:
    """The default policies."""
    first = (body.pageNo - 1) * body.pageSize
    policies = [_policy_view(policy) for policy in POLICIES][first : first + body.pageSize]
    return {
        "success": True,
        "code": "OK",
        "message": "",
        "policies": policies,
        "pageNo": body.pageNo,
        "pageSize": body.pageSize,
        "totalCount": len(POLICIES),
    }


@SERVICE.operation("GET", "/csm/api/v1/services/alarm/config/list", name="ListAlarmConfigs", access="read")
def list_alarm_configs(call: Call) -> Json:
    """The same policies, as the first generation shows them."""
    check_user(call, call.query.get("userId", ""))
    number, size = call.integer("pageNo", 1, 1, 100_000), call.integer("pageSize", 10, 1, 100)
    page = POLICIES[(number - 1) * size : number * size]
    return {
        "orderBy": "",
        "order": call.query.get("order", ""),
        "pageNo": number,
        "pageSize": size,
        "totalCount": len(POLICIES),
        "result": [
            {
                "alarmName": one.name,
                "scope": "BCE_BCC",
                "actionEnabled": True,
                "level": "WARNING",
                "rules": [[{"metricName": one.metric, "operator": ">", "threshold": one.threshold}]],
            }
            for one in page
        ],
    }
