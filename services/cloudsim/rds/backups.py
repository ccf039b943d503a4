"""Backups: automatic ones every night, and those that a customer asks for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, no_such_object
from cloudsim.protocol.paging import sliced
from cloudsim.rds.instances import FIRST_MARKER
from cloudsim.rds.service import BACKUPS, DATABASES, SERVICE, find_available, find_database
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.moments import iso, later, parse

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
DONE = "rds.backup_done"
MAX_BACKUPS = 100


class Policy(BaseModel):
    """Body of modifyBackupPolicy."""

    backupDays: Annotated[str, Field(pattern=r"^[0-6](,[0-6])*$")]
    backupTime: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$")]
    persistent: bool
    expireInDays: Annotated[int, Field(ge=7, le=730)] = 7


class NewBackup(BaseModel):
    """Body of CreateBackup."""

    effectiveTime: Literal["immediate", "timewindow"] = "immediate"
    dataBackupType: Literal["logical", "physical", "snapshot"] | None = None


def new_backup(identifier: str, instance: Document, started: str, kind: str) -> Document:
    """A backup that has begun."""
    return {
        "id": identifier,
        "accountId": instance["accountId"],
        "region": instance["region"],
        "instanceId": instance["id"],
        "type": kind,
        "status": "running",
        "startTime": started,
        "endTime": "",
        "sizeInBytes": 0,
    }


def finished(backup: Document, instance: Document, at: str) -> Document:
    """The backup once it is done."""
    size = int(instance["usedStorage"] * 1_073_741_824 * 0.4)
    return {**backup, "status": "succeeded", "endTime": at, "sizeInBytes": size}


def _view(document: Document) -> Json:
    return {
        "backupId": document["id"],
        "backupType": document["type"],
        "backupStatus": document["status"],
        "backupStartTime": document["startTime"],
        "backupEndTime": document["endTime"],
        "backupSize": document["sizeInBytes"],
    }


@SERVICE.operation("GET", "/v1/instance/{instance_id}/backup", name="ListBackups", access="read")
def list_backups(call: Call) -> Json:
    """The backups of an instance; the first marker is -1."""
    document, limit = find_database(call), call.page_size()
    given = call.query.get("marker") or FIRST_MARKER
    found = call.collection(BACKUPS).all_of(call.account_id, None, {"instanceId": document["id"]})
    page = sliced(found, None if given == FIRST_MARKER else given, limit)
    answer: Json = {
        "marker": given,
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        "backups": [_view(one) for one in page.items],
    }
    return {**answer, "nextMarker": page.next_marker} if page.next_marker else answer


def _find(call: Call) -> Document:
    instance = find_database(call)
    found = call.collection(BACKUPS).get(call.params["backup_id"])
    if found is None or found["instanceId"] != instance["id"]:
        raise no_such_object("backup", call.params["backup_id"][:64])
    return found


@SERVICE.operation("GET", "/v1/instance/{instance_id}/backup/{backup_id}", name="GetBackup", access="read")
def get_backup(call: Call) -> Json:
    """One backup with a link; the file behind it is not simulated."""
    found = _find(call)
    expires = iso(later(call.now, 43_200))
    return {**_view(found), "downloadUrl": f"{call.base_url}/download/{found['id']}", "downloadExpires": expires}


@SERVICE.operation("POST", "/v1/instance/{instance_id}/backup", name="CreateBackup", access="operate", body=NewBackup)
def create_backup(call: Call, body: NewBackup) -> Json:
    """Back up now; the instance is `Backuping` meanwhile."""
    instance = find_available(call)
    if call.collection(BACKUPS).count(call.account_id, None, {"instanceId": instance["id"]}) >= MAX_BACKUPS:
        raise CloudError("OperationDenied", f"An instance has at most {MAX_BACKUPS} backups.")
    kind = body.dataBackupType or "physical"
    backup = new_backup("backup-" + call.world.ids.text("backup", length=12), instance, iso(call.now), kind)
    call.collection(BACKUPS).put(backup)
    call.collection(DATABASES).put({**instance, "status": "Backuping"})
    due = later(call.now, call.world.pace.snapshot)
    call.world.agenda.schedule(due, DONE, instance["id"], {"backup": backup["id"], "instance": instance["id"]})
    return {"backupId": backup["id"]}


@happening(DONE)
def done(world: World, at: datetime, payload: Payload) -> None:
    """The backup is complete."""
    instance = world.collection(DATABASES).get(payload["instance"])
    backup = world.collection(BACKUPS).get(payload["backup"])
    if instance is not None and instance["status"] == "Backuping":
        world.collection(DATABASES).put({**instance, "status": "Available"})
    if instance is not None and backup is not None:
        world.collection(BACKUPS).put(finished(backup, instance, iso(at)))


@SERVICE.operation("DELETE", "/v1/instance/{instance_id}/backup/{backup_id}", name="DeleteBackup", access="full")
def delete_backup(call: Call) -> None:
    """Remove a complete backup."""
    found = _find(call)
    if found["status"] != "succeeded":
        raise CloudError("OperationDenied", "The backup is not complete.")
    call.collection(BACKUPS).delete(found["id"])


@SERVICE.operation(
    "PUT",
    "/v1/instance/{instance_id}",
    query="modifyBackupPolicy",
    name="ModifyBackupPolicy",
    access="operate",
    body=Policy,
)
def modify_policy(call: Call, body: Policy) -> None:
    """When backups are made and how long they are kept."""
    call.collection(DATABASES).put({**find_available(call), "backupPolicy": body.model_dump()})


@SERVICE.operation("GET", "/v1/instance/{instance_id}/binlogs/{day}", name="ListBinlogs", access="read")
def binlogs(call: Call) -> Json:
    """The binary logs of a day, one for every six hours that have passed."""
    instance = find_database(call)
    try:
        start = parse(call.params["day"])
    except ValueError:
        raise no_such_object("day", call.params["day"][:32]) from None
    ends = [later(start, 21_600 * number) for number in range(1, 5)]
    views = [
        {
            "binlogId": str(int(end.timestamp())),
            "binlogStartTime": iso(later(end, -21_600)),
            "binlogEndTime": iso(end),
            "binlogSizeInBytes": int(instance["usedStorage"] * 10_000_000),
        }
        for end in ends
        if end <= call.now
    ]
    return {"binlogs": views}
