"""Checks of what lies between the customer and the instance: public IP, security groups, DDoS protection."""

from typing import Any

from actions.checks.compute import Params, locate
from actions.checks.view import CloudView
from actions.tasks.ports import CheckResult, FactValue

SSH_PORT, RDP_PORT = 22, 3389
_ANYWHERE = ("", "0.0.0.0/0", "all", "::/0")


def eip(view: CloudView, params: Params) -> CheckResult:
    """Whether a public IP is bound to the instance, and its state."""
    region, data, _ = locate(view, params)
    answer = view.call("listEips", "eip", region, "GET", "/v1/eip", {"instanceType": "BCC", "instanceId": data["id"]})
    found = answer.data["eipList"]
    ids = (answer.request_id,) if answer.request_id else ()
    if not found:
        return CheckResult("eip", "bad", {"bound": False, "paused": False}, ids)
    first = found[0]
    facts: dict[str, FactValue] = {
        "bound": True,
        "ip": first["eip"],
        "status": first["status"],
        "bandwidth_mbps": first["bandwidthInMbps"],
        "paused": first["status"] in ("paused", "unavailable"),
    }
    return CheckResult("eip", "bad" if facts["paused"] else "ok", facts, ids)


def login_port(params: Params, instance: dict[str, Any]) -> int:
    """The port a customer means: the one named, or the usual one of the operating system."""
    named = str(params.get("port") or "")
    if named.isdigit():
        return int(named)
    return RDP_PORT if "windows" in str(instance.get("osName", "")).lower() else SSH_PORT


def security_group(view: CloudView, params: Params) -> CheckResult:
    """Whether a rule of the instance's security groups lets TCP traffic in to the port from anywhere."""
    region, data, _ = locate(view, params)
    port = login_port(params, data)
    answer = view.call("listSecurityGroups", "bcc", region, "GET", "/v2/securityGroup", {"instanceId": data["id"]})
    groups = answer.data["securityGroups"]
    rule = next((rule for group in groups for rule in group["rules"] if _lets_in(rule, port)), None)
    facts: dict[str, FactValue] = {
        "port": port,
        "allowed": rule is not None,
        "rule_id": (rule or {}).get("securityGroupRuleId", ""),
        "group_id": groups[0]["id"] if groups else "",
    }
    ids = (answer.request_id,) if answer.request_id else ()
    return CheckResult("security_group", "ok" if rule else "bad", facts, ids)


def _lets_in(rule: dict[str, Any], port: int) -> bool:
    if rule.get("direction") != "ingress" or (rule.get("protocol") or "all").lower() not in ("tcp", "all", ""):
        return False
    if (rule.get("sourceIp") or "").lower() not in _ANYWHERE:
        return False
    spans = rule.get("portRange") or "1-65535"
    for span in spans.split(","):
        low, _, high = span.strip().partition("-")
        if low.isdigit() and int(low) <= port <= int(high or low):
            return True
    return False


def ddos(view: CloudView, params: Params) -> CheckResult:
    """The base DDoS protection's word on the instance's public IP."""
    region, data, _ = locate(view, params)
    if not data.get("publicIp"):
        return CheckResult("ddos", "ok", {"status": "none", "blackhole": False})
    answer = view.call("listDdos", "eip", region, "GET", "/v1/ddos", {"ips": data["publicIp"]})
    entry = next(iter(answer.data["ddosList"]), {"status": "normal"})
    status = str(entry.get("status", "normal")).lower()
    ids = (answer.request_id,) if answer.request_id else ()
    facts: dict[str, FactValue] = {"status": status, "blackhole": status in ("blackhole", "blocked", "banned")}
    return CheckResult("ddos", "ok" if status == "normal" else "bad", facts, ids)
