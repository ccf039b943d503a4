"""Objects: put, get, head, copy, append, delete, list, and their own access rules."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from email.utils import format_datetime
from fnmatch import fnmatchcase
from typing import Annotated, Any
from urllib.parse import quote, unquote

import orjson
from pydantic import BaseModel, Field

from cloudsim.bos.buckets import STORAGE_CLASSES, read_rules
from cloudsim.bos.listing import list_keys
from cloudsim.bos.service import (
    BUCKETS,
    CONTENTS,
    MAX_ACCOUNT_BYTES,
    MAX_OBJECT_BYTES,
    OBJECTS,
    SERVICE,
    check_access,
    find_bucket,
    find_object,
    own_bucket,
    used_bytes,
)
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call, Reply
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso, parse

Json = dict[str, Any]
MAX_KEY_BYTES = 1024
META = "x-bce-meta-"
MAX_META_BYTES = 2048
_RANGE = re.compile(r"^bytes=(\d{0,12})-(\d{0,12})$")


class Deleted(BaseModel):
    """One of the keys of DeleteMultipleObjects."""

    key: Annotated[str, Field(min_length=1, max_length=MAX_KEY_BYTES)]


class DeletedList(BaseModel):
    """Body of DeleteMultipleObjects."""

    objects: Annotated[list[Deleted], Field(min_length=1, max_length=1000)]


def key_of(call: Call) -> str:
    """The object key of the path; raises InvalidURI."""
    key = call.params["key"]
    if not key or len(key.encode()) > MAX_KEY_BYTES or any(part in (".", "..") for part in key.split("/")):
        raise CloudError("InvalidURI", "The object key is not acceptable.")
    return key


def cors_headers(call: Call, bucket: Document, method: str) -> dict[str, str]:
    """What a browser has to see before a page of another site may use the answer."""
    origin = call.headers.get("origin")
    if not origin:
        return {}
    for rule in bucket["cors"]:
        if method in rule["allowedMethods"] and any(fnmatchcase(origin, one) for one in rule["allowedOrigins"]):
            headers = {"access-control-allow-origin": origin, "vary": "Origin"}
            if rule["allowedExposeHeaders"]:
                headers["access-control-expose-headers"] = ", ".join(rule["allowedExposeHeaders"])
            return headers
    return {}


def store(call: Call, bucket: Document, key: str, data: bytes, fields: Json) -> Document:
    """Write an object and its bytes; raises EntityTooLarge when the account is full."""
    identifier = f"{bucket['id']}/{key}"
    before = call.collection(OBJECTS).get(identifier)
    growth = len(data) - (before["size"] if before else 0)
    if len(data) > MAX_OBJECT_BYTES or used_bytes(call, bucket["accountId"]) + growth > MAX_ACCOUNT_BYTES:
        raise CloudError("EntityTooLarge", "The simulated account has no room for the object.")
    document: Document = {
        "id": identifier,
        "accountId": bucket["accountId"],
        "region": bucket["region"],
        "bucket": bucket["id"],
        "key": key,
        "size": len(data),
        "eTag": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "lastModified": iso(call.now),
        **fields,
    }
    call.collection(OBJECTS).put(document)
    content = {"id": identifier, "accountId": bucket["accountId"], "data": base64.b64encode(data).decode()}
    call.collection(CONTENTS).put(content)
    fresh = call.collection(BUCKETS).get(bucket["id"]) or bucket
    call.collection(BUCKETS).put({**fresh, "usedBytes": fresh["usedBytes"] + growth})
    return document


def content_of(call: Call, document: Document) -> bytes:
    """The bytes of an object."""
    found = call.collection(CONTENTS).get(document["id"])
    return base64.b64decode(found["data"]) if found else b""


def remove(call: Call, document: Document) -> None:
    """Remove an object and its bytes."""
    call.collection(OBJECTS).delete(document["id"])
    call.collection(CONTENTS).delete(document["id"])
    bucket = call.collection(BUCKETS).get(document["bucket"])
    if bucket is not None:
        call.collection(BUCKETS).put({**bucket, "usedBytes": bucket["usedBytes"] - document["size"]})


def fields_of_request(call: Call, bucket: Document) -> Json:
    """Content type, storage class and user metadata that come with a write."""
    storage = call.headers.get("x-bce-storage-class", bucket["storageClass"])
    if storage not in STORAGE_CLASSES:
        raise invalid_parameter(f"x-bce-storage-class must be one of {', '.join(STORAGE_CLASSES)}.")
    meta = {name.removeprefix(META): value for name, value in call.headers.items() if name.startswith(META)}
    if sum(len(name) + len(value) for name, value in meta.items()) > MAX_META_BYTES:
        raise CloudError("EntityTooLarge", f"User metadata exceeds {MAX_META_BYTES} bytes.")
    kind = call.headers.get("content-type", "application/octet-stream")[:256]
    return {"contentType": kind, "storageClass": storage, "meta": meta, "appendable": False}


def check_digest(call: Call, data: bytes) -> None:
    """Refuse bytes that arrived otherwise than they were sent; raises BadDigest."""
    sent = call.headers.get("content-md5")
    if sent and base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode() != sent:
        raise CloudError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    crc = call.headers.get("x-bce-content-crc32")
    if crc and crc != str(zlib.crc32(data)):
        raise CloudError("BadDigest", "The CRC32 you specified did not match what we received.")


@SERVICE.operation(
    "PUT", "/{bucket}/{key+}", name="PutObject", access="operate", public=True, body_limit=MAX_OBJECT_BYTES
)
def put_object(call: Call) -> Reply:
    """Write an object, or copy one when the request names a source."""
    bucket, key = find_bucket(call), key_of(call)
    check_access(call, bucket, "PutObject", key)
    if "x-bce-copy-source" in call.headers:
        return _copy(call, bucket, key)
    check_digest(call, call.raw_body)
    stored = store(call, bucket, key, call.raw_body, fields_of_request(call, bucket))
    return Reply(headers={"etag": f'"{stored["eTag"]}"', "x-bce-content-crc32": str(zlib.crc32(call.raw_body))})


def _copy(call: Call, bucket: Document, key: str) -> Reply:
    source = unquote(call.headers["x-bce-copy-source"]).lstrip("/")
    name, _, source_key = source.partition("/")
    origin = call.collection(BUCKETS).get(name)
    if origin is None:
        raise CloudError("NoSuchBucket", f"The specified bucket {name[:64]!r} does not exist.")
    check_access(call, origin, "GetObject", source_key)
    found = find_object(call, origin, source_key)
    directive = call.headers.get("x-bce-metadata-directive", "copy").lower()
    if directive not in ("copy", "replace"):
        raise invalid_parameter("x-bce-metadata-directive must be copy or replace.")
    names = ("contentType", "storageClass", "meta", "appendable")
    fields = fields_of_request(call, bucket) if directive == "replace" else {one: found[one] for one in names}
    stored = store(call, bucket, key, content_of(call, found), fields)
    return Reply(body=orjson.dumps({"eTag": stored["eTag"], "lastModified": stored["lastModified"]}))


def _headers(call: Call, bucket: Document, document: Document, method: str) -> dict[str, str]:
    return {
        "etag": f'"{document["eTag"]}"',
        "last-modified": format_datetime(parse(document["lastModified"]), usegmt=True),
        "accept-ranges": "bytes",
        "x-bce-storage-class": document["storageClass"],
        "x-bce-object-type": "Appendable" if document["appendable"] else "Normal",
        **{
            META + name: quote(value, safe=" !#$&'()*+,-./:;<=>?@[]^_`{|}~") for name, value in document["meta"].items()
        },
        **cors_headers(call, bucket, method),
    }


@SERVICE.operation("GET", "/{bucket}/{key+}", name="GetObject", access="read", public=True)
def get_object(call: Call) -> Reply:
    """Read an object or a range of its bytes; nobody needs to sign when the rules say so."""
    bucket, key = find_bucket(call), key_of(call)
    check_access(call, bucket, "GetObject", key)
    document = find_object(call, bucket, key)
    if "authorization" in call.query:
        scenarios.react(call.world, "PresignedGet", bucket["id"], {}, call.now)
    data, headers = content_of(call, document), _headers(call, bucket, document, "GET")
    wanted = _RANGE.match(call.headers.get("range", ""))
    if wanted is None or wanted[0] == "bytes=-":
        return Reply(200, data, headers, document["contentType"])
    start = int(wanted[1]) if wanted[1] else max(0, len(data) - int(wanted[2]))
    end = min(int(wanted[2]), len(data) - 1) if wanted[1] and wanted[2] else len(data) - 1
    if start > end:
        raise CloudError("InvalidRange", "The requested range cannot be satisfied.", 416)
    headers["content-range"] = f"bytes {start}-{end}/{len(data)}"
    return Reply(206, data[start : end + 1], headers, document["contentType"])


@SERVICE.operation("HEAD", "/{bucket}/{key+}", name="HeadObject", access="read", public=True)
def head_object(call: Call) -> Reply:
    """What is known of an object without its bytes."""
    bucket, key = find_bucket(call), key_of(call)
    check_access(call, bucket, "GetObject", key)
    document = find_object(call, bucket, key)
    headers = {**_headers(call, bucket, document, "HEAD"), "content-length": str(document["size"])}
    return Reply(200, b"", headers, document["contentType"])


@SERVICE.operation("DELETE", "/{bucket}/{key+}", name="DeleteObject", access="operate", public=True)
def delete_object(call: Call) -> Reply:
    """Remove an object."""
    bucket, key = find_bucket(call), key_of(call)
    check_access(call, bucket, "DeleteObject", key)
    remove(call, find_object(call, bucket, key))
    return Reply(204)


@SERVICE.operation(
    "POST", "/{bucket}", query="delete", name="DeleteMultipleObjects", access="operate", body=DeletedList
)
def delete_objects(call: Call, body: DeletedList) -> Json:
    """Remove many objects; answers for the ones that could not be removed."""
    bucket = find_bucket(call)
    errors = []
    for entry in body.objects:
        try:
            check_access(call, bucket, "DeleteObject", entry.key)
            remove(call, find_object(call, bucket, entry.key))
        except CloudError as error:
            errors.append({"key": entry.key, "code": error.code, "message": error.message})
    return {"errors": errors}


@SERVICE.operation(
    "POST", "/{bucket}/{key+}", query="append", name="AppendObject", access="operate", body_limit=MAX_OBJECT_BYTES
)
def append_object(call: Call) -> Reply:
    """Add bytes at the end of an appendable object."""
    bucket, key = find_bucket(call), key_of(call)
    check_access(call, bucket, "PutObject", key)
    check_digest(call, call.raw_body)
    before = call.collection(OBJECTS).get(f"{bucket['id']}/{key}")
    if before is not None and not before["appendable"]:
        raise CloudError("ObjectUnappendable", "The object is not appendable.", 409)
    size = before["size"] if before else 0
    if call.integer("offset", 0, 0, MAX_OBJECT_BYTES) != size:
        raise CloudError("OffsetIncorrect", f"The offset is not the length of the object, {size}.", 409)
    data = (content_of(call, before) if before else b"") + call.raw_body
    stored = store(call, bucket, key, data, {**fields_of_request(call, bucket), "appendable": True})
    headers = {"etag": f'"{stored["eTag"]}"', "x-bce-next-append-offset": str(len(data))}
    return Reply(headers=headers)


@SERVICE.operation("GET", "/{bucket}", name="ListObjects", access="read", public=True)
def list_objects(call: Call) -> Json:
    """A page of objects; with a delimiter, names behind one are folded into common prefixes."""
    bucket = find_bucket(call)
    check_access(call, bucket, "ListObjects")
    limit = call.page_size()
    prefix, delimiter, marker = (call.query.get(name, "") for name in ("prefix", "delimiter", "marker"))
    listing = list_keys(call.world.database, bucket, prefix, delimiter, marker, limit)
    view: Json = {
        "name": bucket["id"],
        "prefix": prefix,
        "delimiter": delimiter,
        "marker": marker,
        "maxKeys": limit,
        "isTruncated": listing.next_marker is not None,
        "contents": [_entry(one) for one in listing.contents],
    }
    if delimiter:
        view["commonPrefixes"] = [{"prefix": one} for one in listing.prefixes]
    if listing.next_marker is not None:
        view["nextMarker"] = listing.next_marker
    return view


def _entry(document: Document) -> Json:
    names = ("key", "lastModified", "eTag", "size", "storageClass")
    return {**{name: document[name] for name in names}, "owner": {"id": document["accountId"], "displayName": ""}}


@SERVICE.operation("GET", "/{bucket}/{key+}", query="acl", name="GetObjectAcl", access="read")
def get_acl(call: Call) -> Json:
    """The object's own access rules; NoSuchObjectAcl when the bucket's hold."""
    bucket = own_bucket(call)
    rules = find_object(call, bucket, key_of(call)).get("acl")
    if not rules:
        raise CloudError("ObjectAclNotExists", "The object has no access rules of its own.", 404)
    return {"owner": {"id": bucket["accountId"]}, "accessControlList": rules}


@SERVICE.operation("PUT", "/{bucket}/{key+}", query="acl", name="PutObjectAcl", access="operate")
def put_acl(call: Call) -> Reply:
    """Give an object rules of its own, which hold instead of the bucket's."""
    bucket = own_bucket(call)
    document = find_object(call, bucket, key_of(call))
    canned, rules = read_rules(call, bucket["accountId"])
    call.collection(OBJECTS).put({**document, "acl": rules})
    scenarios.react(call.world, "PutObjectAcl", document["id"], {"public": canned.startswith("public")}, call.now)
    return Reply()


@SERVICE.operation("DELETE", "/{bucket}/{key+}", query="acl", name="DeleteObjectAcl", access="operate")
def delete_acl(call: Call) -> Reply:
    """Let the bucket's rules hold again."""
    bucket = own_bucket(call)
    document = find_object(call, bucket, key_of(call))
    document.pop("acl", None)
    call.collection(OBJECTS).put(document)
    scenarios.react(call.world, "DeleteObjectAcl", document["id"], {}, call.now)
    return Reply(204)


@SERVICE.operation("OPTIONS", "/{bucket}/{key+}", name="PreflightObject", access="read", public=True)
def preflight(call: Call) -> Reply:
    """What a browser asks before a page of another site may use the bucket."""
    bucket, method = find_bucket(call), call.headers.get("access-control-request-method", "")
    headers = cors_headers(call, bucket, method)
    if not headers:
        raise CloudError("AccessDenied", "CORSResponse: this CORS request is not allowed.")
    headers["access-control-allow-methods"] = method
    wanted = call.headers.get("access-control-request-headers")
    if wanted:
        headers["access-control-allow-headers"] = wanted
    return Reply(200, b"", headers)
