"""Maintenance events of instances: planned and unplanned, authorise, check, records (reference section 2.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import EVENTS, INSTANCES
from cloudsim.bcc.lifecycle import SETTLE, Deed, record
from cloudsim.bcc.power import operator_of
from cloudsim.bcc.service import SERVICE
from cloudsim.bcc.states import EVENT_MOVES, EVENT_OPEN
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter, no_such_object
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.metrics import ALL_METRICS, STATE_OWNER
from cloudsim.world.moments import iso, later, parse

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
ADVANCE = "event.advance"
REPAIR_TYPES = (
    "InstanceRepairBySystemFailureEvent",
    "InstanceRepairOrFastRepairBySystemFailureEvent",
    "LocalDiskRepairBySystemFailureEvent",
    "LocalDiskRepairOrFastRepairBySystemFailureEvent",
)
# An event that has ended is still listed among the current ones for a day, so that a watcher sees it end.
SHOWN_AFTER_END_SECONDS = 86_400
Texts = Annotated[list[str], Field(max_length=100)]


class EventQuery(BaseModel):
    """Body of the four Describe actions."""

    marker: str | None = None
    maxKeys: Annotated[int, Field(ge=1, le=100)] = 10
    serverEventIds: Texts = []
    instanceIds: Texts = []
    productCategory: str | None = None
    serverEventType: str | None = None
    serverEventLogTimeFilter: str | None = None
    periodStartTime: str | None = None
    periodEndTime: str | None = None
    serverEventStatus: str | None = None


class Authorization(BaseModel):
    """Body of AuthorizeServerEvent."""

    serverEventId: str | None = None
    instanceId: str | None = None
    authorizeMaintenanceOperation: str
    executeTime: str | None = None


class Check(BaseModel):
    """Body of CheckUnplannedEvent and CheckServerEvent."""

    serverEventId: str
    checkResult: Literal["Pass", "Reject"]
    issueEffect: str | None = None
    issueDescription: Annotated[str, Field(max_length=2000)] | None = None
    authorizeMaintenanceOperation: str | None = None


def log_entry(name: str, operator: str, moment: datetime) -> Json:
    """One line of an event's log."""
    return {"name": name, "operator": operator, "operateTime": iso(moment)}


def open_event(world: World, instance: Document, family: str, details: Json, now: datetime) -> Document:
    """A new event that waits for the customer; not stored yet. `details` has type, options, issue."""
    return {
        "id": world.ids.new("ev"),
        "accountId": instance["accountId"],
        "region": instance["region"],
        "family": family,
        "instanceId": instance["id"],
        "hostId": instance["hostId"],
        "serverEventType": details.get("type", REPAIR_TYPES[1]),
        "serverEventStatus": details.get("status", "Inquiring"),
        "serverEventCreatedTime": iso(now),
        "serverEventEndedTime": "",
        "options": details.get("options", ["Repair", "FastRepair"]),
        "authorizedMaintenanceOperation": "",
        "executeTime": details.get("executeTime", ""),
        "issue": details.get("issue", {}),
        "log": [log_entry("EventCreate", "system", now)],
    }


def _view(call: Call, event: Document) -> Json:
    instance = call.collection(INSTANCES).get(event["instanceId"]) or {}
    issue = event["issue"]
    details = [
        {
            "issueName": issue.get("name", ""),
            "issueAlias": issue.get("alias", ""),
            "issueEffect": issue.get("effect", ""),
            "issueDescription": issue.get("description", ""),
            "issueOccurTime": issue.get("occurTime", event["serverEventCreatedTime"]),
            "issueSource": issue.get("source", "system"),
        }
    ]
    view: Json = {
        "serverEventId": event["id"],
        "serverEventType": event["serverEventType"],
        "serverEventStatus": event["serverEventStatus"],
        "instanceId": event["instanceId"],
        "instanceName": instance.get("name", ""),
        "instanceSpec": instance.get("spec", ""),
        "privateIp": instance.get("internalIp", ""),
        "tags": instance.get("tags", []),
        "serverEventCreatedTime": event["serverEventCreatedTime"],
        "serverEventEndedTime": event["serverEventEndedTime"],
        "maintenanceOptions": event["options"],
        "supportMaintenanceOptions": event["options"],
        "authorizedMaintenanceOperation": event["authorizedMaintenanceOperation"],
        "executeTime": event["executeTime"],
        "serverEventLogs": event["log"],
    }
    if event["family"] == "planned":
        view["risks"] = details
    else:
        view["failures"] = details
        view["issueDiskInfos"] = issue.get("disks", [])
    return view


