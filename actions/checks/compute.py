"""Checks of an instance itself: its state, who stopped it, its maintenance events, its disks."""

from datetime import datetime, timezone
from typing import Any

from actions.checks.view import CloudView
from actions.clients.cloud import CloudError
from actions.tasks.ports import CheckResult, FactValue

GOOD_STATUS = "Running"
CLOSED_EVENTS = frozenset({"Executed", "DisConfirm", "Canceled"})
_LOCAL_STORAGE = frozenset({"local", "local_ssd", "local_hdd", "local-ssd", "local-hdd", "local_nvme"})

Params = dict[str, FactValue]


def moment(text: str | None) -> datetime | None:
    """A cloud timestamp as UTC, or None when there is none."""
    if not text:
        return None
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def minutes_since(view: CloudView, text: str | None) -> int | None:
    then = moment(text)
    return None if then is None else max(0, int((view.now - then).total_seconds() // 60))


def locate(view: CloudView, params: Params) -> tuple[str, dict[str, Any], str | None]:
    region = params.get("instance.region")
    return view.instance(str(params["instance_id"]), region if isinstance(region, str) else None)


def instance(view: CloudView, params: Params) -> CheckResult:
    """Status, payment, expiry, addresses of the instance in `params["instance_id"]`."""
    region, data, request_id = locate(view, params)
    expire = moment(data.get("expireTime"))
    facts: dict[str, FactValue] = {
        "id": data["id"],
        "name": data["name"],
        "status": data["status"],
        "region": region,
        "zone": data.get("zoneName", ""),
        "payment": data.get("paymentTiming", ""),
        "expire_at": data.get("expireTime", ""),
        "expired": data["status"] == "Expired" or bool(expire and expire <= view.now),
        "charge_status": data.get("chargeStatus", ""),
        "ip": data.get("internalIp", ""),
        "public_ip": data.get("publicIp", ""),
        "spec": data.get("spec", ""),
        "os": f"{data.get('osName', '')} {data.get('osVersion', '')}".strip(),
        "has_local_disk": bool(data.get("localDiskSizeInGB")),
    }
    if data["status"] == "Stopped":
        facts |= _last_stop(view, region, data["id"])
    return CheckResult("instance", "ok" if data["status"] == GOOD_STATUS else "bad", facts, _ids(request_id))


def _last_stop(view: CloudView, region: str, instance_id: str) -> dict[str, FactValue]:
    """Who stopped the instance and when, from its operation records; nothing when they do not say or do not answer."""
    body = {"resourceIds": [instance_id], "maxKeys": 20}
    try:
        tasks = view.call("listTasks", "bcc", region, "POST", "/v2/task/list", body=body).data["tasks"]
    except CloudError:
        return {}
    stop = next((task for task in tasks if "stop" in task["taskAction"].lower()), None)
    if stop is None:
        return {}
    return {"stopped_by": stop["operator"], "minutes_since_stop": minutes_since(view, stop["createdTime"])}


def events(view: CloudView, params: Params) -> CheckResult:
    """Open maintenance and failure events of the instance; unplanned ones are named first."""
    region, data, _ = locate(view, params)
    body = {"instanceIds": [data["id"]], "maxKeys": 20}
    answers = [
        view.call(f"describe{kind}Events", "bcc", region, "POST", "/", {"action": f"Describe{kind}Events"}, body)
        for kind in ("Unplanned", "Planned")
    ]
    found = [
        event
        for answer, key in zip(answers, ("unplannedMaintenanceEvents", "plannedMaintenanceEvents"), strict=True)
        for event in answer.data.get(key, [])
        if event["serverEventStatus"] not in CLOSED_EVENTS
    ]
    facts: dict[str, FactValue] = {"open": len(found)}
    if found:
        first = found[0]
        issues = first.get("failures") or first.get("risks") or [{}]
        facts |= {
            "event_id": first["serverEventId"],
            "status": first["serverEventStatus"],
            "type": first["serverEventType"],
            "operations": list(first.get("supportMaintenanceOptions") or first.get("maintenanceOptions") or []),
            "issue": issues[0].get("issueName") or issues[0].get("issueAlias") or "",
            "created_at": first.get("serverEventCreatedTime", ""),
        }
    return CheckResult("events", "bad" if found else "ok", facts, _ids(*(answer.request_id for answer in answers)))


def volumes(view: CloudView, params: Params) -> CheckResult:
    """How many local disks and block volumes the instance has. What is inside a disk is out of the API's sight."""
    region, data, _ = locate(view, params)
    answer = view.call("listVolumes", "bcc", region, "GET", "/v2/volume", {"instanceId": data["id"]})
    disks = answer.data["volumes"]
    local = sum(disk.get("type") == "Ephemeral" or disk.get("storageType") in _LOCAL_STORAGE for disk in disks)
    facts: dict[str, FactValue] = {
        "local": local,
        "cds": len(disks) - local,
        "size_gb": sum(int(disk.get("diskSizeInGB", 0)) for disk in disks),
        "system_id": next((disk["id"] for disk in disks if disk.get("isSystemVolume")), ""),
    }
    return CheckResult("volumes", "ok", facts, _ids(answer.request_id))


def _ids(*request_ids: str | None) -> tuple[str, ...]:
    return tuple(one for one in request_ids if one)
