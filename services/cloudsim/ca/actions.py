"""Saved commands and the agents that would run them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.ca.service import ACTIONS, AGENT_VERSION, SERVICE, Action, Paging, answered, paged
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter, no_such_object
from cloudsim.store.collection import Document
from cloudsim.world.guests import guest_of
from cloudsim.world.moments import parse

Json = dict[str, Any]
MAX_ACTIONS = 500


class Host(BaseModel):
    """An instance whose agent is asked for."""

    instanceId: str


class Hosts(BaseModel):
    """Body of BatchGetAgent."""

    hosts: Annotated[list[Host], Field(min_length=1, max_length=100)]


class Update(BaseModel):
    """Body of UpdateAction."""

    action: Action
    execution: str = "SAVE"


def agent_online(call: Call, instance: Document) -> bool:
    """Whether the agent in the guest answers."""
    if instance["status"] != "Running":
        return False
    guest = guest_of(call.world, instance)
    return bool(guest["responsive"] and guest["agent"])


@SERVICE.operation("POST", "/v1/ca/agent/batch", name="BatchGetAgent", access="read", body=Hosts)
def agents(call: Call, body: Hosts) -> Json:
    """Which agents are online."""
    views = []
    for host in body.hosts:
        instance = call.owned(INSTANCES, host.instanceId)
        state = "ONLINE" if agent_online(call, instance) else "OFFLINE"
        views.append({"host": {"instanceId": instance["id"]}, "state": state, "version": AGENT_VERSION})
    return answered(call, views)


def action_view(document: Document) -> Json:
    """A saved command."""
    return {
        "id": document["id"],
        "type": document["type"],
        "name": document["name"],
        "timeoutSecond": document["timeoutSecond"],
        "command": document["command"],
        "createdTimestamp": document["createdTimestamp"],
        "updatedTimestamp": document["updatedTimestamp"],
    }


def milliseconds(call: Call) -> int:
    """World time as this service writes it."""
    return int(call.now.timestamp() * 1000)


def new_action(call: Call, action: Action) -> Document:
    """A command to be saved; raises InvalidHTTPRequest when it has none."""
    if action.type != "COMMAND":
        raise CloudError("NotImplemented", "Only commands are simulated, not uploads of files.")
    if action.command is None:
        raise invalid_parameter("action.command is required.")
    return {
        "id": "d-" + call.world.ids.text("ca-action", length=12),
        "accountId": call.account_id,
        "region": call.region or "",
        "type": action.type,
        "name": action.name or "command",
        "timeoutSecond": action.timeoutSecond,
        "command": action.command.model_dump(),
        "createdTimestamp": milliseconds(call),
        "updatedTimestamp": milliseconds(call),
    }


def find_action(call: Call, identifier: str | None) -> Document:
    """The caller's saved command."""
    found = call.collection(ACTIONS).get(identifier or "")
    if found is None or found["accountId"] != call.account_id:
        raise no_such_object("action", (identifier or "")[:64])
    return found


def save_action(call: Call, document: Document) -> None:
    """Keep a command."""
    if call.collection(ACTIONS).count(call.account_id) >= MAX_ACTIONS:
        raise CloudError("OperationDenied", f"An account keeps at most {MAX_ACTIONS} commands.")
    call.collection(ACTIONS).put(document)


@SERVICE.operation("PUT", "/v1/ca/action", name="UpdateAction", access="operate", body=Update)
def update_action(call: Call, body: Update) -> Json:
    """Change a saved command."""
    document = find_action(call, body.action.id)
    changed = new_action(call, body.action)
    kept = {"id": document["id"], "createdTimestamp": document["createdTimestamp"]}
    call.collection(ACTIONS).put({**changed, **kept})
    return answered(call, {"actionId": document["id"], "actionName": changed["name"]})


@SERVICE.operation("DELETE", "/v1/ca/action/{action_id}", name="DeleteAction", access="operate")
def delete_action(call: Call) -> Json:
    """Forget a saved command."""
    document = find_action(call, call.params["action_id"])
    call.collection(ACTIONS).delete(document["id"])
    return answered(call, {"actionId": document["id"]})


@SERVICE.operation("GET", "/v1/ca/action", name="GetAction", access="read")
def get_action(call: Call) -> Json:
    """One saved command."""
    return answered(call, action_view(find_action(call, call.query.get("id"))))


@SERVICE.operation("POST", "/v1/ca/action/list", name="ListActions", access="read", body=Paging)
def list_actions(call: Call, body: Paging) -> Json:
    """Saved commands, newest first."""
    wanted = body.action.name if body.action else ""
    found = [one for one in call.collection(ACTIONS).all_of(call.account_id) if wanted in one["name"]]
    found.sort(key=lambda one: (one["createdTimestamp"], one["id"]), reverse=True)
    return answered(call, paged(body, [action_view(one) for one in found]))


def moment_of(text: str | None) -> float | None:
    """Milliseconds of an optional ISO time; raises InvalidHTTPRequest."""
    if not text:
        return None
    try:
        return parse(text).timestamp() * 1000
    except (ValueError, OverflowError):
        raise invalid_parameter("startTime and endTime must be ISO 8601 UTC times.") from None
