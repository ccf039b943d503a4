"""Domains: create, list, validate, enable, disable, delete, filing status."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.cdn.configs import Origin, default_config
from cloudsim.cdn.service import (
    DOMAINS,
    OPERATING,
    RUNNING,
    SERVICE,
    STOPPED,
    cname_of,
    find_domain,
    save,
    status_of,
)
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import listed
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.metrics import ALL_METRICS, STATE_OWNER
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
NAME = re.compile(r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")
DEPLOYED = "cdn.deployed"
MAX_DOMAINS = 50
STATES = (RUNNING, STOPPED, OPERATING, "ALL")


class NewDomain(BaseModel):
    """Body of CreateDomain."""

    origin: Annotated[list[Origin], Field(min_length=1, max_length=20)]
    defaultHost: str | None = None
    form: str = "default"


@SERVICE.operation("GET", "/v2/domain", name="ListDomains", access="read")
def list_domains(call: Call) -> Json:
    """A page of the caller's domains."""
    limit = call.page_size()
    page = call.collection(DOMAINS).page(call.account_id, "", call.query.get("marker") or None, limit)
    return listed(call, "domains", page, lambda one: {"name": one["id"]}, limit)


@SERVICE.operation("GET", "/v2/user/domains", name="ListUserDomains", access="read")
def list_user_domains(call: Call) -> Json:
    """The caller's domains in a status."""
    wanted = call.query.get("status") or "ALL"
    if wanted not in STATES:
        raise invalid_parameter(f"status must be one of {', '.join(STATES)}.")
    found = [
        {"domain": one["id"], "status": status_of(call.world, one)}
        for one in call.collection(DOMAINS).all_of(call.account_id)
        if call.query.get("rule", "") in one["id"]
    ]
    return {"domains": [one for one in found if wanted in ("ALL", one["status"])]}


def _refusal(call: Call, domain: str) -> str:
    if not NAME.match(domain) or len(domain) > 255:
        return "The domain is not valid."
    if call.collection(DOMAINS).get(domain) is not None:
        return "The domain is accelerated already."
    return ""


@SERVICE.operation("GET", "/v2/domain/{domain}/valid", name="ValidDomain", access="read")
def valid_domain(call: Call) -> Json:
    """Whether a domain could be added."""
    message = _refusal(call, call.params["domain"].lower())
    return {"isValid": not message, "message": message}


@SERVICE.operation("PUT", "/v2/domain/{domain}", name="CreateDomain", access="operate", body=NewDomain)
def create_domain(call: Call, body: NewDomain) -> Json:
    """A new domain; it is `OPERATING` until every node knows it."""
    name = call.params["domain"].lower()
    message = _refusal(call, name)
    if message:
        raise CloudError("OperationDenied", message) if NAME.match(name) else invalid_parameter(message)
    if call.collection(DOMAINS).count(call.account_id) >= MAX_DOMAINS:
        raise CloudError("OperationDenied", f"An account has at most {MAX_DOMAINS} domains.")
    origin = [one.model_dump(exclude_none=True) for one in body.origin]
    call.collection(DOMAINS).put(new_domain(name, call.account_id, origin, iso(call.now), OPERATING))
    due = later(call.now, call.world.pace.cdn_task)
    call.world.agenda.schedule(due, DEPLOYED, name, {"id": name})
    return {"cname": cname_of(name), "status": OPERATING}


def new_domain(name: str, account_id: str, origin: list[Json], created: str, status: str) -> Document:
    """A domain with default settings."""
    return {
        "id": name,
        "accountId": account_id,
        "region": "",
        "status": status,
        "createTime": created,
        "lastModifyTime": created,
        "icp": True,
        "config": {**default_config(), "origin": origin},
    }


@happening(DEPLOYED)
def deployed(world: World, at: datetime, payload: Payload) -> None:
    """Every node knows the domain."""
    document = world.collection(DOMAINS).get(payload["id"])
    if document is not None and document["status"] == OPERATING:
        world.collection(DOMAINS).put({**document, "status": RUNNING})


@SERVICE.operation("POST", "/v2/domain/{domain}", query="enable", name="EnableDomain", access="operate")
def enable_domain(call: Call) -> None:
    """Serve a stopped domain again."""
    document = find_domain(call)
    if document["status"] != STOPPED:
        raise CloudError("OperationDenied", f"The domain is not stopped. Current status: {document['status']}.")
    if not document["icp"]:
        raise CloudError("OperationDenied", "The domain has no ICP filing.")
    save(call, {**document, "status": RUNNING})
    call.world.metrics.end(document["id"], STATE_OWNER, call.now)
    scenarios.react(call.world, "EnableDomain", document["id"], {}, call.now)


@SERVICE.operation("POST", "/v2/domain/{domain}", query="disable", name="DisableDomain", access="operate")
def disable_domain(call: Call) -> None:
    """Stop serving a domain."""
    document = find_domain(call)
    if document["status"] != RUNNING:
        raise CloudError("OperationDenied", f"The domain is not running. Current status: {document['status']}.")
    save(call, {**document, "status": STOPPED})
    call.world.metrics.begin(document["id"], ALL_METRICS, call.now, STATE_OWNER, "set", 0.0)


@SERVICE.operation("DELETE", "/v2/domain/{domain}", name="DeleteDomain", access="full")
def delete_domain(call: Call) -> None:
    """Remove a stopped domain."""
    document = find_domain(call)
    if document["status"] != STOPPED:
        raise CloudError("OperationDenied", "Only a stopped domain can be deleted.")
    call.collection(DOMAINS).delete(document["id"])


@SERVICE.operation("GET", "/v2/domain/{domain}/icp", name="GetDomainIcp", access="read")
def icp(call: Call) -> Json:
    """Whether the domain has an ICP filing; the documented answer is a text, not a boolean."""
    return {"IcpStatus": "true" if find_domain(call)["icp"] else "false"}
