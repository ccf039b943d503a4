"""Cloud events: what happened to resources, as the monitoring service lists it."""

from __future__ import annotations

from typing import Any

import orjson

from cloudsim.bcc.kinds import EVENTS, OPERATION_RECORDS
from cloudsim.bcm.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.store.collection import Document

Json = dict[str, Any]
MAX_PAGE = 100


def _entries(call: Call) -> list[Json]:
    resource = call.query.get("resourceId") or None
    records = call.collection(OPERATION_RECORDS).all_of(
        call.account_id, call.region, {"resourceId": resource} if resource else None
    )
    events = call.collection(EVENTS).all_of(
        call.account_id, call.region, {"instanceId": resource} if resource else None
    )
    return [*(_of_record(record) for record in records), *(_of_event(event) for event in events)]


def _of_record(record: Document) -> Json:
    content = {"operator": record["operator"], "operation": record["operation"], "time": record["time"]}
    return {
        "accountId": record["accountId"],
        "serviceName": "BCE_BCC",
        "region": record["region"],
        "resourceType": "Instance",
        "resourceId": record["resourceId"],
        "eventId": record["id"],
        "eventType": record["operation"],
        "eventLevel": "NOTICE",
        "eventAlias": record["operation"],
        "timestamp": record["time"],
        "content": orjson.dumps(content).decode(),
    }


def _of_event(event: Document) -> Json:
    issue = event["issue"]
    content = {"serverEventId": event["id"], "status": event["serverEventStatus"], "issue": issue}
    return {
        "accountId": event["accountId"],
        "serviceName": "BCE_BCC",
        "region": event["region"],
        "resourceType": "Instance",
        "resourceId": event["instanceId"],
        "eventId": event["id"],
        "eventType": issue.get("name") or event["serverEventType"],
        "eventLevel": "CRITICAL" if event["family"] == "unplanned" else "WARNING",
        "eventAlias": issue.get("alias") or event["serverEventType"],
        "timestamp": event["serverEventCreatedTime"],
        "content": orjson.dumps(content).decode(),
    }


def _wanted(call: Call, entry: Json) -> bool:
    query = call.query
    pairs = (
        ("scope", "serviceName"),
        ("region", "region"),
        ("eventLevel", "eventLevel"),
        ("eventName", "eventType"),
        ("resourceType", "resourceType"),
        ("eventId", "eventId"),
    )
    if any(query.get(key) and query[key] != entry[field] for key, field in pairs):
        return False
    start, end = query.get("startTime"), query.get("endTime")
    return (not start or entry["timestamp"] >= start) and (not end or entry["timestamp"] <= end)


def _listed(call: Call) -> Json:
    number = call.integer("pageNo", 1, 1, 100_000)
    size = call.integer("pageSize", 10, 1, MAX_PAGE)
    entries = [entry for entry in _entries(call) if _wanted(call, entry)]
    entries.sort(key=lambda entry: (entry["timestamp"], entry["eventId"]), reverse=True)
    page = entries[(number - 1) * size : number * size]
    pages = -(-len(entries) // size)
    return {
        "content": page,
        "pageNumber": number,
        "pageSize": size,
        "pageElements": len(page),
        "first": number == 1,
        "last": number >= pages,
        "totalPages": pages,
        "totalElements": len(entries),
    }


@SERVICE.operation("GET", "/event-api/v1/bce-event/list", name="ListCloudEvents", access="read")
def cloud_events(call: Call) -> Json:
    """Operations on and failures of the caller's resources, newest first."""
    return _listed(call)


@SERVICE.operation("GET", "/event-api/v1/platform-event/list", name="ListPlatformEvents", access="read")
def platform_events(call: Call) -> Json:
    """The same, seen by the platform."""
    return _listed(call)
