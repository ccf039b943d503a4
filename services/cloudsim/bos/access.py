"""Access rules of buckets and objects: canned ones and lists of grants with conditions.

Pure functions: they judge a request against rules and know nothing of the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

CANNED = ("private", "public-read", "public-read-write")
EVERYBODY = "*"
Rules = list[dict[str, Any]]
# What each permission lets one do.
ACTIONS: dict[str, frozenset[str]] = {
    "READ": frozenset({"GetObject", "ListObjects", "HeadBucket"}),
    "WRITE": frozenset({"PutObject", "DeleteObject"}),
    "LIST": frozenset({"ListObjects"}),
    "MODIFY": frozenset({"PutObject", "DeleteObject"}),
    "GetObject": frozenset({"GetObject"}),
    "PutObject": frozenset({"PutObject"}),
    "DeleteObject": frozenset({"DeleteObject"}),
    "ListBucket": frozenset({"ListObjects", "HeadBucket"}),
    "FULL_CONTROL": frozenset({"GetObject", "ListObjects", "HeadBucket", "PutObject", "DeleteObject"}),
}


class Grantee(BaseModel):
    """Whom a rule is about: an account id or `*`."""

    id: Annotated[str, Field(min_length=1, max_length=64)]


class Referer(BaseModel):
    """Texts that the Referer header has to match; an empty text allows requests without one."""

    stringLike: Annotated[list[str], Field(max_length=100)] = []
    stringEquals: Annotated[list[str], Field(max_length=100)] = []


class Condition(BaseModel):
    """When a rule holds."""

    ipAddress: Annotated[list[str], Field(max_length=100)] | None = None
    referer: Referer | None = None


class Grant(BaseModel):
    """One rule."""

    grantee: Annotated[list[Grantee], Field(min_length=1, max_length=100)]
    permission: Annotated[list[str], Field(min_length=1, max_length=10)]
    resource: Annotated[list[str], Field(max_length=100)] | None = None
    notResource: Annotated[list[str], Field(max_length=100)] | None = None
    condition: Condition | None = None
    effect: Literal["Allow", "Deny"] = "Allow"


class AccessControl(BaseModel):
    """Body of PutBucketAcl and PutObjectAcl."""

    accessControlList: Annotated[list[Grant], Field(max_length=100)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the rules see it; an empty `account_id` means nobody signed."""

    account_id: str
    action: str
    resource: str
    referer: str = ""
    address: str = ""


def canned_rules(name: str, owner: str) -> Rules:
    """The list that a canned rule stands for."""
    rules: Rules = [{"grantee": [{"id": owner}], "permission": ["FULL_CONTROL"]}]
    if name == "public-read":
        rules.append({"grantee": [{"id": EVERYBODY}], "permission": ["READ"]})
    elif name == "public-read-write":
        rules.append({"grantee": [{"id": EVERYBODY}], "permission": ["READ", "WRITE"]})
    return rules


def refusal(rules: Rules, owner: str, asked: Asked) -> str | None:
    """The code of the error that answers the request, or None when it is allowed. Owners always may."""
    if asked.account_id == owner:
        return None
    by_referer = False
    allowed = False
    for rule in rules:
        if not _concerns(rule, asked):
            continue
        condition = rule.get("condition") or {}
        if not _from_there(condition, asked):
            continue
        if not _linked_from(condition, asked):
            by_referer = by_referer or rule.get("effect", "Allow") == "Allow"
            continue
        if rule.get("effect", "Allow") == "Deny":
            return "AccessDeniedBySourceUrl" if condition.get("referer") else "AccessDenied"
        allowed = True
    if allowed:
        return None
    return "AccessDeniedBySourceUrl" if by_referer else "AccessDenied"


def _concerns(rule: dict[str, Any], asked: Asked) -> bool:
    whom = {grantee["id"] for grantee in rule["grantee"]}
    if not whom & {EVERYBODY, asked.account_id or EVERYBODY}:
        return False
    if not any(asked.action in ACTIONS.get(permission, ()) for permission in rule["permission"]):
        return False
    if rule.get("resource") and not _any_like(rule["resource"], asked.resource):
        return False
    return not (rule.get("notResource") and _any_like(rule["notResource"], asked.resource))


def _from_there(condition: dict[str, Any], asked: Asked) -> bool:
    networks = condition.get("ipAddress")
    if not networks:
        return True
    try:
        address = ip_address(asked.address)
    except ValueError:
        return False
    return any(address in ip_network(text, strict=False) for text in networks)


def _linked_from(condition: dict[str, Any], asked: Asked) -> bool:
    referer = condition.get("referer")
    if not referer:
        return True
    return asked.referer in referer.get("stringEquals", []) or _any_like(referer.get("stringLike", []), asked.referer)


def _any_like(patterns: list[str], text: str) -> bool:
    return any(fnmatchcase(text, pattern.replace("[", "[[]")) for pattern in patterns)
