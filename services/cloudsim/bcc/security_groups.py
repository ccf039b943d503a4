"""Security groups and their rules."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES, SECURITY_GROUPS
from cloudsim.bcc.seed import vpc_id
from cloudsim.bcc.service import SERVICE
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso

Json = dict[str, Any]
Text = Annotated[str, Field(max_length=256)]
# What makes two rules the same rule.
IDENTITY = ("direction", "ethertype", "protocol", "portRange", "sourceIp", "sourceGroupId", "destIp", "destGroupId")
DEFAULTS = {"ethertype": "IPv4", "protocol": "all", "portRange": "", "sourceGroupId": "", "destGroupId": ""}


class Rule(BaseModel):
    """A rule as clients send it; empty ports mean all of them."""

    direction: Literal["ingress", "egress"]
    ethertype: Literal["IPv4", "IPv6"] = "IPv4"
    protocol: Literal["all", "tcp", "udp", "icmp"] = "all"
    portRange: Text = ""
    sourceIp: Text = ""
    sourceGroupId: Text = ""
    destIp: Text = ""
    destGroupId: Text = ""
    remark: Text = ""
    securityGroupId: Text = ""

    def document(self) -> Json:
        """The rule as it is stored, addresses and ports checked."""
        return {**self.model_dump(exclude={"securityGroupId"}), **_checked(self.portRange, self.sourceIp, self.destIp)}


class RuleBody(BaseModel):
    """Body of authorizeRule and revokeRule."""

    rule: Rule


class RuleUpdate(BaseModel):
    """Body of the rule update; absent fields stay."""

    securityGroupRuleId: str
    remark: Text | None = None
    protocol: Literal["all", "tcp", "udp", "icmp"] | None = None
    portRange: Text | None = None
    sourceIp: Text | None = None
    destIp: Text | None = None


class NewGroup(BaseModel):
    """Body of CreateSecurityGroup."""

    name: Annotated[str, Field(min_length=1, max_length=65)]
    desc: Annotated[str, Field(max_length=250)] = ""
    vpcId: str | None = None
    rules: Annotated[list[Rule], Field(max_length=100)] = []


def _checked(ports: str, source: str, target: str) -> Json:
    text = "" if ports in ("", "1-65535", "all") else ports
    for part in text.split("-"):
        if text and not (part.isascii() and part.isdigit() and 1 <= int(part[:6]) <= 65_535):
            raise invalid_parameter("portRange must be a port, a range of ports or empty.")
    for address in (source, target):
        if address and address != "all":
            try:
                ipaddress.ip_network(address, strict=False)
            except ValueError:
                raise invalid_parameter(f"{address[:64]!r} is not an address or a network.") from None
    return {"portRange": text}


def _rule_view(group: Document, rule: Json) -> Json:
    return {**DEFAULTS, **rule, "securityGroupId": group["id"]}


def _group_view(group: Document) -> Json:
    return {
        "id": group["id"],
        "name": group["name"],
        "vpcId": group["vpcId"],
        "desc": group["desc"],
        "createdTime": group["createTime"],
        "rules": [_rule_view(group, rule) for rule in group["rules"]],
    }


@SERVICE.operation("GET", "/v2/securityGroup", name="ListSecurityGroups", access="read")
def list_groups(call: Call) -> Json:
    """A page of security groups, of an instance or of a VPC when asked."""
    limit, marker = call.page_size(), call.query.get("marker") or None
    page = call.collection(SECURITY_GROUPS).page(
        call.account_id, call.region, marker, limit, {"vpcId": call.query.get("vpcId") or None}
    )
    groups = page.items
    if call.query.get("instanceId"):
        instance = call.owned(INSTANCES, call.query["instanceId"])
        groups = [group for group in groups if group["id"] in instance["securityGroupIds"]]
    view: Json = {
        "marker": marker or "",
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        "securityGroups": [_group_view(group) for group in groups],
    }
    if page.next_marker:
        view["nextMarker"] = page.next_marker
    return view


def _bound(call: Call, group_id: str) -> int:
    instances = call.collection(INSTANCES).all_of(call.account_id)
    return sum(group_id in instance["securityGroupIds"] for instance in instances)


@SERVICE.operation("GET", "/v2/securityGroup/{group_id}", name="GetSecurityGroup", access="read")
def get_group(call: Call) -> Json:
    """One security group with its rules and how many instances use it."""
    group = call.owned(SECURITY_GROUPS, call.params["group_id"])
    return {**_group_view(group), "sgVersion": group.get("version", 1), "bindInstanceNum": _bound(call, group["id"])}


@SERVICE.operation(
    "POST", "/v2/securityGroup", name="CreateSecurityGroup", access="operate", body=NewGroup, idempotent=True
)
def create_group(call: Call, body: NewGroup) -> Json:
    """A new group."""
    region = call.region or "bj"
    group: Document = {
        "id": call.world.ids.new("g"),
        "accountId": call.account_id,
        "region": region,
        "name": body.name,
        "vpcId": body.vpcId or vpc_id(call.account_id, region),
        "desc": body.desc,
        "createTime": iso(call.now),
        "rules": [_stored(call, rule) for rule in body.rules],
    }
    call.collection(SECURITY_GROUPS).put(group)
    return {"securityGroupId": group["id"]}


@SERVICE.operation("DELETE", "/v2/securityGroup/{group_id}", name="DeleteSecurityGroup", access="full")
def delete_group(call: Call) -> None:
    """Remove a group that no instance uses."""
    group = call.owned(SECURITY_GROUPS, call.params["group_id"])
    if _bound(call, group["id"]):
        raise CloudError(
            "SecurityGroup.InstancesAssociatedSecurityGroupCanNotBeDeleted",
            "The security group is bound to instances and cannot be deleted.",
        )
    call.collection(SECURITY_GROUPS).delete(group["id"])


def _stored(call: Call, rule: Rule) -> Json:
    stamp = iso(call.now)
    return {
        **rule.document(),
        "securityGroupRuleId": call.world.ids.new("r"),
        "createdTime": stamp,
        "updatedTime": stamp,
    }


def _same(first: Json, second: Json) -> bool:
    return all(_value(first, name) == _value(second, name) for name in IDENTITY)


def _value(rule: Json, name: str) -> str:
    value = rule.get(name) or DEFAULTS.get(name, "")
    return "" if name in ("sourceIp", "destIp") and value in ("all", "0.0.0.0/0") else str(value)


def _keep(call: Call, group: Document, operation: str) -> None:
    """Store the group, and tell the scenarios of the instances behind it which of their ports are open now."""
    group["version"] = group.get("version", 1) + 1
    call.collection(SECURITY_GROUPS).put(group)
    for scenario in scenarios.active(call.world):
        instance = call.collection(INSTANCES).get(scenario["resourceId"])
        if instance is not None and group["id"] in instance["securityGroupIds"]:
            for port in _awaited_ports(call, scenario):
                if lets_in(group, port):
                    scenarios.react(call.world, operation, instance["id"], {"port": port}, call.now)


def _awaited_ports(call: Call, scenario: Document) -> list[str]:
    spec = call.world.book.get(scenario["name"])
    return [str(remedy.where["port"]) for remedy in spec.works if "port" in remedy.where] if spec else []


def lets_in(group: Document, port: str) -> bool:
    """Whether an ingress rule of the group admits TCP to this port."""
    return any(
        rule["direction"] == "ingress" and rule["protocol"] in ("tcp", "all") and _covers(rule["portRange"], int(port))
        for rule in group["rules"]
    )


def _covers(ports: str, port: int) -> bool:
    first, _, last = ports.partition("-")
    return not first or int(first) <= port <= int(last or first)


@SERVICE.operation(
    "PUT",
    "/v2/securityGroup/{group_id}",
    query="authorizeRule",
    name="AuthorizeSecurityGroupRule",
    access="operate",
    body=RuleBody,
    idempotent=True,
)
def authorize(call: Call, body: RuleBody) -> None:
    """Add a rule; the same rule twice is refused."""
    group = call.owned(SECURITY_GROUPS, call.params["group_id"])
    rule = _stored(call, body.rule)
    if any(_same(rule, present) for present in group["rules"]):
        raise CloudError("SecurityGroup.RuleDuplicated", "The security group already has this rule.")
    group["rules"].append(rule)
    _keep(call, group, "AuthorizeSecurityGroupRule")


@SERVICE.operation(
    "PUT",
    "/v2/securityGroup/{group_id}",
    query="revokeRule",
    name="RevokeSecurityGroupRule",
    access="operate",
    body=RuleBody,
    idempotent=True,
)
def revoke(call: Call, body: RuleBody) -> None:
    """Remove the rule that reads like this one."""
    group = call.owned(SECURITY_GROUPS, call.params["group_id"])
    rule = body.rule.document()
    rest = [present for present in group["rules"] if not _same(rule, present)]
    if len(rest) == len(group["rules"]):
        raise CloudError("SecurityGroup.RuleNotExist", "The security group has no such rule.")
    group["rules"] = rest
    _keep(call, group, "RevokeSecurityGroupRule")


def _group_of_rule(call: Call, rule_id: str) -> tuple[Document, Json]:
    for group in call.collection(SECURITY_GROUPS).all_of(call.account_id, call.region):
        for rule in group["rules"]:
            if rule["securityGroupRuleId"] == rule_id:
                return group, rule
    raise CloudError("SecurityGroup.RuleNotExist", f"There is no security group rule {rule_id[:64]!r}.")


@SERVICE.operation(
    "PUT",
    "/v2/securityGroup/rule/update",
    name="UpdateSecurityGroupRule",
    access="operate",
    body=RuleUpdate,
    idempotent=True,
)
def update_rule(call: Call, body: RuleUpdate) -> None:
    """Change a rule by its id."""
    group, rule = _group_of_rule(call, body.securityGroupRuleId)
    rule.update(body.model_dump(exclude={"securityGroupRuleId"}, exclude_none=True), updatedTime=iso(call.now))
    rule.update(_checked(rule["portRange"], rule.get("sourceIp", ""), rule.get("destIp", "")))
    _keep(call, group, "UpdateSecurityGroupRule")


@SERVICE.operation(
    "DELETE", "/v2/securityGroup/rule/{rule_id}", name="DeleteSecurityGroupRule", access="operate", idempotent=True
)
def delete_rule(call: Call) -> None:
    """Remove a rule by its id."""
    group, rule = _group_of_rule(call, call.params["rule_id"])
    group["rules"].remove(rule)
    _keep(call, group, "DeleteSecurityGroupRule")
