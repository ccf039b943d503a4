"""Purge and prefetch: a task runs for some minutes of world time; how many a day may hold is bounded."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from cloudsim.cdn.service import DOMAINS, SERVICE, TASKS
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import sliced
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso, later, parse

Json = dict[str, Any]
URL_QUOTA, DIRECTORY_QUOTA = 2000, 100
# The first seconds of a task, before a node has taken it.
WAITING_SECONDS = 5.0
MAX_PAGE = 100
# The day of the quota is the day in China.
CHINA = timedelta(hours=8)


class Target(BaseModel):
    """One URL, or one directory with everything in it."""

    url: Annotated[str, Field(min_length=8, max_length=2048)]
    type: Literal["file", "directory"] = "file"


class TaskList(BaseModel):
    """Body of Purge and Prefetch."""

    tasks: Annotated[list[Target], Field(min_length=1, max_length=1000)]


def day_of(call: Call) -> str:
    """The day of the quota."""
    return (call.now + CHINA).date().isoformat()


def used_today(call: Call) -> tuple[int, int]:
    """URLs and directories that were purged today."""
    where = {"kind": "purge", "day": day_of(call)}
    found = call.collection(TASKS).all_of(call.account_id, None, where)
    directories = sum(int(one.get("counts", 1)) for one in found if one["type"] == "directory")
    urls = sum(int(one.get("counts", 1)) for one in found if one["type"] == "file")
    return urls, directories


def _check_target(call: Call, target: Target) -> None:
    parts = urlsplit(target.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid_parameter(f"{target.url[:100]!r} is not a URL.")
    owner = call.collection(DOMAINS).get(parts.hostname.lower())
    if owner is None or owner["accountId"] != call.account_id:
        raise CloudError("AccessDenied", f"The domain {parts.hostname[:100]!r} is not the caller's.")
    if target.type == "directory" and not parts.path.endswith("/"):
        raise invalid_parameter("The URL of a directory ends in a slash.")


def _create(call: Call, body: TaskList, kind: str) -> Json:
    for target in body.tasks:
        _check_target(call, target)
    if kind == "purge":
        urls, directories = used_today(call)
        folders = sum(one.type == "directory" for one in body.tasks)
        files = len(body.tasks) - folders
        if (files and urls + files > URL_QUOTA) or (folders and directories + folders > DIRECTORY_QUOTA):
            raise CloudError("OperationDenied", "The quota of the day is exceeded.")
    task_id = call.world.ids.text("cdn-task")
    user = call.world.identity.users.get(call.principal.user_id or "")
    call.collection(TASKS).put_many(
        {
            "id": f"{task_id}-{number:04d}",
            "accountId": call.account_id,
            "region": "",
            "taskId": task_id,
            "kind": kind,
            "day": day_of(call),
            "url": target.url,
            "type": target.type,
            "createTime": iso(call.now),
            "operator": user["key"] if user else "system",
        }
        for number, target in enumerate(body.tasks)
    )
    for host in {urlsplit(target.url).hostname for target in body.tasks}:
        deed = "PurgeDirectory" if any(one.type == "directory" for one in body.tasks) else "PurgeUrl"
        scenarios.react(call.world, deed if kind == "purge" else "Prefetch", str(host), {}, call.now)
    return {"id": task_id}


def task_view(call: Call, task: Document) -> Json:
    """How far a task is: a function of world time."""
    created = parse(task["createTime"])
    age, takes = (call.now - created).total_seconds(), call.world.pace.cdn_task
    status, progress, finished = "in-progress", min(99, int(100 * age / takes)), ""
    if age < WAITING_SECONDS:
        status, progress = "waiting", 0
    elif age >= takes:
        status, progress, finished = "completed", 100, iso(later(created, takes))
    if task.get("fails") and age >= takes / 2:
        status, progress, finished = "failed", 0, iso(later(created, takes / 2))
    view: Json = {
        "status": status,
        "createdAt": task["createTime"],
        "startedAt": iso(later(created, WAITING_SECONDS)) if age >= WAITING_SECONDS else "",
        "progress": progress,
        "task": {"url": task["url"], "type": task["type"]},
    }
    return {**view, "finishedAt": finished} if finished else view


def _list(call: Call, kind: str) -> Json:
    where = {"kind": kind, "taskId": call.query.get("id") or None, "url": call.query.get("url") or None}
    start, end = call.query.get("startTime") or "", call.query.get("endTime") or "~"
    found = [
        one
        for one in call.collection(TASKS).all_of(call.account_id, None, where)
        if start <= one["createTime"] <= end and not one.get("hidden")
    ]
    page = sliced(found, call.query.get("marker") or None, MAX_PAGE)
    view: Json = {
        "details": [task_view(call, one) for one in page.items],
        "isTruncated": page.next_marker is not None,
    }
    if page.next_marker:
        view["nextMarker"] = page.next_marker
    return view


@SERVICE.operation("POST", "/v2/cache/purge", name="Purge", access="operate", body=TaskList)
def purge(call: Call, body: TaskList) -> Json:
    """Let nodes forget URLs or directories."""
    return _create(call, body, "purge")


@SERVICE.operation("GET", "/v2/cache/purge", name="ListPurgeTasks", access="read")
def list_purges(call: Call) -> Json:
    """How far purges are."""
    return _list(call, "purge")


@SERVICE.operation("POST", "/v2/cache/prefetch", name="Prefetch", access="operate", body=TaskList)
def prefetch(call: Call, body: TaskList) -> Json:
    """Let nodes fetch URLs before they are asked for."""
    if any(one.type == "directory" for one in body.tasks):
        raise invalid_parameter("Only URLs can be prefetched.")
    return _create(call, body, "prefetch")


@SERVICE.operation("GET", "/v2/cache/prefetch", name="ListPrefetchTasks", access="read")
def list_prefetches(call: Call) -> Json:
    """How far prefetches are."""
    return _list(call, "prefetch")


@SERVICE.operation("GET", "/v2/cache/quota", name="GetCacheQuota", access="read")
def quota(call: Call) -> Json:
    """What is left of today's quota."""
    urls, directories = used_today(call)
    return {
        "dirRemain": max(0, DIRECTORY_QUOTA - directories),
        "urlRemain": max(0, URL_QUOTA - urls),
        "dirQuota": DIRECTORY_QUOTA,
        "urlQuota": URL_QUOTA,
    }


@SERVICE.operation("GET", "/v2/cache/records", name="ListCacheRecords", access="read")
def records(call: Call) -> Json:
    """What was purged and prefetched, newest first."""
    kind = call.query.get("type") or None
    if kind not in (None, "purge", "prefetch"):
        raise invalid_parameter("type must be purge or prefetch.")
    start, end = call.query.get("startTime") or "", call.query.get("endTime") or "~"
    url = call.query.get("url") or None
    found = [
        one
        for one in call.collection(TASKS).all_of(call.account_id, None, {"kind": kind, "url": url})
        if start <= one["createTime"] <= end and not one.get("hidden")
    ]
    found.sort(key=lambda one: (one["createTime"], one["id"]), reverse=True)
    return {"details": [_record(call, one) for one in found[:MAX_PAGE]], "isTruncated": len(found) > MAX_PAGE}


def _record(call: Call, task: Document) -> Json:
    view = task_view(call, task)
    return {
        "status": view["status"],
        "url": task["url"],
        "type": task["type"],
        "createdAt": task["createTime"],
        "finishedAt": view.get("finishedAt", ""),
        "progress": view["progress"],
        "reason": "invalid url" if view["status"] == "failed" else "",
        "operator": task["operator"],
    }
