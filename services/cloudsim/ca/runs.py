"""Runs: a command is carried out in every target after a moment; what it mends reaches the scenarios."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES, VOLUMES
from cloudsim.ca.actions import action_view, find_action, milliseconds, moment_of, new_action, save_action
from cloudsim.ca.service import RUNS, SERVICE, Action, Paging, answered, paged
from cloudsim.ca.shell import Answer, Machine, run
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter, no_such_object
from cloudsim.store.collection import Document
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.guests import guest_of
from cloudsim.world.metrics import SCOPES
from cloudsim.world.moments import later

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
DONE = "ca.done"
RUN_SECONDS = 2.0
MAX_OUTPUT = 4096
SYSTEM_MOUNTS = {True: "C:", False: "/"}


class RunTarget(BaseModel):
    """An instance in which a command is run."""

    instanceType: Literal["BCC", "BBC"] = "BCC"
    instanceId: str


class NewRun(BaseModel):
    """Body of CreateAction and ActionRun."""

    execution: Literal["SAVE", "RUN", "SAVE_AND_RUN", "RUN_AND_SAVE"] = "RUN"
    action: Action
    parameters: dict[str, str] | None = None
    targetSelectorType: str | None = None
    targets: Annotated[list[RunTarget], Field(max_length=100)] = []


class RunQuery(Paging):
    """Body of ListActionRuns."""

    runId: str | None = None
    startTime: str | None = None
    endTime: str | None = None


class LogQuery(BaseModel):
    """Body of GetActionLog."""

    runId: str
    childId: str
    cursor: Annotated[int, Field(ge=0)] = 0


def _start(call: Call, action: Document, body: NewRun) -> Document:
    """A run that has begun; raises when a target is not the caller's."""
    if body.targetSelectorType not in (None, "", "INSTANCES_LIST"):
        raise CloudError("NotImplemented", "Only targetSelectorType INSTANCES_LIST is simulated.")
    if not body.targets:
        raise invalid_parameter("targets is required.")
    content = action["command"]["content"]
    for name, value in (body.parameters or {}).items():
        content = content.replace("{{" + name + "}}", value)
    document: Document = {
        "id": "r-" + call.world.ids.text("ca-run", length=12),
        "accountId": call.account_id,
        "region": call.region or "",
        "actionId": action["id"],
        "action": action_view(action),
        "content": content,
        "state": "RUNNING",
        "createdTimestamp": milliseconds(call),
        "children": [_child(call, target.instanceId) for target in body.targets],
    }
    call.collection(RUNS).put(document)
    call.world.agenda.schedule(later(call.now, RUN_SECONDS), DONE, document["id"], {"id": document["id"]})
    return document


def _child(call: Call, identifier: str) -> Json:
    instance = call.owned(INSTANCES, identifier)
    return {
        "id": "c-" + call.world.ids.text("ca-child", length=12),
        "state": "RUNNING",
        "createdTimestamp": milliseconds(call),
        "target": {
            "instanceType": "BCC",
            "instanceId": instance["id"],
            "instanceName": instance["name"],
            "internalIp": instance["internalIp"],
        },
    }


@SERVICE.operation("POST", "/v1/ca/action", name="CreateAction", access="operate", body=NewRun)
def create_action(call: Call, body: NewRun) -> Json:
    """Save a command, run it, or both."""
    action = new_action(call, body.action)
    if "SAVE" in body.execution:
        save_action(call, action)
    result = {"actionId": action["id"], "actionName": action["name"]}
    if "RUN" in body.execution:
        result["runId"] = _start(call, action, body)["id"]
    return answered(call, result)


@SERVICE.operation("POST", "/v1/ca/actionRun", name="ActionRun", access="operate", body=NewRun)
def action_run(call: Call, body: NewRun) -> Json:
    """Run a saved command, or one that comes with the request."""
    saved = body.action.id or body.action.ref
    action = find_action(call, saved) if saved else new_action(call, body.action)
    started = _start(call, action, body)
    return answered(call, {"runId": started["id"], "actionId": action["id"], "actionName": action["name"]})


@happening(DONE)
def done(world: World, at: datetime, payload: Payload) -> None:
    """The command has been carried out everywhere."""
    document = world.collection(RUNS).get(payload["id"])
    if document is None:
        return
    for child in document["children"]:
        child.update(_carry_out(world, child["target"]["instanceId"], document["content"], at))
        child["finishedTimestamp"] = int(at.timestamp() * 1000)
    failed = sum(child["state"] == "FAILED" for child in document["children"])
    state = "SUCCESS" if not failed else "FAILED" if failed == len(document["children"]) else "PARTIAL_FAILED"
    world.collection(RUNS).put({**document, "state": state, "finishedTimestamp": int(at.timestamp() * 1000)})


