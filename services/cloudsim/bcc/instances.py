"""Reading instances: list, search, detail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.bcc.service import SERVICE
from cloudsim.bcc.views import instance_view
from cloudsim.protocol.call import MAX_KEYS, Call
from cloudsim.store.collection import Document, Page

Json = dict[str, Any]

# Query keys answered by an index, and the document field each one reads.
_INDEXED = {"internalIp": "internalIp", "instanceNames": "name", "status": "status"}
# Query keys compared with a document field while walking the account's pages.
_COMPARED = {
    "zoneName": "zoneName",
    "keypairId": "keypairId",
    "paymentTiming": "paymentTiming",
    "vpcId": "vpcId",
    "autoRenew": "autoRenew",
    "dedicatedHostId": "dedicatedHostId",
    "deploySetIds": "deploysetId",
    "ehcClusterId": "ehcClusterId",
    "privateIps": "internalIp",
}
# Query keys (old and new name) that ask for one of the values of a list field.
_LISTED = {("volumeIds", "cdsIds"): "volumeIds", ("securityGroupIds",): "securityGroupIds"}
WALK_PAGE = 500
Test = Callable[[Document], bool]


@SERVICE.operation("GET", "/v2/instance", name="ListInstances", access="read")
def list_instances(call: Call) -> Json:
    """A page of the caller's instances, by the documented filters."""
    limit = call.page_size()
    marker = call.query.get("marker") or None
    identifiers = call.csv("instanceIds")
    page = _by_ids(call, identifiers, limit) if identifiers is not None else _filtered(call, marker, limit)
    return page_view(page, marker, limit)


def page_view(page: Page, marker: str | None, limit: int) -> Json:
    """The documented list envelope."""
    view: Json = {
        "marker": marker or "",
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        "instances": [instance_view(document) for document in page.items],
    }
    if page.next_marker is not None:
        view["nextMarker"] = page.next_marker
    return view


def _by_ids(call: Call, identifiers: list[str], limit: int) -> Page:
    found = call.collection(INSTANCES).get_many(identifiers[:limit])
    return Page([document for document in found if _visible(call, document)], None)


def _visible(call: Call, document: Document) -> bool:
    if document["accountId"] != call.account_id or call.region not in (None, document["region"]):
        return False
    return bool(document["status"] != "Recycled")


def _filtered(call: Call, marker: str | None, limit: int) -> Page:
    where = {_INDEXED[key]: values for key in _INDEXED if (values := call.csv(key))}
    without = {} if "status" in where else {"status": "Recycled"}
    wanted = _predicate(call)
    collection = call.collection(INSTANCES)
    kept: list[Document] = []
    while True:
        size = limit + 1 - len(kept) if wanted is None else WALK_PAGE
        page = collection.page(call.account_id, call.region, marker, size, where, without)
        kept.extend(document for document in page.items if wanted is None or wanted(document))
        if len(kept) > limit or page.next_marker is None:
            break
        marker = page.next_marker
    following = kept[limit] if len(kept) > limit else None
    if following is None:
        return Page(kept, None)
    region = "" if call.region is not None else following["region"] + "/"
    return Page(kept[:limit], region + following["id"])


def _predicate(call: Call) -> Test | None:
    tests: list[Test] = [_compares(field, values) for key, field in _COMPARED.items() if (values := call.csv(key))]
    fuzzy = call.query.get("fuzzyInstanceName")
    if fuzzy:
        tests.append(lambda document: fuzzy in str(document["name"]))
    for keys, field in _LISTED.items():
        values = next((found for key in keys if (found := call.csv(key))), None)
        if values:
            tests.append(_shares(field, values))
    tags = call.csv("tags")
    if tags:
        tests.append(lambda document: _tagged(document, tags))
    return (lambda document: all(test(document) for test in tests)) if tests else None


def _compares(field: str, values: list[str]) -> Test:
    return lambda document: _text(document.get(field, "")) in values


def _shares(field: str, values: list[str]) -> Test:
    return lambda document: any(value in document.get(field, []) for value in values)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tagged(document: Document, tags: list[str]) -> bool:
    own = {f"{tag['tagKey']}:{tag['tagValue']}" for tag in document.get("tags", [])}
    own |= {tag["tagKey"] for tag in document.get("tags", [])}
    return any(tag in own for tag in tags)


class InstanceIds(BaseModel):
    """Body of listByInstanceId."""

    instanceIds: list[str] = Field(max_length=MAX_KEYS)


@SERVICE.operation(
    "POST",
    "/v2/instance/listByInstanceId",
    name="ListInstancesByIds",
    access="read",
    body=InstanceIds,
)
def list_by_ids(call: Call, body: InstanceIds) -> Json:
    """The caller's instances among these ids."""
    limit = call.page_size()
    return page_view(_by_ids(call, body.instanceIds, limit), None, limit)


@SERVICE.operation("GET", "/v2/instance/{instance_id}", name="GetInstance", access="read")
def get_instance(call: Call) -> Json:
    """One instance."""
    return {"instance": instance_view(call.owned(INSTANCES, call.params["instance_id"]))}
