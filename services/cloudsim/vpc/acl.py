"""Network ACL: ordered rules in front of a subnet; the lowest position that matches decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import listed, sliced
from cloudsim.store.collection import Document
from cloudsim.vpc.networks import vpc_view
from cloudsim.vpc.service import ACL_RULES, SERVICE, SUBNETS, VPCS
from cloudsim.world.ids import shaped

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]
# The default rules come last; customers' own positions lie below.
DEFAULT_POSITION = 32_768
MAX_POSITION = 32_766
MAX_RULES_PER_SUBNET = 100
_PORTS = re.compile(r"^(all|\d{1,5}(-\d{1,5})?)$")
Position = Annotated[int, Field(ge=1, le=MAX_POSITION)]


class NewRule(BaseModel):
    """One rule of CreateAclRule."""

    subnetId: str
    protocol: Literal["all", "tcp", "udp", "icmp"]
    sourceIpAddress: Annotated[str, Field(max_length=43)]
    destinationIpAddress: Annotated[str, Field(max_length=43)]
    sourcePort: str = "1-65535"
    destinationPort: str = "1-65535"
    position: Position
    direction: Literal["ingress", "egress"]
    action: Literal["allow", "deny"]
    description: Annotated[str, Field(max_length=200)] = ""


class NewRules(BaseModel):
    """Body of CreateAclRule."""

    aclRules: Annotated[list[NewRule], Field(min_length=1, max_length=50)]


class RuleChange(BaseModel):
    """Body of UpdateAclRule."""

    protocol: Literal["all", "tcp", "udp", "icmp"] | None = None
    sourceIpAddress: Annotated[str, Field(max_length=43)] | None = None
    destinationIpAddress: Annotated[str, Field(max_length=43)] | None = None
    sourcePort: str | None = None
    destinationPort: str | None = None
    position: Position | None = None
    action: Literal["allow", "deny"] | None = None
    description: Annotated[str, Field(max_length=200)] | None = None


def rule_view(document: Document) -> Json:
    """A rule of the public protocol."""
    fields = (
        "subnetId",
        "description",
        "protocol",
        "sourceIpAddress",
        "destinationIpAddress",
        "sourcePort",
        "destinationPort",
        "position",
        "direction",
        "action",
    )
    return {"id": document["id"], **{name: document[name] for name in fields}}


def plant_default_rules(subnet: Document) -> Iterator[Document]:
    """The rules that let everything in and out."""
    for direction in ("ingress", "egress"):
        yield {
            "id": shaped("acl", f"{subnet['id']}|{direction}"),
            "accountId": subnet["accountId"],
            "region": subnet["region"],
            "subnetId": subnet["id"],
            "vpcId": subnet["vpcId"],
            "description": "default",
            "protocol": "all",
            "sourceIpAddress": "all",
            "destinationIpAddress": "all",
            "sourcePort": "all",
            "destinationPort": "all",
            "position": DEFAULT_POSITION,
            "direction": direction,
            "action": "allow",
        }


def _check(fields: Json) -> None:
    for name in ("sourcePort", "destinationPort"):
        text = fields.get(name)
        if text is not None and (not _PORTS.match(text) or any(int(n) > 65_535 for n in re.findall(r"\d+", text))):
            raise invalid_parameter(f"{name} must be a port, a range or all.")
    for name in ("sourceIpAddress", "destinationIpAddress"):
        text = fields.get(name)
        if text not in (None, "all"):
            try:
                ip_network(text, strict=False)
            except ValueError:
                raise invalid_parameter(f"{name} must be a network or all.") from None


def decision(world: World, subnet: Document, direction: str, port: int, address: str = "") -> str:
    """`allow` or `deny` for TCP traffic to `port`; an empty `address` means an outside one."""
    rules = world.collection(ACL_RULES).all_of(subnet["accountId"], None, {"subnetId": subnet["id"]})
    for rule in sorted(rules, key=lambda one: int(one["position"])):
        if rule["direction"] == direction and _matches(rule, port, address):
            return str(rule["action"])
    return "deny"


def _matches(rule: Document, port: int, address: str) -> bool:
    if rule["protocol"] not in ("all", "tcp"):
        return False
    source = rule["sourceIpAddress"]
    if source != "all" and not (address and ip_address(address) in ip_network(source, strict=False)):
        return False
    low, _, high = rule["destinationPort"].partition("-")
    return low == "all" or int(low) <= port <= int(high or low)


def _of_subnet(call: Call, subnet: Document) -> list[Document]:
    found = call.collection(ACL_RULES).all_of(call.account_id, None, {"subnetId": subnet["id"]})
    return sorted(found, key=lambda rule: (rule["direction"], rule["position"]))


@SERVICE.operation("GET", "/v1/acl", name="ListAclEntries", access="read")
def list_entries(call: Call) -> Json:
    """The rules of every subnet of a network."""
    vpc = call.owned(VPCS, call.query.get("vpcId", ""))
    subnets = call.collection(SUBNETS).all_of(call.account_id, None, {"vpcId": vpc["id"]})
    entries = [
        {
            "subnetId": subnet["id"],
            "subnetName": subnet["name"],
            "subnetCidr": subnet["cidr"],
            "aclRules": [rule_view(rule) for rule in _of_subnet(call, subnet)],
        }
        for subnet in subnets
    ]
    view = vpc_view(vpc)
    return {"vpcId": vpc["id"], "vpcName": view["name"], "vpcCidr": view["cidr"], "aclEntrys": entries}


@SERVICE.operation("GET", "/v1/acl/rule", name="ListAclRules", access="read")
def list_rules(call: Call) -> Json:
    """The rules of a subnet."""
    subnet = call.owned(SUBNETS, call.query.get("subnetId", ""))
    limit = call.page_size()
    page = sliced(_of_subnet(call, subnet), call.query.get("marker") or None, limit)
    return listed(call, "aclRules", page, rule_view, limit)


@SERVICE.operation("POST", "/v1/acl/rule", name="CreateAclRules", access="operate", body=NewRules, idempotent=True)
def create_rules(call: Call, body: NewRules) -> None:
    """Add rules; a position is used once in a direction."""
    for rule in body.aclRules:
        subnet = call.owned(SUBNETS, rule.subnetId)
        _check(rule.model_dump())
        present = _of_subnet(call, subnet)
        if len(present) >= MAX_RULES_PER_SUBNET:
            raise CloudError("OperationDenied", f"A subnet has at most {MAX_RULES_PER_SUBNET} rules.")
        _check_position(present, rule.direction, rule.position)
        document: Document = {
            "id": call.world.ids.new("acl"),
            "accountId": call.account_id,
            "region": subnet["region"],
            "vpcId": subnet["vpcId"],
            **rule.model_dump(),
        }
        call.collection(ACL_RULES).put(document)
        scenarios.react(call.world, "CreateAclRule", subnet["id"], {"action": rule.action}, call.now)


def _check_position(rules: list[Document], direction: str, position: int, but: str = "") -> None:
    if any(one["direction"] == direction and one["position"] == position and one["id"] != but for one in rules):
        raise CloudError("OperationDenied", f"Position {position} is taken by another {direction} rule.")


def _own_rule(call: Call) -> Document:
    rule = call.owned(ACL_RULES, call.params["rule_id"])
    if rule["position"] == DEFAULT_POSITION:
        raise CloudError("OperationDenied", "The default rules cannot be changed.")
    return rule


@SERVICE.operation(
    "PUT", "/v1/acl/rule/{rule_id}", name="UpdateAclRule", access="operate", body=RuleChange, idempotent=True
)
def update_rule(call: Call, body: RuleChange) -> None:
    """Change a rule of the customer's own."""
    rule, changes = _own_rule(call), body.model_dump(exclude_none=True)
    _check(changes)
    subnet = call.owned(SUBNETS, rule["subnetId"])
    if body.position is not None:
        _check_position(_of_subnet(call, subnet), rule["direction"], body.position, rule["id"])
    rule.update(changes)
    call.collection(ACL_RULES).put(rule)
    scenarios.react(call.world, "UpdateAclRule", rule["id"], {"action": rule["action"]}, call.now)


@SERVICE.operation("DELETE", "/v1/acl/rule/{rule_id}", name="DeleteAclRule", access="operate", idempotent=True)
def delete_rule(call: Call) -> None:
    """Remove a rule of the customer's own."""
    rule = _own_rule(call)
    call.collection(ACL_RULES).delete(rule["id"])
    scenarios.react(call.world, "DeleteAclRule", rule["id"], {"action": rule["action"]}, call.now)
