"""Slow and error logs: quiet instances have a rare entry; a trouble writes one every so often since it began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import invalid_parameter
from cloudsim.rds.service import SERVICE, find_database
from cloudsim.store.collection import Document
from cloudsim.world.chance import unit
from cloudsim.world.moments import iso, parse

Json = dict[str, Any]
HOUR_SECONDS = 3600
MAX_WINDOW_SECONDS = 7 * 86_400
# On a quiet day one hour in so many has a slow query.
QUIET_SHARE = 0.15
QUIET_SQL = "SELECT COUNT(*) FROM orders WHERE created_at > ?"


class LogQuery(BaseModel):
    """Body of the two log details."""

    startTime: str
    endTime: str
    pageNo: Annotated[int, Field(ge=1, le=100_000)] = 1
    pageSize: Annotated[int, Field(ge=1, le=100)] = 10


def _window(call: Call, body: LogQuery) -> tuple[float, float]:
    try:
        start, end = parse(body.startTime).timestamp(), parse(body.endTime).timestamp()
    except (ValueError, OverflowError):
        raise invalid_parameter("startTime and endTime must be ISO 8601 UTC times.") from None
    if not 0 <= end - start <= MAX_WINDOW_SECONDS:
        raise invalid_parameter("The window must not exceed 7 days.")
    return start, min(end, call.now.timestamp())


def _troubled(document: Document, kind: str, start: float, end: float) -> Iterator[tuple[float, Json]]:
    for trouble in document.get("troubles", []):
        if trouble["log"] != kind:
            continue
        began, every = parse(trouble["since"]).timestamp(), trouble["everySeconds"]
        step = max(0, int(-(-(start - began) // every)))
        moment = began + step * every
        while moment <= end:
            yield moment, trouble
            moment += every


def _slow(document: Document, start: float, end: float) -> Iterator[Json]:
    hour = start - start % HOUR_SECONDS
    while hour <= end:
        chance = unit(f"{document['id']}|slow|{int(hour)}")
        moment = hour + HOUR_SECONDS * chance / QUIET_SHARE
        if chance < QUIET_SHARE and start <= moment <= end:
            yield _slow_view(document, moment, {"sql": QUIET_SQL, "seconds": 1.2 + chance, "rows": 40_000})
        hour += HOUR_SECONDS
    for moment, trouble in _troubled(document, "slow", start, end):
        yield _slow_view(document, moment, trouble)


def _slow_view(document: Document, moment: float, entry: Json) -> Json:
    return {
        "instanceId": document["id"],
        "userName": "app",
        "dbName": document["databases"][0],
        "hostIp": "172.16.0.4",
        "queryTime": round(entry["seconds"], 3),
        "lockTime": entry.get("lockSeconds", 0.0),
        "rowsExamined": entry["rows"],
        "rowsSent": 10,
        "sql": entry["sql"],
        "executeTime": iso(datetime.fromtimestamp(moment, UTC)),
    }


def _errors(document: Document, start: float, end: float) -> Iterator[Json]:
    for moment, trouble in _troubled(document, "error", start, end):
        yield {
            "instanceId": document["id"],
            "executeTime": iso(datetime.fromtimestamp(moment, UTC)),
            "logLevel": trouble.get("level", "ERROR"),
            "logText": trouble["text"],
        }


def _page(body: LogQuery, key: str, found: list[Json]) -> Json:
    found.sort(key=lambda entry: str(entry["executeTime"]))
    page = found[(body.pageNo - 1) * body.pageSize : body.pageNo * body.pageSize]
    return {"count": len(found), "pageNo": body.pageNo, "pageSize": body.pageSize, key: page}


@SERVICE.operation(
    "POST", "/v1/instance/{instance_id}/slowlogs/details", name="ListSlowLogs", access="read", body=LogQuery
)
def slow_logs(call: Call, body: LogQuery) -> Json:
    """Slow queries of a window, oldest first."""
    document, window = find_database(call), _window(call, body)
    return _page(body, "slowLogs", list(_slow(document, *window)))


@SERVICE.operation(
    "POST", "/v1/instance/{instance_id}/errorlogs/details", name="ListErrorLogs", access="read", body=LogQuery
)
def error_logs(call: Call, body: LogQuery) -> Json:
    """Errors of a window, oldest first."""
    document, window = find_database(call), _window(call, body)
    return _page(body, "errorLogs", list(_errors(document, *window)))