def _wanted(call: Call, body: EventQuery, event: Document, records: bool) -> bool:
    ended = event["serverEventEndedTime"]
    if records != bool(ended) and not (ended and _just_ended(call, ended)):
        return False
    filters = (
        not body.serverEventIds or event["id"] in body.serverEventIds,
        not body.instanceIds or event["instanceId"] in body.instanceIds,
        body.serverEventType in (None, "", event["serverEventType"]),
        body.serverEventStatus in (None, "", event["serverEventStatus"]),
        body.productCategory in (None, "", "BCC"),
        not body.periodStartTime or event["serverEventCreatedTime"] >= body.periodStartTime,
        not body.periodEndTime or event["serverEventCreatedTime"] <= body.periodEndTime,
    )
    return all(filters)


def _just_ended(call: Call, ended: str) -> bool:
    return (call.now - parse(ended)).total_seconds() < SHOWN_AFTER_END_SECONDS


def _describe(call: Call, body: EventQuery, family: str, records: bool) -> Json:
    events = call.collection(EVENTS).all_of(call.account_id, call.region, {"family": family})
    found = sorted(
        (event for event in events if _wanted(call, body, event, records)),
        key=lambda event: (event["serverEventCreatedTime"], event["id"]),
        reverse=True,
    )
    start = 0
    if body.marker:
        start = next((index for index, event in enumerate(found) if event["id"] == body.marker), len(found))
    page, rest = found[start : start + body.maxKeys], found[start + body.maxKeys :]
    answer: Json = {
        "marker": body.marker or "",
        "maxKeys": body.maxKeys,
        "isTruncated": bool(rest),
        f"{family}MaintenanceEvents": [_view(call, event) for event in page],
    }
    if rest:
        answer["nextMarker"] = rest[0]["id"]
    return answer


def _action(name: str) -> dict[str, str | None]:
    return {"action": name}


@SERVICE.operation(
    "POST", "/", query=_action("DescribePlannedEvents"), name="DescribePlannedEvents", access="read", body=EventQuery
)
def planned(call: Call, body: EventQuery) -> Json:
    """Planned maintenance that is coming or just ended."""
    return _describe(call, body, "planned", records=False)


@SERVICE.operation(
    "POST",
    "/",
    query=_action("DescribePlannedEventRecords"),
    name="DescribePlannedEventRecords",
    access="read",
    body=EventQuery,
)
def planned_records(call: Call, body: EventQuery) -> Json:
    """Planned maintenance that has ended."""
    return _describe(call, body, "planned", records=True)


@SERVICE.operation(
    "POST",
    "/",
    query=_action("DescribeUnplannedEvents"),
    name="DescribeUnplannedEvents",
    access="read",
    body=EventQuery,
)
def unplanned(call: Call, body: EventQuery) -> Json:
    """Failures that wait for authorisation or are being repaired."""
    return _describe(call, body, "unplanned", records=False)


@SERVICE.operation(
    "POST",
    "/",
    query=_action("DescribeUnplannedEventRecords"),
    name="DescribeUnplannedEventRecords",
    access="read",
    body=EventQuery,
)
def unplanned_records(call: Call, body: EventQuery) -> Json:
    """Failures that were repaired."""
    return _describe(call, body, "unplanned", records=True)


def _event_of(call: Call, event_id: str | None, instance_id: str | None) -> Document:
    if event_id:
        event = call.owned(EVENTS, event_id)
        if instance_id and event["instanceId"] != instance_id:
            raise no_such_object("server event", event_id)
        return event
    if not instance_id:
        raise invalid_parameter("serverEventId or instanceId is required.")
    found = call.collection(EVENTS).all_of(call.account_id, call.region, {"instanceId": instance_id})
    waiting = [event for event in found if event["serverEventStatus"] in EVENT_OPEN]
    if not waiting:
        raise no_such_object("server event of", instance_id)
    return waiting[0]


