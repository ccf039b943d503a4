"""Images: the provider's and the customer's own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import IMAGES, INSTANCES, SNAPSHOTS
from cloudsim.bcc.lifecycle import Deed, begin
from cloudsim.bcc.power import operator_of
from cloudsim.bcc.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter, no_such_object
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
READY = "image.ready"
TYPES = ("All", "System", "Custom", "Integration", "Sharing", "GpuBccSystem", "GpuBccCustom", "BbcSystem", "BbcCustom")


class NewImage(BaseModel):
    """Body of CreateImage: from an instance or from a snapshot of a system disk."""

    imageName: Annotated[str, Field(min_length=1, max_length=65)]
    instanceId: str | None = None
    snapshotId: str | None = None


def image_view(document: Document) -> Json:
    """ImageModel of the public protocol."""
    names = (
        "id",
        "name",
        "type",
        "osType",
        "osName",
        "osVersion",
        "osArch",
        "osBuild",
        "osLang",
        "createTime",
        "status",
        "desc",
        "minDiskGb",
    )
    return {name: document.get(name, "") for name in names}


@SERVICE.operation("GET", "/v2/image", name="ListImages", access="read")
def list_images(call: Call) -> Json:
    """A page of images: the provider's first, then the caller's own."""
    wanted = call.query.get("imageType") or "All"
    if wanted not in TYPES:
        raise invalid_parameter(f"imageType must be one of {', '.join(TYPES)}.")
    limit, marker = call.page_size(), call.query.get("marker") or None
    found = [*call.collection(IMAGES).all_of(""), *call.collection(IMAGES).all_of(call.account_id, call.region)]
    found = [image for image in found if wanted in ("All", image["type"])]
    start = 0
    if marker:
        start = next((index for index, image in enumerate(found) if image["id"] == marker), len(found))
    page, rest = found[start : start + limit], found[start + limit :]
    view: Json = {
        "marker": marker or "",
        "isTruncated": bool(rest),
        "maxKeys": limit,
        "images": [image_view(image) for image in page],
    }
    if rest:
        view["nextMarker"] = rest[0]["id"]
    return view


def _image(call: Call) -> Document:
    image = call.collection(IMAGES).get(call.params["image_id"])
    if image is None or image["accountId"] not in ("", call.account_id):
        raise no_such_object("image", call.params["image_id"])
    return image


@SERVICE.operation("GET", "/v2/image/{image_id}", name="GetImage", access="read")
def get_image(call: Call) -> Json:
    """One image."""
    return {"image": image_view(_image(call))}


@SERVICE.operation("POST", "/v2/image", name="CreateImage", access="operate", body=NewImage, idempotent=True)
def create_image(call: Call, body: NewImage) -> Json:
    """An image of an instance's system disk, or of a snapshot."""
    if body.instanceId:
        source = call.owned(INSTANCES, body.instanceId)
        begin(call.world, source, "image", Deed("CreateImage", operator_of(call)), call.now)
    elif body.snapshotId:
        source = call.owned(SNAPSHOTS, body.snapshotId)
    else:
        raise invalid_parameter("instanceId or snapshotId is required.")
    identifier = call.world.ids.new("m")
    call.collection(IMAGES).put(
        {
            "id": identifier,
            "accountId": call.account_id,
            "region": source["region"],
            "name": body.imageName,
            "type": "Custom",
            "osType": source.get("osType", "linux"),
            "osName": source.get("osName", "Linux"),
            "osVersion": source.get("osVersion", ""),
            "osArch": "x86_64 (64bit)",
            "osBuild": "",
            "osLang": "",
            "createTime": iso(call.now),
            "status": "Creating",
            "desc": "",
            "minDiskGb": 40,
        }
    )
    due = later(call.now, call.world.pace.snapshot)
    call.world.agenda.schedule(due, READY, identifier, {"id": identifier})
    return {"imageId": identifier}


@happening(READY)
def ready(world: World, at: datetime, payload: Payload) -> None:
    """An image is complete."""
    image = world.collection(IMAGES).get(payload["id"])
    if image is not None:
        world.collection(IMAGES).put({**image, "status": "Available"})


@SERVICE.operation("DELETE", "/v2/image/{image_id}", name="DeleteImage", access="full")
def delete_image(call: Call) -> None:
    """Remove an image of one's own."""
    image = _image(call)
    if image["accountId"] != call.account_id:
        raise CloudError("AccessDenied", "A system image cannot be deleted.")
    call.world.agenda.cancel(image["id"])
    call.collection(IMAGES).delete(image["id"])
