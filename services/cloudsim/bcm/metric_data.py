"""Metric data of the first API generation: `GET /json-api/v1/metricdata/…`.

Absent data stays absent: a point without a sample is left out, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cloudsim.bcm.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter, no_such_object
from cloudsim.store.collection import Document
from cloudsim.world.metrics import SAMPLE_SECONDS, SCOPES, Scope
from cloudsim.world.moments import iso, parse

Json = dict[str, Any]
MAX_WINDOW_SECONDS = 31 * 86_400
MAX_POINTS = 1440
# A long period is sampled this often, so that one point costs at most sixteen evaluations.
SAMPLES_PER_POINT = 16
STATISTICS = ("average", "maximum", "minimum", "sum", "sampleCount")
DEFAULT_PERIOD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Window:
    """Start and end (Unix seconds) and the period of a point, in seconds."""

    start: float
    end: float
    period: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise invalid_parameter("endTime lies before startTime.")
        if self.end - self.start > MAX_WINDOW_SECONDS:
            raise invalid_parameter("The window must not exceed 31 days.")
        if self.period < SAMPLE_SECONDS or self.period % SAMPLE_SECONDS:
            raise invalid_parameter("The period must be a multiple of 60 seconds.")
        if (self.end - self.start) / self.period > MAX_POINTS:
            raise invalid_parameter(f"The window holds more than {MAX_POINTS} points; choose a longer period.")

    def points(self) -> Iterator[float]:
        """The start of every whole period in the window."""
        first = int(-(-self.start // self.period)) * self.period
        yield from range(first, int(self.end) + 1, self.period)


def parse_time(text: str, name: str) -> float:
    """Unix seconds of an ISO time; raises InvalidHTTPRequest."""
    try:
        return parse(text).timestamp()
    except (ValueError, OverflowError):
        raise invalid_parameter(f"{name} must be an ISO 8601 UTC time.") from None


def find_scope(name: str) -> Scope:
    """A monitoring scope by name."""
    scope = SCOPES.get(name)
    if scope is None:
        raise no_such_object("scope", name[:64])
    return scope


def find_resource(call: Call, scope: Scope, identifier: str) -> Document:
    """The caller's resource of a scope."""
    found = call.collection(scope.kind).get(identifier)
    if found is None or found["accountId"] != call.account_id:
        raise no_such_object(scope.dimension, identifier[:64])
    return found


def statistics(call: Call, scope: Scope, document: Document, metric: str, window: Window) -> list[Json]:
    """One entry of statistics for every period that has data."""
    if scope.aliases.get(metric, metric) not in scope.shapes:
        raise no_such_object("metric", metric[:64])
    step = max(SAMPLE_SECONDS, window.period // SAMPLES_PER_POINT)
    starts = [start for start in window.points() if start <= call.now.timestamp()]
    now = call.now.timestamp()
    moments = [start + offset for start in starts for offset in range(0, window.period, step) if start + offset <= now]
    values: dict[float, list[float]] = {}
    for moment, value in call.world.metrics.curve(scope, document, metric, moments):
        values.setdefault(moment - moment % window.period, []).append(value)
    return [
        {
            "average": round(sum(found) / len(found), 2),
            "maximum": max(found),
            "minimum": min(found),
            "sum": round(sum(found), 2),
            "sampleCount": window.period // SAMPLE_SECONDS,
            "timestamp": start,
        }
        for start, found in sorted(values.items())
    ]


def dimension_values(call: Call, key: str, scope: Scope) -> list[str]:
    """Resource ids of `InstanceId:i-…;Other:x` in a query parameter."""
    found = []
    for text in call.query_list(key):
        for part in text.replace(",", ";").split(";"):
            name, _, value = part.partition(":")
            if name == scope.dimension and value:
                found.append(value)
    if not found:
        raise invalid_parameter(f"{key} must name the dimension {scope.dimension}.")
    return found


def _window(call: Call) -> Window:
    now = call.now.timestamp()
    end = parse_time(call.query["endTime"], "endTime") if call.query.get("endTime") else now
    start = parse_time(call.query["startTime"], "startTime") if call.query.get("startTime") else end - 3600
    return Window(start, end, call.integer("periodInSecond", DEFAULT_PERIOD_SECONDS, 60, 86_400))


def _wanted_statistics(call: Call) -> list[str]:
    given = call.query_list("statistics[]") or call.query_list("statistics") or ["average"]
    names = [name for text in given for name in text.split(",") if name]
    unknown = [name for name in names if name not in STATISTICS]
    if unknown:
        raise invalid_parameter(f"statistics must be among {', '.join(STATISTICS)}.")
    return names


def check_user(call: Call, user_id: str) -> None:
    """The user id of the path must be the account that signs."""
    if user_id != call.account_id:
        raise CloudError("AccessDenied", "The user id in the path is not the caller's account.")


def _points(entries: list[Json], names: list[str]) -> list[Json]:
    return [
        {**{name: entry[name] for name in names}, "timestamp": iso_seconds(entry["timestamp"])} for entry in entries
    ]


def iso_seconds(moment: float) -> str:
    """ISO time of Unix seconds."""
    return iso(datetime.fromtimestamp(moment, UTC))


@SERVICE.operation("GET", "/json-api/v1/metricdata/{user_id}/{scope}/{metric}", name="GetMetricData", access="read")
def get_metric_data(call: Call) -> Json:
    """One metric of one resource."""
    check_user(call, call.params["user_id"])
    scope = find_scope(call.params["scope"])
    resource = find_resource(call, scope, dimension_values(call, "dimensions", scope)[0])
    entries = statistics(call, scope, resource, call.params["metric"], _window(call))
    points = _points(entries, _wanted_statistics(call))
    return {"requestId": call.request_id, "code": "OK", "message": "", "dataPoints": points}


def _batch(call: Call) -> Json:
    check_user(call, call.params["user_id"])
    scope = find_scope(call.params["scope"])
    window, names = _window(call), _wanted_statistics(call)
    given = call.query_list("metricName[]") or call.query_list("metricName")
    metrics = [name for text in given for name in text.split(",") if name]
    if not metrics:
        raise invalid_parameter("metricName[] is required.")
    key = "dimensions[]" if call.query_list("dimensions[]") else "dimensions"
    done: list[Json] = []
    failed: list[Json] = []
    for identifier in dimension_values(call, key, scope)[:100]:
        for metric in metrics[:20]:
            place = {"metricName": metric, "dimensions": [{"name": scope.dimension, "value": identifier}]}
            try:
                resource = find_resource(call, scope, identifier)
                entries = statistics(call, scope, resource, metric, window)
            except CloudError as error:
                failed.append({**place, "code": error.code, "message": error.message})
            else:
                done.append({**place, "dataPoints": _points(entries, names)})
    return {"requestId": call.request_id, "code": "OK", "message": "", "successList": done, "errorList": failed}


@SERVICE.operation("GET", "/json-api/v1/metricdata/batch/{user_id}/{scope}", name="GetBatchMetricData", access="read")
def batch_metric_data(call: Call) -> Json:
    """Several metrics of several resources, as the Python SDK asks."""
    return _batch(call)


@SERVICE.operation(
    "GET", "/json-api/v1/metricdata/metricName/{user_id}/{scope}", name="GetMetricDataByName", access="read"
)
def metric_data_by_name(call: Call) -> Json:
    """The same, as the Go SDK asks."""
    return _batch(call)
