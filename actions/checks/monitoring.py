"""Checks of the monitoring data. No data is not zero: an absent series means unknown or a gap, and is said so."""

from datetime import datetime, timedelta, timezone
from typing import Any

from actions.checks.compute import Params, locate
from actions.checks.view import CloudView
from actions.tasks.ports import CheckResult, FactValue
from contracts.clock import isoformat

WINDOW_MINUTES = 60
PERIOD_SECONDS = 60
GAP_MINUTES = 5
"""The agent reports each minute; five missing points are a gap, one or two are jitter."""
BUSY_PERCENT = 95
_RECENT_POINTS = 5
_METRICS = {"cpu_percent": "CPUUsagePercent", "memory_percent": "MemUsedPercent", "load": "CpuLoadAvg1"}

Points = list[tuple[datetime, float]]


def metrics(view: CloudView, params: Params) -> CheckResult:
    """CPU, memory and load of the last hour, and how long ago the last point came."""
    region, data, _ = locate(view, params)
    query = {
        "dimensions[]": f"InstanceId:{data['id']}",
        "statistics[]": "average",
        "startTime": isoformat(view.now - timedelta(minutes=WINDOW_MINUTES)),
        "endTime": isoformat(view.now),
        "periodInSecond": str(PERIOD_SECONDS),
        "metricName[]": ",".join(_METRICS.values()),
    }
    path = f"/json-api/v1/metricdata/batch/{view.user.account_id}/BCE_BCC"
    answer = view.call("getMetricData", "bcm", region, "GET", path, query)
    series = {one["metricName"]: _points(one["dataPoints"]) for one in answer.data["successList"]}
    last = max((points[-1][0] for points in series.values() if points), default=None)
    ids = (answer.request_id,) if answer.request_id else ()
    if last is None:
        return CheckResult("metrics", "bad", {"available": False, "gap_minutes": WINDOW_MINUTES}, ids)
    gap = max(0, int((view.now - last).total_seconds() // 60))
    facts: dict[str, FactValue] = {"available": True, "gap_minutes": gap}
    for fact, metric in _METRICS.items():
        points = series.get(metric) or []
        if points:
            recent = [value for _, value in points[-_RECENT_POINTS:]]
            facts[fact] = round(sum(recent) / len(recent), 1)
    busy = any(
        isinstance(v := facts.get(name), float) and v >= BUSY_PERCENT for name in ("cpu_percent", "memory_percent")
    )
    return CheckResult("metrics", "bad" if gap >= GAP_MINUTES or busy else "ok", facts, ids)


def _points(raw: list[dict[str, Any]]) -> Points:
    found = [
        (
            datetime.fromisoformat(point["timestamp"].replace("Z", "+00:00")).astimezone(timezone.utc),
            float(point["average"]),
        )
        for point in raw
        if point.get("average") is not None
    ]
    return sorted(found)
