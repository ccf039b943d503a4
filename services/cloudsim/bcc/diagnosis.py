"""Tasks, diagnostic reports and the VNC link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES, OPERATION_RECORDS, REPORTS
from cloudsim.bcc.service import SERVICE
from cloudsim.console.links import new_link
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.store.collection import Document
from cloudsim.world.guests import LOGIN_PORTS, guest_of
from cloudsim.world.moments import iso, later, parse

Json = dict[str, Any]
REPORT_SECONDS = 10
NEARLY_FULL_PERCENT = 95
BUSY_PERCENT = 60


class TaskQuery(BaseModel):
    """Body of the task list."""

    taskIds: Annotated[list[str], Field(max_length=100)] = []
    resourceIds: Annotated[list[str], Field(max_length=100)] = []
    taskAction: str | None = None
    taskStatus: str | None = None
    startTime: str | None = None
    endTime: str | None = None
    maxKeys: Annotated[int, Field(ge=1, le=1000)] = 10


class NewReport(BaseModel):
    """Body of the diagnostic request."""

    metricSetId: str | None = None
    instanceType: str = "bcc"
    instanceId: str
    pid: str | int | None = None
    duration: Annotated[int, Field(ge=1, le=3600)] = 180


class ReportQuery(BaseModel):
    """Body of the report list."""

    maxKeys: Annotated[int, Field(ge=1, le=1000)] = 100
    reportId: str | None = None
    instanceId: str | None = None
    status: str | None = None
    severity: str | None = None


@SERVICE.operation("POST", "/v2/task/list", name="ListTasks", access="read", body=TaskQuery)
def list_tasks(call: Call, body: TaskQuery) -> Json:
    """What was done to instances, newest first, with who did it."""
    records = _records(call, body)
    tasks = [_task_view(record) for record in records if body.taskAction in (None, "", record["operation"])]
    return {"isTruncated": len(tasks) > body.maxKeys, "maxKeys": body.maxKeys, "tasks": tasks[: body.maxKeys]}


@SERVICE.operation("POST", "/v2/task/detail", name="GetTask", access="read", body=TaskQuery)
def get_task(call: Call, body: TaskQuery) -> Json:
    """Tasks by id."""
    found = (call.collection(OPERATION_RECORDS).get(identifier) for identifier in body.taskIds)
    return {"tasks": [_task_view(one) for one in found if one and one["accountId"] == call.account_id]}


def _records(call: Call, body: TaskQuery) -> list[Document]:
    collection = call.collection(OPERATION_RECORDS)
    if body.resourceIds:
        records = collection.all_of(call.account_id, call.region, {"resourceId": body.resourceIds})
    else:
        records = collection.all_of(call.account_id, call.region)
    records = [
        record
        for record in records
        if (not body.taskIds or record["id"] in body.taskIds)
        and (not body.startTime or record["time"] >= body.startTime)
        and (not body.endTime or record["time"] <= body.endTime)
    ]
    return sorted(records, key=lambda record: str(record["id"]), reverse=True)


def _task_view(record: Document) -> Json:
    return {
        "taskId": record["id"],
        "taskAction": record["operation"],
        "taskStatus": "finished",
        "operator": record["operator"],
        "createdTime": record["time"],
        "finishedTime": record["time"],
        "subtasks": [{"resourceId": record["resourceId"], "taskStatus": "finished"}],
    }


@SERVICE.operation("GET", "/v2/instance/diagnosticReport/schemas", name="GetDiagnosticSchemas", access="read")
def schemas(call: Call) -> Json:
    """What a diagnosis looks at."""
    return {
        "metricSets": [
            {"metricSetId": "guest-basic", "name": "guest", "metricCategories": ["system", "disk", "memory", "network"]}
        ]
    }


@SERVICE.operation(
    "POST",
    "/v2/instance/diagnosticReport/create",
    name="CreateDiagnostic",
    access="operate",
    body=NewReport,
    idempotent=True,
)
def create_report(call: Call, body: NewReport) -> Json:
    """Start a diagnosis of an instance; its result is there after a few seconds."""
    instance = call.owned(INSTANCES, body.instanceId)
    report: Document = {
        "id": "report-" + call.world.ids.text("report", length=12),
        "accountId": call.account_id,
        "region": instance["region"],
        "instanceId": instance["id"],
        "createdTime": iso(call.now),
        "issues": _issues(call, instance),
    }
    call.collection(REPORTS).put(report)
    return {"reportId": report["id"]}


def _issues(call: Call, instance: Document) -> list[Json]:
    guest = guest_of(call.world, instance)
    if instance["status"] != "Running" or not guest["agent"]:
        return [_issue("system", "AgentUnreachable", "critical", "The guest does not answer; use VNC.")]
    return [*_disk_issues(guest), *_login_issues(instance, guest), *_load_issues(guest)]


def _disk_issues(guest: Json) -> Iterator[Json]:
    for mount, disk in guest["disks"].items():
        if disk["usedPercent"] >= NEARLY_FULL_PERCENT:
            yield _issue("disk", f"DiskFull {mount}", "critical", "Free space, or grow the disk and the file system.")
        if disk["inodePercent"] >= NEARLY_FULL_PERCENT:
            yield _issue("disk", f"InodesExhausted {mount}", "critical", "Remove small files; space does not help.")
        if disk["deletedHeldGB"]:
            yield _issue("disk", f"DeletedFilesHeld {mount}", "warning", "Restart the process that holds them.")


def _login_issues(instance: Document, guest: Json) -> Iterator[Json]:
    usual = LOGIN_PORTS[instance.get("osType", "linux")]
    if guest["loginService"] != "running":
        yield _issue("network", "LoginServiceDown", "critical", "Start the login service of the guest.")
    if guest["loginPort"] != usual:
        yield _issue("network", f"LoginPortChanged {guest['loginPort']}", "warning", "Log in on this port.")
    if guest["firewall"] != "open":
        yield _issue("network", "FirewallDrops", "critical", "The guest's own firewall drops the login port.")


def _load_issues(guest: Json) -> Iterator[Json]:
    if any("Out of memory" in line for line in guest["kernelLog"]):
        yield _issue("memory", "OOMKill", "warning", "Give the instance more memory or limit the process.")
    for process in guest["processes"]:
        if process.get("cpu", 0) >= BUSY_PERCENT:
            yield _issue("system", f"CpuHog {process['name']}", "warning", "Look at this process.")


def _issue(category: str, item: str, severity: str, advice: str) -> Json:
    return {"metricCategory": category, "metricItem": item, "severityResult": severity, "advice": advice}


@SERVICE.operation(
    "POST",
    "/v2/instance/diagnosticReport/list",
    name="ListDiagnosticReports",
    access="read",
    body=ReportQuery,
    idempotent=True,
)
def list_reports(call: Call, body: ReportQuery) -> Json:
    """Diagnostic reports, newest first."""
    where = {"instanceId": body.instanceId or None}
    views = [_report_view(call, one) for one in call.collection(REPORTS).all_of(call.account_id, call.region, where)]
    views = [
        view
        for view in views
        if body.reportId in (None, "", view["reportId"])
        and body.status in (None, "", view["status"])
        and body.severity in (None, "", view["result"])
    ]
    views.sort(key=lambda view: str(view["createdTime"]), reverse=True)
    return {"isTruncated": len(views) > body.maxKeys, "maxKeys": body.maxKeys, "reports": views[: body.maxKeys]}


def _report_view(call: Call, report: Document) -> Json:
    done = later(parse(report["createdTime"]), REPORT_SECONDS) <= call.now
    severities = {issue["severityResult"] for issue in report["issues"]}
    result = "critical" if "critical" in severities else "warning" if severities else "normal"
    return {
        "reportId": report["id"],
        "instanceId": report["instanceId"],
        "createdTime": report["createdTime"],
        "status": "finished" if done else "processing",
        "result": result if done else "",
        "issues": report["issues"] if done else [],
    }


@SERVICE.operation("GET", "/v2/instance/{instance_id}/vnc", name="GetInstanceVNC", access="operate")
def vnc(call: Call) -> Json:
    """A link to the instance's screen: one use, ten minutes."""
    instance = call.owned(INSTANCES, call.params["instance_id"])
    if instance["status"] != "Running":
        raise CloudError("OperationDenied", "The instance is not running.")
    if not call.base_url:
        raise invalid_parameter("The request has no Host header.")
    return {"vncUrl": f"{call.world.console_url}/vnc/{new_link(call, instance)}"}