@SERVICE.operation(
    "POST",
    "/",
    query=_action("AuthorizeServerEvent"),
    name="AuthorizeServerEvent",
    access="operate",
    body=Authorization,
    idempotent=True,
)
def authorize(call: Call, body: Authorization) -> None:
    """The customer agrees to the repair, now or at `executeTime`."""
    event = _event_of(call, body.serverEventId, body.instanceId)
    if event["serverEventStatus"] not in EVENT_MOVES["authorize"]:
        raise CloudError(
            "OperationDenied",
            f"The event does not wait for authorisation. Current status: {event['serverEventStatus']}.",
        )
    if body.authorizeMaintenanceOperation not in event["options"]:
        raise invalid_parameter(f"authorizeMaintenanceOperation must be one of {', '.join(event['options'])}.")
    execute = _execute_time(call, body.executeTime)
    event["serverEventStatus"] = "Processing"
    event["authorizedMaintenanceOperation"] = body.authorizeMaintenanceOperation
    event["executeTime"] = iso(execute)
    event["log"].append(log_entry("EventAuthorize", operator_of(call), call.now))
    call.collection(EVENTS).put(event)
    deed = Deed("AuthorizeServerEvent", operator_of(call), {"serverEventId": event["id"]})
    instance = call.collection(INSTANCES).get(event["instanceId"])
    if instance:
        record(call.world, instance, deed, call.now)
    call.world.agenda.cancel(event["id"], ADVANCE)
    starts = max(execute, later(call.now, call.world.pace.repair_start))
    call.world.agenda.schedule(starts, ADVANCE, event["id"], {"id": event["id"], "to": "Executing"})


def _execute_time(call: Call, text: str | None) -> datetime:
    if not text:
        return call.now
    try:
        moment = parse(text)
    except ValueError:
        raise invalid_parameter("executeTime must be an ISO 8601 UTC time.") from None
    if (call.now - moment).total_seconds() > 60:
        raise invalid_parameter("executeTime lies in the past.")
    return moment


@happening(ADVANCE)
def advance(world: World, at: datetime, payload: Payload) -> None:
    """A repair moves on: Executing takes the instance down, Executed brings it back and cures the host failure."""
    event = world.collection(EVENTS).get(payload["id"])
    if event is None:
        return
    event["serverEventStatus"] = payload["to"]
    instance = world.collection(INSTANCES).get(event["instanceId"])
    if payload["to"] == "Executing":
        event["log"].append(log_entry("EventExecuting", "system", at))
        world.collection(EVENTS).put(event)
        if instance is not None:
            _take_down(world, instance, at)
        world.agenda.schedule(later(at, world.pace.repair), ADVANCE, event["id"], {"id": event["id"], "to": "Executed"})
        return
    event["serverEventEndedTime"] = iso(at)
    event["log"].append(log_entry("EventExecuted", "system", at))
    world.collection(EVENTS).put(event)
    if instance is not None and instance["status"] != "Recycled":
        instance.update(status="Running", repairStatus="normal")
        world.collection(INSTANCES).put(instance)
        world.metrics.end(instance["id"], STATE_OWNER, at)
    parameters = {"serverEventId": event["id"], "operation": event["authorizedMaintenanceOperation"]}
    scenarios.react(world, "AuthorizeServerEvent", event["instanceId"], parameters, at)


def _take_down(world: World, instance: Document, at: datetime) -> None:
    world.agenda.cancel(instance["id"], SETTLE)
    instance.update(status="Starting", repairStatus="repairing")
    world.collection(INSTANCES).put(instance)
    world.metrics.begin(instance["id"], ALL_METRICS, at, STATE_OWNER, "gap")


def _check(call: Call, body: Check) -> None:
    event = call.owned(EVENTS, body.serverEventId)
    if event["serverEventStatus"] not in EVENT_MOVES["check"]:
        raise CloudError(
            "OperationDenied", f"The event has no result to check. Current status: {event['serverEventStatus']}."
        )
    if body.checkResult == "Pass":
        event["log"].append(log_entry("PassCheckResult", operator_of(call), call.now))
    else:
        event["serverEventStatus"] = "DisConfirm"
        event["serverEventEndedTime"] = ""
        event["log"].append(log_entry("RejectCheckResult", operator_of(call), call.now))
    call.collection(EVENTS).put(event)


@SERVICE.operation(
    "POST",
    "/",
    query=_action("CheckUnplannedEvent"),
    name="CheckUnplannedEvent",
    access="operate",
    body=Check,
    idempotent=True,
)
def check_unplanned(call: Call, body: Check) -> None:
    """The customer accepts or refuses the result of a repair."""
    _check(call, body)


@SERVICE.operation(
    "POST",
    "/",
    query=_action("CheckServerEvent"),
    name="CheckServerEvent",
    access="operate",
    body=Check,
    idempotent=True,
)
def check_server(call: Call, body: Check) -> None:
    """The newer name of the same check."""
    _check(call, body)