def _carry_out(world: World, instance_id: str, content: str, at: datetime) -> Json:
    instance = world.collection(INSTANCES).get(instance_id)
    guest = guest_of(world, instance) if instance else {}
    if instance is None or instance["status"] != "Running" or not guest["responsive"] or not guest["agent"]:
        return {"state": "FAILED", "errorCode": "AgentOffline", "failReason": "The agent of the instance is offline."}
    answer = run(machine_of(world, instance, guest, at), content)
    for field in dict.fromkeys(answer.fixes):
        scenarios.react(world, "RunCommand", instance_id, {"fixes": field}, at)
    return {"state": "SUCCESS" if answer.exit_code == 0 else "FAILED", "output": _output(answer)}


def _output(answer: Answer) -> Json:
    return {
        "exitCode": answer.exit_code,
        "stdout": answer.stdout[:MAX_OUTPUT],
        "stderr": answer.stderr[:MAX_OUTPUT],
        "isTruncated": max(len(answer.stdout), len(answer.stderr)) > MAX_OUTPUT,
    }


def machine_of(world: World, instance: Document, guest: dict[str, Any], at: datetime) -> Machine:
    """The guest as a command sees it; busy as its metrics say."""
    windows = instance.get("osType") == "windows"
    volumes = world.collection(VOLUMES).all_of(instance["accountId"], None, {"instanceId": instance["id"]})
    sizes = {SYSTEM_MOUNTS[windows] if one["type"] == "System" else "/data": one["diskSizeInGB"] for one in volumes}

    def reading(metric: str) -> float:
        points = world.metrics.curve(SCOPES["BCE_BCC"], instance, metric, [at.timestamp()])
        return points[0][1] if points else 0.0

    return Machine(
        guest=guest,
        hostname=instance["name"],
        windows=windows,
        cpus=instance["cpuCount"],
        memory_gb=instance["memoryCapacityInGB"],
        disks_gb=sizes,
        cpu_percent=reading("CPUUsagePercent"),
        memory_percent=reading("MemUsedPercent"),
        load=reading("CpuLoadAvg1"),
        now=at,
    )


def _view(document: Document, with_children: bool) -> Json:
    names = ("id", "state", "action", "createdTimestamp", "finishedTimestamp")
    children = document["children"]
    view: Json = {name: document[name] for name in names if name in document}
    failed = sum(child["state"] == "FAILED" for child in children)
    view["statistics"] = {"totalTargetCount": len(children), "failedTargetCount": failed}
    if with_children:
        view.update(children=children, totalCount=len(children))
    return view


def _find(call: Call, identifier: str) -> Document:
    found = call.collection(RUNS).get(identifier)
    if found is None or found["accountId"] != call.account_id:
        raise no_such_object("run", identifier[:64])
    return found


@SERVICE.operation("GET", "/v1/ca/actionRun", name="GetActionRun", access="read")
def get_run(call: Call) -> Json:
    """One run with what each target answered."""
    return answered(call, _view(_find(call, call.query.get("id", "")), True))


@SERVICE.operation("POST", "/v1/ca/actionRun/list", name="ListActionRuns", access="read", body=RunQuery)
def list_runs(call: Call, body: RunQuery) -> Json:
    """Runs, newest first."""
    start, end = moment_of(body.startTime) or 0.0, moment_of(body.endTime) or float("inf")
    found = [
        one
        for one in call.collection(RUNS).all_of(call.account_id)
        if body.runId in (None, "", one["id"]) and start <= one["createdTimestamp"] <= end
    ]
    found.sort(key=lambda one: (one["createdTimestamp"], one["id"]), reverse=True)
    return answered(call, paged(body, [_view(one, False) for one in found]))


@SERVICE.operation("POST", "/v1/ca/log", name="GetActionLog", access="read", body=LogQuery)
def get_log(call: Call, body: LogQuery) -> Json:
    """The lines that one target wrote, from `cursor` on."""
    child = next((one for one in _find(call, body.runId)["children"] if one["id"] == body.childId), None)
    if child is None:
        raise no_such_object("child run", body.childId[:64])
    output = child.get("output", {})
    lines = (output.get("stdout", "") + output.get("stderr", "") or child.get("failReason", "")).splitlines()
    view = {
        "logs": [{"msg": line} for line in lines[body.cursor :]],
        "nextCursor": len(lines),
        "state": child["state"],
        "childId": child["id"],
    }
    return answered(call, view)
