"""Parameters and the white list; both are changed against the ETag that the reader saw."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field

from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call, Reply
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.rds.service import DATABASES, SERVICE, find_available, find_database
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso

Json = dict[str, Any]
MAX_HISTORY = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """What a parameter may be: whole numbers in [low, high], or one of `choices`; `dynamic` needs no restart."""

    default: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    dynamic: bool = True

    def allows(self, value: str) -> bool:
        """Whether the parameter can have this value."""
        if self.choices:
            return value in self.choices
        return value.isascii() and value.isdigit() and len(value) <= 12 and self.low <= int(value) <= self.high

    def text(self) -> str:
        """As the protocol shows it."""
        return "|".join(self.choices) if self.choices else f"[{self.low}-{self.high}]"


RULES: dict[str, Rule] = {
    "max_connections": Rule("800", 10, 100_000),
    "wait_timeout": Rule("28800", 1, 31_536_000),
    "interactive_timeout": Rule("28800", 1, 31_536_000),
    "long_query_time": Rule("1", 0, 3600),
    "slow_query_log": Rule("ON", choices=("ON", "OFF")),
    "innodb_buffer_pool_size": Rule("2147483648", 134_217_728, 999_999_999_999, dynamic=False),
    "innodb_lock_wait_timeout": Rule("50", 1, 1_073_741_824),
    "innodb_flush_log_at_trx_commit": Rule("1", choices=("0", "1", "2")),
    "character_set_server": Rule("utf8mb4", choices=("utf8", "utf8mb4", "latin1", "gbk"), dynamic=False),
    "lower_case_table_names": Rule("0", choices=("0", "1"), dynamic=False),
    "tmp_table_size": Rule("16777216", 1024, 1_073_741_824),
    "max_allowed_packet": Rule("67108864", 1024, 1_073_741_824),
}


class Change(BaseModel):
    """One parameter."""

    name: str
    value: Annotated[str, Field(max_length=256)]


class Changes(BaseModel):
    """Body of ModifyParameters."""

    effectiveTime: Literal["immediate", "timewindow"] = "immediate"
    parameters: Annotated[list[Change], Field(min_length=1, max_length=100)]


class WhiteList(BaseModel):
    """Body of UpdateWhiteList."""

    securityIps: Annotated[list[str], Field(max_length=1000)]


def etag_of(value: Any) -> str:
    """Changes with the value."""
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


def _check_etag(call: Call, value: Any) -> None:
    if call.headers.get("x-bce-if-match") != etag_of(value):
        raise CloudError("PreconditionFailed", "x-bce-if-match is not the ETag of the current value.")


def _state(document: Document) -> Json:
    return {"parameters": document["parameters"], "pending": document.get("pending", {})}


def default_parameters(memory_gb: float) -> dict[str, str]:
    """The parameters of a new instance; connections grow with memory."""
    values = {name: rule.default for name, rule in RULES.items()}
    return {**values, "max_connections": str(int(memory_gb * 100))}


@SERVICE.operation("GET", "/v1/instance/{instance_id}/parameter", name="ListParameters", access="read")
def list_parameters(call: Call) -> Reply:
    """The parameters with what they may be, and the ETag for a change."""
    document = find_database(call)
    keyword, etag = call.query.get("keyword", ""), etag_of(_state(document))
    views = [
        {
            "name": name,
            "defaultValue": rule.default,
            "value": document["parameters"][name],
            "pendingValue": document.get("pending", {}).get(name, ""),
            "type": "string" if rule.choices else "integer",
            "isDynamic": "true" if rule.dynamic else "false",
            "isModifiable": "true",
            "allowedValues": rule.text(),
            "desc": "",
        }
        for name, rule in RULES.items()
        if keyword in name
    ]
    return Reply(body=orjson.dumps({"etag": etag, "parameters": views}), headers={"etag": f'"{etag}"'})


@SERVICE.operation(
    "PUT", "/v1/instance/{instance_id}/parameter", name="ModifyParameters", access="operate", body=Changes
)
def modify_parameters(call: Call, body: Changes) -> None:
    """Change parameters; those that need it wait for the next restart."""
    document = find_available(call)
    _check_etag(call, _state(document))
    before = dict(document["parameters"])
    for change in body.parameters:
        rule = RULES.get(change.name)
        if rule is None or not rule.allows(change.value):
            allowed = f" It must be {rule.text()}." if rule else ""
            raise invalid_parameter(f"The parameter {change.name[:64]!r} cannot have this value.{allowed}")
        place = "parameters" if rule.dynamic else "pending"
        document[place] = {**document.get(place, {}), change.name: change.value}
        _remember(call, document, change, before.get(change.name, ""))
    call.collection(DATABASES).put(document)
    scenarios.react(call.world, "ModifyParameters", document["id"], _judged(before, document["parameters"]), call.now)


def _remember(call: Call, document: Document, change: Change, before: str) -> None:
    entry = {"name": change.name, "beforeValue": before, "afterValue": change.value, "modifyTime": iso(call.now)}
    document["parameterHistory"] = [entry, *document.get("parameterHistory", [])][:MAX_HISTORY]


def _judged(before: dict[str, str], after: dict[str, str]) -> Json:
    shorter = any(int(after[name]) < int(before[name]) for name in ("wait_timeout", "interactive_timeout"))
    return {
        "shorterTimeout": shorter,
        "moreConnections": int(after["max_connections"]) > int(before["max_connections"]),
    }


@SERVICE.operation("GET", "/v1/instance/{instance_id}/parameter/history", name="ListParameterHistory", access="read")
def history(call: Call) -> Json:
    """Changes of parameters, newest first."""
    return {"parameters": find_database(call).get("parameterHistory", [])}


@SERVICE.operation("GET", "/v1/instance/{instance_id}/securityIp", name="GetWhiteList", access="read")
def get_white_list(call: Call) -> Reply:
    """Who may connect, and the ETag for a change."""
    addresses = find_database(call)["securityIps"]
    etag = etag_of(addresses)
    return Reply(body=orjson.dumps({"etag": etag, "securityIps": addresses}), headers={"etag": f'"{etag}"'})


@SERVICE.operation(
    "PUT", "/v1/instance/{instance_id}/securityIp", name="UpdateWhiteList", access="operate", body=WhiteList
)
def update_white_list(call: Call, body: WhiteList) -> None:
    """Let others connect."""
    document = find_available(call)
    _check_etag(call, document["securityIps"])
    for text in body.securityIps:
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise invalid_parameter(f"{text[:43]!r} is not an address or a network.") from None
    added = bool(set(body.securityIps) - set(document["securityIps"]))
    call.collection(DATABASES).put({**document, "securityIps": body.securityIps})
    scenarios.react(call.world, "UpdateWhiteList", document["id"], {"added": added}, call.now)
