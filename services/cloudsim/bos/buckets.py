"""Buckets: create, list, inspect, configure, delete."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field, ValidationError

from cloudsim.bos.access import ACTIONS, CANNED, AccessControl, Rules, canned_rules
from cloudsim.bos.service import BUCKETS, OBJECTS, SERVICE, check_access, find_bucket, own_bucket
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call, Reply
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso

Json = dict[str, Any]
NAME = re.compile(r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")
MAX_BUCKETS = 100
STORAGE_CLASSES = ("STANDARD", "STANDARD_IA", "COLD", "ARCHIVE")


class CorsRule(BaseModel):
    """Which pages of other sites may use the bucket."""

    allowedOrigins: Annotated[list[str], Field(min_length=1, max_length=100)]
    allowedMethods: Annotated[list[Literal["GET", "PUT", "POST", "DELETE", "HEAD"]], Field(min_length=1)]
    allowedHeaders: Annotated[list[str], Field(max_length=100)] = []
    allowedExposeHeaders: Annotated[list[str], Field(max_length=100)] = []
    maxAgeSeconds: Annotated[int, Field(ge=0, le=86_400)] = 0


class Cors(BaseModel):
    """Body of PutBucketCors."""

    corsConfiguration: Annotated[list[CorsRule], Field(min_length=1, max_length=100)]


class StorageClass(BaseModel):
    """Body of PutBucketStorageClass."""

    storageClass: Literal["STANDARD", "STANDARD_IA", "COLD", "ARCHIVE"]


class Website(BaseModel):
    """Body of PutBucketStaticWebsite."""

    index: Annotated[str, Field(max_length=128)] | None = None
    notFound: Annotated[str, Field(max_length=128)] | None = None


class Lifecycle(BaseModel):
    """Body of PutBucketLifecycle."""

    rule: Annotated[list[Json], Field(min_length=1, max_length=1000)]


class Logging(BaseModel):
    """Body of PutBucketLogging."""

    targetBucket: str
    targetPrefix: Annotated[str, Field(max_length=256)] = ""


def new_bucket(name: str, account_id: str, region: str, created: str) -> Document:
    """An empty private bucket."""
    return {
        "id": name,
        "accountId": account_id,
        "region": region,
        "createTime": created,
        "acl": canned_rules("private", account_id),
        "canned": "private",
        "cors": [],
        "storageClass": "STANDARD",
        "usedBytes": 0,
    }


@SERVICE.operation("GET", "/", name="ListBuckets", access="read")
def list_buckets(call: Call) -> Json:
    """The caller's buckets."""
    found = call.collection(BUCKETS).all_of(call.account_id)
    account = call.world.identity.accounts.get(call.account_id)
    views = [{"name": one["id"], "location": one["region"], "creationDate": one["createTime"]} for one in found]
    owner = {"id": call.account_id, "displayName": account["key"] if account else call.account_id}
    return {"owner": owner, "buckets": sorted(views, key=lambda one: str(one["name"]))}


@SERVICE.operation("PUT", "/{bucket}", name="CreateBucket", access="operate")
def create_bucket(call: Call) -> Reply:
    """A new private bucket; the name must be free in the whole cloud."""
    name = call.params["bucket"]
    if not NAME.match(name):
        raise CloudError("InvalidBucketName", f"The bucket name {name[:64]!r} is not valid.")
    if call.collection(BUCKETS).get(name) is not None:
        raise CloudError("BucketAlreadyExists", "The requested bucket name is not available.")
    if call.collection(BUCKETS).count(call.account_id) >= MAX_BUCKETS:
        raise CloudError("OperationDenied", f"An account has at most {MAX_BUCKETS} buckets.")
    call.collection(BUCKETS).put(new_bucket(name, call.account_id, call.region or "bj", iso(call.now)))
    return Reply(headers={"location": f"/{name}"})


@SERVICE.operation("HEAD", "/{bucket}", name="HeadBucket", access="read", public=True)
def head_bucket(call: Call) -> Reply:
    """Whether the bucket exists and may be looked at."""
    bucket = find_bucket(call)
    check_access(call, bucket, "HeadBucket")
    return Reply(headers={"x-bce-bos-region": bucket["region"]})


@SERVICE.operation("DELETE", "/{bucket}", name="DeleteBucket", access="full")
def delete_bucket(call: Call) -> Reply:
    """Remove an empty bucket."""
    bucket = own_bucket(call)
    if call.collection(OBJECTS).count(call.account_id, None, {"bucket": bucket["id"]}):
        raise CloudError("BucketNotEmpty", "The bucket you tried to delete is not empty.")
    call.collection(BUCKETS).delete(bucket["id"])
    return Reply(204)


@SERVICE.operation("GET", "/{bucket}", query="location", name="GetBucketLocation", access="read")
def get_location(call: Call) -> Json:
    """The region of the bucket."""
    return {"locationConstraint": own_bucket(call)["region"]}


@SERVICE.operation("GET", "/{bucket}", query="acl", name="GetBucketAcl", access="read")
def get_acl(call: Call) -> Json:
    """The access rules of the bucket."""
    bucket = own_bucket(call)
    return {"owner": {"id": bucket["accountId"]}, "accessControlList": bucket["acl"]}


