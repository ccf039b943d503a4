"""Uploads in parts: begin, send parts, list, finish, give up."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bos.objects import check_digest, fields_of_request, key_of, store
from cloudsim.bos.service import (
    MAX_ACCOUNT_BYTES,
    MAX_OBJECT_BYTES,
    PARTS,
    SERVICE,
    UPLOADS,
    check_access,
    find_bucket,
    own_bucket,
    used_bytes,
)
from cloudsim.protocol.call import Call, Reply
from cloudsim.protocol.errors import CloudError
from cloudsim.protocol.paging import sliced
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso

Json = dict[str, Any]
MAX_PARTS = 10_000
MAX_UPLOADS = 1000


class Part(BaseModel):
    """One part of CompleteMultipartUpload."""

    partNumber: Annotated[int, Field(ge=1, le=MAX_PARTS)]
    eTag: str


class PartList(BaseModel):
    """Body of CompleteMultipartUpload."""

    parts: Annotated[list[Part], Field(min_length=1, max_length=MAX_PARTS)]


def _upload(call: Call) -> Document:
    found = call.collection(UPLOADS).get(call.query["uploadId"])
    if found is None or found["bucket"] != call.params["bucket"] or found["key"] != key_of(call):
        raise CloudError("NoSuchUpload", "The specified multipart upload does not exist.")
    check_access(call, find_bucket(call), "PutObject", found["key"])
    return found


def _parts(call: Call, upload: Document) -> list[Document]:
    found = call.collection(PARTS).everywhere("uploadId", upload["id"])
    return sorted(found, key=lambda part: int(part["partNumber"]))


def _forget(call: Call, upload: Document) -> None:
    for part in _parts(call, upload):
        call.collection(PARTS).delete(part["id"])
    call.collection(UPLOADS).delete(upload["id"])


@SERVICE.operation("POST", "/{bucket}/{key+}", query="uploads", name="InitiateMultipartUpload", access="operate")
def initiate(call: Call) -> Json:
    """Begin an upload in parts."""
    bucket, key = find_bucket(call), key_of(call)
    check_access(call, bucket, "PutObject", key)
    if call.collection(UPLOADS).count(bucket["accountId"]) >= MAX_UPLOADS:
        raise CloudError("OperationDenied", f"An account has at most {MAX_UPLOADS} uploads under way.")
    upload: Document = {
        "id": call.world.ids.text("upload"),
        "accountId": bucket["accountId"],
        "region": bucket["region"],
        "bucket": bucket["id"],
        "key": key,
        "initiated": iso(call.now),
        "fields": fields_of_request(call, bucket),
    }
    call.collection(UPLOADS).put(upload)
    return {"bucket": bucket["id"], "key": key, "uploadId": upload["id"]}


@SERVICE.operation(
    "PUT",
    "/{bucket}/{key+}",
    query={"uploadId": None, "partNumber": None},
    name="UploadPart",
    access="operate",
    body_limit=MAX_OBJECT_BYTES,
)
def upload_part(call: Call) -> Reply:
    """Send one part; the same number again replaces it."""
    upload, number = _upload(call), call.integer("partNumber", 0, 1, MAX_PARTS)
    check_digest(call, call.raw_body)
    others = sum(int(part["size"]) for part in _parts(call, upload) if part["partNumber"] != number)
    size = others + len(call.raw_body)
    if size > MAX_OBJECT_BYTES or used_bytes(call, upload["accountId"]) + size > MAX_ACCOUNT_BYTES:
        raise CloudError("EntityTooLarge", "The simulated account has no room for the object.")
    digest = hashlib.md5(call.raw_body, usedforsecurity=False).hexdigest()
    call.collection(PARTS).put(
        {
            "id": f"{upload['id']}/{number:05d}",
            "accountId": upload["accountId"],
            "uploadId": upload["id"],
            "partNumber": number,
            "size": len(call.raw_body),
            "eTag": digest,
            "lastModified": iso(call.now),
            "data": base64.b64encode(call.raw_body).decode(),
        }
    )
    return Reply(headers={"etag": f'"{digest}"'})


@SERVICE.operation(
    "POST", "/{bucket}/{key+}", query="uploadId", name="CompleteMultipartUpload", access="operate", body=PartList
)
def complete(call: Call, body: PartList) -> Json:
    """Put the parts together."""
    upload = _upload(call)
    present = {part["partNumber"]: part for part in _parts(call, upload)}
    numbers = [part.partNumber for part in body.parts]
    if numbers != sorted(set(numbers)):
        raise CloudError("InvalidPartOrder", "The parts are not in ascending order.", 400)
    for part in body.parts:
        if part.partNumber not in present or present[part.partNumber]["eTag"] != part.eTag.strip('"'):
            raise CloudError("InvalidPart", f"Part {part.partNumber} was not uploaded or has another ETag.", 400)
    data = b"".join(base64.b64decode(present[number]["data"]) for number in numbers)
    stored = store(call, find_bucket(call), upload["key"], data, upload["fields"])
    _forget(call, upload)
    place = f"{call.base_url}/{stored['bucket']}/{stored['key']}"
    return {"location": place, "bucket": stored["bucket"], "key": stored["key"], "eTag": stored["eTag"]}


@SERVICE.operation("DELETE", "/{bucket}/{key+}", query="uploadId", name="AbortMultipartUpload", access="operate")
def abort(call: Call) -> Reply:
    """Throw the parts away."""
    _forget(call, _upload(call))
    return Reply(204)


@SERVICE.operation("GET", "/{bucket}/{key+}", query="uploadId", name="ListParts", access="read")
def list_parts(call: Call) -> Json:
    """The parts sent so far."""
    upload = _upload(call)
    limit, after = call.integer("maxParts", 1000, 1, 1000), call.integer("partNumberMarker", 0, 0, MAX_PARTS)
    found = [part for part in _parts(call, upload) if part["partNumber"] > after]
    names = ("partNumber", "lastModified", "eTag", "size")
    page = found[:limit]
    return {
        "bucket": upload["bucket"],
        "key": upload["key"],
        "uploadId": upload["id"],
        "initiated": upload["initiated"],
        "partNumberMarker": after,
        "nextPartNumberMarker": page[-1]["partNumber"] if page else after,
        "maxParts": limit,
        "isTruncated": len(found) > limit,
        "parts": [{name: part[name] for name in names} for part in page],
    }


@SERVICE.operation("GET", "/{bucket}", query="uploads", name="ListMultipartUploads", access="read")
def list_uploads(call: Call) -> Json:
    """The uploads under way in a bucket."""
    bucket = own_bucket(call)
    found = call.collection(UPLOADS).all_of(call.account_id, None, {"bucket": bucket["id"]})
    limit = call.integer("maxUploads", 1000, 1, 1000)
    page = sliced(found, call.query.get("keyMarker") or None, limit, "key")
    views = [{"key": one["key"], "uploadId": one["id"], "initiated": one["initiated"]} for one in page.items]
    return {
        "bucket": bucket["id"],
        "prefix": "",
        "keyMarker": call.query.get("keyMarker", ""),
        "nextKeyMarker": page.next_marker or "",
        "maxUploads": limit,
        "isTruncated": page.next_marker is not None,
        "uploads": views,
    }
