"""Golden responses: every field of an answer with its type, an example, and where the field is known from.

`source` is `documented` (public documentation or a typed SDK model), `observed` (seen on the wire from the official
SDK's own parsing) or `assumed` (this simulator's choice). `python tests/cloudsim/golden.py` writes `golden.json`
again; new fields come out as `assumed` until somebody finds them in a document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_cloud import LocalCloud

from cloudsim.faults import scenarios

FILE = Path(__file__).with_name("golden.json")
WEB, DB, RELEASED = "i-Dw7Lq2Xa", "i-Dd5Kp8Mc", "i-Dw3Tn9Rb"
SETTLED = 60  # World seconds after which a resize, a snapshot or a diagnosis has ended.
# What is wrong, so that events, attacks and alarms have something to show.
TROUBLES = (("host_failure", WEB), ("planned_maintenance", DB), ("runaway_process", DB), ("ddos_cleaning", WEB))
EVENT_QUERY = {"maxKeys": 10}

ALARM_QUERY = {"startTime": "2026-11-22T00:00:00Z", "endTime": "2026-11-22T09:00:00Z", "pageNo": 1, "pageSize": 2}
METRIC_QUERY = {
    "scope": "BCE_BCC", "region": "bj", "beginDatetime": "2026-11-22T08:50:00Z", "endDatetime": "2026-11-22T09:00:00Z",
    "metricName": "CPUUsagePercent", "filters": [{"key": "InstanceId", "op": "=", "value": DB}],
}  # fmt: skip

# name -> (method, path, query, body, host)
REQUESTS: dict[str, tuple[str, str, str, Any, str]] = {
    "ListInstances": ("GET", "/v2/instance", "maxKeys=1", None, "bcc.bj"),
    "GetInstance": ("GET", f"/v2/instance/{WEB}", "", None, "bcc.bj"),
    "ListVolumes": ("GET", "/v2/volume", f"instanceId={DB}", None, "bcc.bj"),
    "ListImages": ("GET", "/v2/image", "imageType=System", None, "bcc.bj"),
    "ListSecurityGroups": ("GET", "/v2/securityGroup", "", None, "bcc.bj"),
    "GetSecurityGroup": ("GET", "/v2/securityGroup/{group}", "", None, "bcc.bj"),
    "ListZones": ("GET", "/v2/zone", "", None, "bcc.bj"),
    "DescribeUnplannedEvents": ("POST", "/", "action=DescribeUnplannedEvents", EVENT_QUERY, "bcc.bj"),
    "DescribePlannedEvents": ("POST", "/", "action=DescribePlannedEvents", EVENT_QUERY, "bcc.bj"),
    "ListEips": ("GET", "/v1/eip", "", None, "eip.bj"),
    "ListBaseDdos": ("GET", "/v1/ddos", "", None, "eip.bj"),
    "GetMetricData": (
        "GET", "/json-api/v1/metricdata/{account}/BCE_BCC/CPUUsagePercent",
        f"dimensions=InstanceId:{DB}&statistics[]=average,maximum,minimum,sum,sampleCount", None, "bcm.bj",
    ),
    "ListCloudEvents": ("GET", "/event-api/v1/bce-event/list", "pageSize=5", None, "bcm.bj"),
    "GetCashBalance": ("POST", "/v1/finance/cash/balance", "", {}, "billing"),
    "ListSnapshots": ("GET", "/v2/snapshot", "", None, "bcc.bj"),
    "ListFlavorSpec": ("GET", "/v2/instance/flavorSpec", "zoneName=cn-bj-a", None, "bcc.bj"),
    "DescribeRegions": ("POST", "/v2/region/describeRegions", "", {"region": "bj"}, "bcc.bj"),
    "ListTasks": ("POST", "/v2/task/list", "", {"maxKeys": 10}, "bcc.bj"),
    "GetDiagnosticSchemas": ("GET", "/v2/instance/diagnosticReport/schemas", "", None, "bcc.bj"),
    "ListDiagnosticReports": ("POST", "/v2/instance/diagnosticReport/list", "", {"instanceId": DB}, "bcc.bj"),
    "CreateDiagnostic": (
        "POST", "/v2/instance/diagnosticReport/create", "",
        {"metricSetId": "guest-basic", "instanceType": "bcc", "instanceId": DB, "duration": 180}, "bcc.bj",
    ),
    "ListRecycledInstances": ("POST", "/v2/recycle/instance", "", {}, "bcc.bj"),
    "ListBaseDdosAttackRecord": ("GET", "/v1/ddos/{address}/record", "", None, "eip.bj"),
    "DescribeMetricData": ("POST", "/v3/bcm/query", "action=DescribeMetricData", METRIC_QUERY, "bcm.bj"),
    "DescribeAlarms": ("POST", "/v3/bcm/ah", "action=DescribeAlarms", ALARM_QUERY, "bcm.bj"),
    "DescribeAlarmPolicies": (
        "POST", "/v3/bcm", "action=DescribeAlarmPolicies", {"pageNo": 1, "pageSize": 2}, "bcm.bj",
    ),
    "ListResourceMonthBills": (
        "GET", "/v1/bill/resource/month", "month=2026-11&productType=postpay&pageSize=1", None, "billing",
    ),
    "GetSessionToken": ("POST", "/v1/sessionToken", "", {"accessControlList": []}, "sts.bj"),
    "GetInstanceVNC": ("GET", f"/v2/instance/{DB}/vnc", "", None, "bcc.bj"),
    "MissingInstance": ("GET", "/v2/instance/i-00000000", "", None, "bcc.bj"),
    "StartRunningInstance": ("PUT", f"/v2/instance/{DB}", "start", None, "bcc.bj"),
}  # fmt: skip


def flattened(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, leaf) pairs; the first element stands for a list."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from flattened(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        yield from flattened(value[0], path + "[]")
    else:
        yield path, value


def type_name(value: Any) -> str:
    """The JSON type."""
    names = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def answers() -> dict[str, tuple[int, Any]]:
    """Status and answer of every request, on a demo world in which some things are wrong."""
    local = LocalCloud()
    user = local.user("dawnlight", "linxiao")
    account = local.world.identity.users.get(user)["accountId"]
    with local.world.change():
        for name, resource in TROUBLES:
            scenarios.inject(local.world, name, local.clock.now(), None, resource)
    group = local.call(user, "GET", "/v2/securityGroup")[1]["securityGroups"][0]["id"]
    local.call(user, "DELETE", f"/v2/instance/{RELEASED}")
    local.call(user, "PUT", f"/v2/instance/{DB}", "resize", {"cpuCount": 4, "memoryCapacityInGB": 16})
    volume = local.call(user, "GET", "/v2/volume", f"instanceId={DB}")[1]["volumes"][0]["id"]
    local.call(user, "POST", "/v2/snapshot", "", {"volumeId": volume, "snapshotName": "before"})
    local.clock.advance(SETTLED)
    method, path, query, body, _ = REQUESTS["CreateDiagnostic"]
    local.call(user, method, path, query, body)
    local.clock.advance(SETTLED)
    listed = local.call(user, "GET", "/v1/eip", "", None, "eip.bj.baidubce.com")[1]["eipList"]
    address = next(one["eip"] for one in listed if one["instanceId"] == WEB)
    found = {}
    for name, (method, path, query, body, host) in REQUESTS.items():
        wire = path.format(group=group, account=account, address=address)
        found[name] = local.call(user, method, wire, query, body, f"{host}.baidubce.com")
    return found


def main() -> None:
    """Write the file again, keeping the sources that are known."""
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    golden = {}
    for name, (status, answer) in answers().items():
        old = known.get(name, {}).get("fields", {})
        fields = {
            path: {"type": type_name(leaf), "source": old.get(path, {}).get("source", "assumed"), "example": leaf}
            for path, leaf in flattened(answer)
        }
        golden[name] = {"status": status, "fields": fields}
    FILE.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
