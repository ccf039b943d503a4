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
WEB, DB = "i-Dw7Lq2Xa", "i-Dd5Kp8Mc"
EVENT_QUERY = {"maxKeys": 10}

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
    """Status and answer of every request, on a demo world in which two things are wrong."""
    local = LocalCloud()
    user = local.user("dawnlight", "linxiao")
    account = local.world.identity.users.get(user)["accountId"]
    with local.world.change():
        for name, resource in (("host_failure", WEB), ("planned_maintenance", DB)):
            scenarios.inject(local.world, name, local.clock.now(), None, resource)
    group = local.call(user, "GET", "/v2/securityGroup")[1]["securityGroups"][0]["id"]
    found = {}
    for name, (method, path, query, body, host) in REQUESTS.items():
        wire = path.format(group=group, account=account)
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
