"""Snapshots of disks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import SNAPSHOTS, VOLUMES
from cloudsim.bcc.service import SERVICE
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.moments import iso, later, parse

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
READY = "snapshot.ready"


class NewSnapshot(BaseModel):
    """Body of CreateSnapshot."""

    volumeId: str
    snapshotName: Annotated[str, Field(min_length=1, max_length=65)]
    desc: Annotated[str, Field(max_length=250)] = ""


def snapshot_view(call: Call, document: Document) -> Json:
    """SnapshotModel of the public protocol."""
    started = parse(document["createTime"])
    share = min(1.0, (call.now - started).total_seconds() / call.world.pace.snapshot)
    return {
        "id": document["id"],
        "name": document["name"],
        "sizeInGB": document["sizeInGB"],
        "createTime": document["createTime"],
        "status": document["status"],
        "createMethod": document.get("createMethod", "manual"),
        "volumeId": document["volumeId"],
        "desc": document.get("desc", ""),
        "progress": 100 if document["status"] == "Available" else int(100 * share),
        "expireTime": "",
        "encrypted": False,
    }


@SERVICE.operation("GET", "/v2/snapshot", name="ListSnapshots", access="read")
def list_snapshots(call: Call) -> Json:
    """A page of the caller's snapshots."""
    limit, marker = call.page_size(), call.query.get("marker") or None
    where = {"volumeId": call.query.get("volumeId") or None}
    page = call.collection(SNAPSHOTS).page(call.account_id, call.region, marker, limit, where)
    view: Json = {
        "marker": marker or "",
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        "snapshots": [snapshot_view(call, document) for document in page.items],
    }
    if page.next_marker:
        view["nextMarker"] = page.next_marker
    return view


@SERVICE.operation("GET", "/v2/snapshot/{snapshot_id}", name="GetSnapshot", access="read")
def get_snapshot(call: Call) -> Json:
    """One snapshot."""
    return {"snapshot": snapshot_view(call, call.owned(SNAPSHOTS, call.params["snapshot_id"]))}


@SERVICE.operation("POST", "/v2/snapshot", name="CreateSnapshot", access="operate", body=NewSnapshot, idempotent=True)
def create_snapshot(call: Call, body: NewSnapshot) -> Json:
    """A snapshot of a disk in use or available."""
    volume = call.owned(VOLUMES, body.volumeId)
    if volume["status"] not in ("InUse", "Available") or volume["type"] == "Ephemeral":
        raise CloudError("OperationDenied", "A snapshot needs a CDS disk that is in use or available.")
    identifier = call.world.ids.new("s")
    call.collection(SNAPSHOTS).put(
        {
            "id": identifier,
            "accountId": call.account_id,
            "region": volume["region"],
            "name": body.snapshotName,
            "volumeId": volume["id"],
            "sizeInGB": volume["diskSizeInGB"],
            "createTime": iso(call.now),
            "status": "Creating",
            "desc": body.desc,
        }
    )
    due = later(call.now, call.world.pace.snapshot)
    call.world.agenda.schedule(due, READY, identifier, {"id": identifier})
    return {"snapshotId": identifier}


@happening(READY)
def ready(world: World, at: datetime, payload: Payload) -> None:
    """A snapshot is complete."""
    snapshot = world.collection(SNAPSHOTS).get(payload["id"])
    if snapshot is not None:
        snapshot["status"] = "Available"
        world.collection(SNAPSHOTS).put(snapshot)
        scenarios.react(world, "CreateSnapshot", snapshot["volumeId"], {}, at)


@SERVICE.operation("DELETE", "/v2/snapshot/{snapshot_id}", name="DeleteSnapshot", access="full")
def delete_snapshot(call: Call) -> None:
    """Remove a snapshot."""
    snapshot = call.owned(SNAPSHOTS, call.params["snapshot_id"])
    call.world.agenda.cancel(snapshot["id"])
    call.collection(SNAPSHOTS).delete(snapshot["id"])
