"""Metric data and alarms of the newer API generation: `POST /v3/bcm/query?action=…`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcm.metric_data import Window, find_resource, find_scope, iso_seconds, parse_time, statistics
from cloudsim.bcm.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.world.metrics import Scope

Json = dict[str, Any]
Statistic = Literal["avg", "sum", "max", "min", "count"]
NAMES: dict[str, Statistic] = {
    "average": "avg",
    "sum": "sum",
    "maximum": "max",
    "minimum": "min",
    "sampleCount": "count",
}
# The curve is looked for this far back when only its latest point is asked for.
LATEST_SECONDS = 900
FINEST_POINTS = 240


class Filter(BaseModel):
    """One dimension filter."""

    key: str
    op: Literal["=", "!=", "in"] = "="
    value: str | None = None
    values: Annotated[list[str], Field(max_length=100)] = []

    def wanted(self) -> list[str]:
        """The values asked for."""
        return [*self.values, *([self.value] if self.value else [])]


class MetricQuery(BaseModel):
    """Body of the three DescribeMetricData actions."""

    scope: str
    resourceType: str | None = None
    region: str | None = None
    beginDatetime: str | None = None
    endDatetime: str
    metricName: str
    filters: Annotated[list[Filter], Field(max_length=20)] = []
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0
    periodSeconds: Annotated[int, Field(ge=60, le=86_400)] | None = None
    aggregationOverTime: Annotated[list[Statistic], Field(max_length=5)] = []


def _resources(call: Call, scope: Scope, body: MetricQuery) -> list[str]:
    chosen = [item for item in body.filters if item.key == scope.dimension and item.op != "!="]
    if not chosen:
        raise invalid_parameter(f"filters must name the dimension {scope.dimension}.")
    names = [value for item in chosen for value in item.wanted()]
    return names[body.offset : body.offset + body.limit]


def _period(body: MetricQuery, seconds: float) -> int:
    if body.periodSeconds is not None:
        return body.periodSeconds
    return max(60, int(seconds / FINEST_POINTS) // 60 * 60)


def _timeseries(call: Call, body: MetricQuery, latest: bool) -> list[Json]:
    scope = find_scope(body.scope)
    end = parse_time(body.endDatetime, "endDatetime")
    start = end - LATEST_SECONDS if latest else parse_time(body.beginDatetime or "", "beginDatetime")
    window = Window(start, end, body.periodSeconds or 60 if latest else _period(body, end - start))
    series = []
    for identifier in _resources(call, scope, body):
        entries = statistics(call, scope, find_resource(call, scope, identifier), body.metricName, window)
        if latest:
            entries = entries[-1:]
        if entries:
            series.append(
                {
                    "metricName": body.metricName,
                    "dimensions": [{"name": scope.dimension, "value": identifier}],
                    "dataPoints": [_point(entry, body.aggregationOverTime) for entry in entries],
                }
            )
    return series


def _point(entry: Json, wanted: list[Statistic]) -> Json:
    named: Json = {short: entry[long] for long, short in NAMES.items() if not wanted or short in wanted}
    return {"timestamp": iso_seconds(entry["timestamp"]), **named}


def _answer(call: Call, body: MetricQuery, latest: bool) -> Json:
    if body.region not in (None, "", call.region) and call.region is not None:
        raise CloudError("InvalidHTTPRequest", f"The region {body.region!r} is not served by this endpoint.")
    return {"success": True, "code": "OK", "message": "", "timeseries": _timeseries(call, body, latest)}


@SERVICE.operation(
    "POST",
    "/v3/bcm/query",
    query={"action": "DescribeMetricData"},
    name="DescribeMetricData",
    access="read",
    body=MetricQuery,
)
def metric_data(call: Call, body: MetricQuery) -> Json:
    """Curves; a resource without data in the window has none."""
    return _answer(call, body, latest=False)


@SERVICE.operation(
    "POST",
    "/v3/bcm/query",
    query={"action": "DescribeMetricDataLatest"},
    name="DescribeMetricDataLatest",
    access="read",
    body=MetricQuery,
)
def metric_data_latest(call: Call, body: MetricQuery) -> Json:
    """The newest point of each curve."""
    return _answer(call, body, latest=True)


@SERVICE.operation(
    "POST",
    "/v3/bcm/query",
    query={"action": "DescribeMetricDataLatestTop"},
    name="DescribeMetricDataLatestTop",
    access="read",
    body=MetricQuery,
)
def metric_data_latest_top(call: Call, body: MetricQuery) -> Json:
    """The newest points, highest average first."""
    answer = _answer(call, body, latest=True)
    answer["timeseries"].sort(key=lambda one: -float(one["dataPoints"][-1].get("avg", 0.0)))
    return answer