def read_rules(call: Call, owner: str) -> tuple[str, Rules]:
    """Canned name (empty for a list) and rules of a Put…Acl request; raises InvalidHTTPRequest."""
    canned = call.headers.get("x-bce-acl")
    if canned is not None:
        if canned not in CANNED:
            raise invalid_parameter(f"x-bce-acl must be one of {', '.join(CANNED)}.")
        return canned, canned_rules(canned, owner)
    try:
        body = AccessControl.model_validate(orjson.loads(call.raw_body or b"{}"))
    except orjson.JSONDecodeError:
        raise CloudError("MalformedJSON", "The JSON you provided is not well-formed.") from None
    except ValidationError as error:
        raise CloudError("InappropriateJSON", f"The access rules are not acceptable: {error.error_count()}.") from None
    for grant in body.accessControlList:
        _check_grant(grant.permission, grant.condition.ipAddress if grant.condition else None)
    return "", [grant.model_dump(exclude_none=True) for grant in body.accessControlList]


def _check_grant(permissions: list[str], networks: list[str] | None) -> None:
    unknown = [one for one in permissions if one not in ACTIONS]
    if unknown:
        raise CloudError("InappropriateJSON", f"The permission {unknown[0][:40]!r} does not exist.")
    for text in networks or []:
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise CloudError("InappropriateJSON", f"{text[:43]!r} is not a network.") from None


@SERVICE.operation("PUT", "/{bucket}", query="acl", name="PutBucketAcl", access="operate")
def put_acl(call: Call) -> Reply:
    """Other access rules."""
    bucket = own_bucket(call)
    canned, rules = read_rules(call, bucket["accountId"])
    call.collection(BUCKETS).put({**bucket, "acl": rules, "canned": canned})
    parameters = {"public": canned.startswith("public"), "byReferer": any(_has_referer(rule) for rule in rules)}
    scenarios.react(call.world, "PutBucketAcl", bucket["id"], parameters, call.now)
    return Reply()


def _has_referer(rule: Json) -> bool:
    return bool((rule.get("condition") or {}).get("referer"))


@SERVICE.operation("GET", "/{bucket}", query="cors", name="GetBucketCors", access="read")
def get_cors(call: Call) -> Json:
    """Which pages of other sites may use the bucket."""
    rules = own_bucket(call)["cors"]
    if not rules:
        raise CloudError("NoSuchCORSConfiguration", "The CORS configuration does not exist.")
    return {"corsConfiguration": rules}


@SERVICE.operation("PUT", "/{bucket}", query="cors", name="PutBucketCors", access="operate", body=Cors)
def put_cors(call: Call, body: Cors) -> Reply:
    """Let pages of other sites use the bucket."""
    bucket = own_bucket(call)
    rules = [rule.model_dump() for rule in body.corsConfiguration]
    call.collection(BUCKETS).put({**bucket, "cors": rules})
    scenarios.react(call.world, "PutBucketCors", bucket["id"], {}, call.now)
    return Reply()


@SERVICE.operation("DELETE", "/{bucket}", query="cors", name="DeleteBucketCors", access="operate")
def delete_cors(call: Call) -> Reply:
    """Let no page of another site use the bucket."""
    call.collection(BUCKETS).put({**own_bucket(call), "cors": []})
    return Reply(204)


@SERVICE.operation("GET", "/{bucket}", query="storageClass", name="GetBucketStorageClass", access="read")
def get_storage_class(call: Call) -> Json:
    """How new objects are kept."""
    return {"storageClass": own_bucket(call)["storageClass"]}


@SERVICE.operation(
    "PUT", "/{bucket}", query="storageClass", name="PutBucketStorageClass", access="operate", body=StorageClass
)
def put_storage_class(call: Call, body: StorageClass) -> Reply:
    """Keep new objects another way."""
    call.collection(BUCKETS).put({**own_bucket(call), "storageClass": body.storageClass})
    return Reply()


def _setting(key: str, title: str, missing: str, model: type[BaseModel]) -> None:
    """Put, get and delete of a setting that the bucket only keeps."""

    def get(call: Call) -> Json:
        found = own_bucket(call).get(key)
        if found is None:
            raise CloudError(missing, f"The bucket has no {key} configuration.", 404)
        return dict(found)

    def put(call: Call, body: BaseModel) -> Reply:
        call.collection(BUCKETS).put({**own_bucket(call), key: body.model_dump(exclude_none=True)})
        return Reply()

    def delete(call: Call) -> Reply:
        call.collection(BUCKETS).put({**own_bucket(call), key: None})
        return Reply(204)

    SERVICE.operation("GET", "/{bucket}", query=key, name=f"GetBucket{title}", access="read")(get)
    SERVICE.operation("PUT", "/{bucket}", query=key, name=f"PutBucket{title}", access="operate", body=model)(put)
    SERVICE.operation("DELETE", "/{bucket}", query=key, name=f"DeleteBucket{title}", access="operate")(delete)


_setting("website", "StaticWebsite", "NoSuchBucketStaticWebSiteConfig", Website)
_setting("lifecycle", "Lifecycle", "NoLifecycleConfiguration", Lifecycle)
_setting("logging", "Logging", "NoSuchBucketLoggingConfig", Logging)
