"""Metric reads of the monitoring console's API (`/csm/api/v2`), which the Python SDK also offers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcm.metric_data import (
    Window,
    check_user,
    find_resource,
    find_scope,
    iso_seconds,
    parse_time,
    statistics,
)
from cloudsim.bcm.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import invalid_parameter
from cloudsim.world.metrics import Scope

Json = dict[str, Any]
Names = Annotated[list[str], Field(max_length=20)]
Statistic = Literal["average", "maximum", "minimum", "sum", "sampleCount"]
LATEST_SECONDS = 900


class Dimension(BaseModel):
    """One dimension of a resource."""

    name: str
    value: str


class LatestQuery(BaseModel):
    """Body of the latest points."""

    metricNames: Names
    dimensions: Annotated[list[list[Dimension]], Field(max_length=100)] = []
    statistics: Annotated[list[Statistic], Field(max_length=5)] = ["average"]
    timestamp: str | None = None
    cycle: Annotated[int, Field(ge=60, le=86_400)] = 60


class AllDataQuery(LatestQuery):
    """Body of the curves."""

    userId: str
    scope: str
    startTime: str
    endTime: str


def _identifier(scope: Scope, dimensions: list[Dimension]) -> str:
    found = next((one.value for one in dimensions if one.name == scope.dimension), None)
    if found is None:
        raise invalid_parameter(f"dimensions must name {scope.dimension}.")
    return found


def _curves(call: Call, scope: Scope, body: LatestQuery, window: Window, last: bool) -> list[Json]:
    curves = []
    for dimensions in body.dimensions:
        resource = find_resource(call, scope, _identifier(scope, dimensions))
        for metric in body.metricNames:
            entries = statistics(call, scope, resource, metric, window)
            points = [
                {**{name: entry[name] for name in body.statistics}, "timestamp": iso_seconds(entry["timestamp"])}
                for entry in (entries[-1:] if last else entries)
            ]
            curves.append(
                {
                    "region": resource.get("region", ""),
                    "scope": scope.name,
                    "metricName": metric,
                    "dimensions": [one.model_dump() for one in dimensions],
                    "dataPoints": points,
                }
            )
    return curves


@SERVICE.operation(
    "POST",
    "/csm/api/v2/userId/{user_id}/services/{scope}/data/metricData/latest/batch",
    name="GetMultiDimensionLatestMetrics",
    access="read",
    body=LatestQuery,
)
def latest(call: Call, body: LatestQuery) -> Json:
    """The newest point of each metric; none where there is no data."""
    check_user(call, call.params["user_id"])
    scope = find_scope(call.params["scope"])
    end = parse_time(body.timestamp, "timestamp") if body.timestamp else call.now.timestamp()
    window = Window(end - LATEST_SECONDS, end, body.cycle)
    return {"requestId": call.request_id, "code": "OK", "metrics": _curves(call, scope, body, window, last=True)}


@SERVICE.operation("POST", "/csm/api/v2/data/metricAllData", name="GetAllDataMetrics", access="read", body=AllDataQuery)
def all_data(call: Call, body: AllDataQuery) -> Json:
    """The curves of several metrics."""
    check_user(call, body.userId)
    scope = find_scope(body.scope)
    window = Window(parse_time(body.startTime, "startTime"), parse_time(body.endTime, "endTime"), body.cycle)
    return {"requestId": call.request_id, "code": "OK", "metrics": _curves(call, scope, body, window, last=False)}
