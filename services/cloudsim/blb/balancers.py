"""Load balancers: create, list, detail, change, delete, security groups."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import SECURITY_GROUPS
from cloudsim.blb.service import BALANCERS, SERVICE, SETTLE, change, find, find_settled
from cloudsim.eip.service import EIPS
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import listed, sliced
from cloudsim.store.collection import Document
from cloudsim.vpc.service import SUBNETS, VPCS
from cloudsim.world.moments import iso, later

Json = dict[str, Any]
Name = Annotated[str, Field(min_length=1, max_length=65)]
Text = Annotated[str, Field(max_length=450)]
LEVELS = ("small1", "small2", "medium1", "medium2", "large1", "large2", "large3", "unlimited")
# Private addresses of load balancers sit at the top of their subnet, away from instances.
HIGHEST_OFFSET = 6


class NewBalancer(BaseModel):
    """Body of CreateBlb."""

    vpcId: str
    subnetId: str
    name: Name | None = None
    desc: Text = ""
    address: str | None = None
    eip: str | None = None
    performanceLevel: str = "small1"
    allowDelete: bool = True


class BalancerChange(BaseModel):
    """Body of UpdateBlb."""

    name: Name | None = None
    desc: Text | None = None
    allowDelete: bool | None = None


class Level(BaseModel):
    """Body of ResizeBlb."""

    performanceLevel: str


class AclSwitch(BaseModel):
    """Body of UpdateBlbAcl."""

    supportAcl: bool


class Groups(BaseModel):
    """Security groups to bind or unbind."""

    securityGroupIds: Annotated[list[str], Field(min_length=1, max_length=10)]


def public_address(call: Call, document: Document) -> str:
    """The elastic address bound to the load balancer, if any."""
    found = call.collection(EIPS).all_of(document["accountId"], None, {"instanceId": document["id"]})
    return str(found[0]["eip"]) if found else ""


def balancer_view(call: Call, document: Document) -> Json:
    """The load balancer as lists show it."""
    return {
        "blbId": document["id"],
        "name": document["name"],
        "desc": document["desc"],
        "status": document["status"],
        "address": document["address"],
        "publicIp": public_address(call, document),
        "vpcId": document["vpcId"],
        "subnetId": document["subnetId"],
        "type": "normal",
        "layer4ClusterId": "",
        "layer7ClusterId": "",
        "supportAcl": document.get("supportAcl", False),
        "allowDelete": document["allowDelete"],
        "tags": [],
    }


def detail_view(call: Call, document: Document) -> Json:
    """The load balancer with its listeners."""
    listeners = [{"port": str(one["listenerPort"]), "type": one["type"]} for one in document["listeners"]]
    return {
        **balancer_view(call, document),
        "listener": listeners,
        "createTime": document["createTime"],
        "paymentTiming": "Postpaid",
        "performanceLevel": document["performanceLevel"],
        "cidr": _network(call, document, VPCS, "vpcId")["cidr"],
        "vpcName": _network(call, document, VPCS, "vpcId")["name"],
        "subnetName": _network(call, document, SUBNETS, "subnetId")["name"],
        "subnetCider": _network(call, document, SUBNETS, "subnetId")["cidr"],
        "maxConn": 10_000,
    }


def _network(call: Call, document: Document, kind: Any, field: str) -> Document:
    return call.collection(kind).get(document[field]) or {"name": "", "cidr": ""}


def _free_address(call: Call, subnet: Document, wanted: str | None) -> str:
    taken = {one["address"] for one in call.collection(BALANCERS).all_of(call.account_id)}
    hosts = ip_network(subnet["cidr"])
    if wanted:
        try:
            inside = ip_network(wanted + "/32").subnet_of(hosts)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            inside = False
        if not inside:
            raise invalid_parameter("address must lie in the subnet.")
        if wanted in taken:
            raise CloudError("OperationDenied", f"The address {wanted} is taken.")
        return wanted
    for offset in range(HIGHEST_OFFSET, hosts.num_addresses):
        address = str(hosts[-offset])
        if address not in taken:
            return address
    raise CloudError("OperationDenied", "The subnet has no free address.")


@SERVICE.operation("POST", "/v1/blb", name="CreateBlb", access="operate", body=NewBalancer, idempotent=True)
def create_balancer(call: Call, body: NewBalancer) -> Json:
    """A new load balancer; it is `creating` for a moment."""
    vpc, subnet = call.owned(VPCS, body.vpcId), call.owned(SUBNETS, body.subnetId)
    if subnet["vpcId"] != vpc["id"]:
        raise invalid_parameter("The subnet does not belong to the VPC.")
    if body.performanceLevel not in LEVELS:
        raise invalid_parameter(f"performanceLevel must be one of {', '.join(LEVELS)}.")
    identifier = call.world.ids.new("lb")
    document: Document = {
        "id": identifier,
        "accountId": call.account_id,
        "region": vpc["region"],
        "name": body.name or identifier,
        "desc": body.desc,
        "status": "creating",
        "address": _free_address(call, subnet, body.address),
        "vpcId": vpc["id"],
        "subnetId": subnet["id"],
        "performanceLevel": body.performanceLevel,
        "allowDelete": body.allowDelete,
        "createTime": iso(call.now),
        "listeners": [],
        "backends": [],
        "securityGroupIds": [],
    }
    call.collection(BALANCERS).put(document)
    call.world.agenda.schedule(later(call.now, call.world.pace.binding), SETTLE, identifier, {"id": identifier})
    return {"blbId": identifier, "name": document["name"], "desc": body.desc, "address": document["address"]}


@SERVICE.operation("GET", "/v1/blb", name="DescribeBlbs", access="read")
def list_balancers(call: Call) -> Json:
    """A page of the caller's load balancers."""
    limit, marker = call.page_size(), call.query.get("marker") or None
    exactly = call.query.get("exactlyMatch", "").lower() == "true"
    name, address, backend = (call.query.get(key) or None for key in ("name", "address", "bccId"))
    wanted = call.query.get("blbId") or None
    found = [
        one
        for one in call.collection(BALANCERS).all_of(call.account_id, call.region)
        if wanted in (None, one["id"])
        and (name is None or (name == one["name"] if exactly else name in one["name"]))
        and (address is None or address in (one["address"], public_address(call, one)))
        and (backend is None or any(server["instanceId"] == backend for server in one["backends"]))
    ]
    return listed(call, "blbList", sliced(found, marker, limit), lambda one: balancer_view(call, one), limit)


@SERVICE.operation("GET", "/v1/blb/{blb_id}", name="DescribeBlb", access="read")
def get_balancer(call: Call) -> Json:
    """One load balancer."""
    return detail_view(call, find(call))


@SERVICE.operation("PUT", "/v1/blb/{blb_id}", name="UpdateBlb", access="operate", body=BalancerChange, idempotent=True)
def update_balancer(call: Call, body: BalancerChange) -> None:
    """Another name, description or protection against deletion."""
    document = find_settled(call)
    document.update(body.model_dump(exclude_none=True))
    change(call, document)


@SERVICE.operation(
    "POST",
    "/v1/blb/{blb_id}",
    query={"action": "RESIZE"},
    name="ResizeBlb",
    access="operate",
    body=Level,
    idempotent=True,
)
def resize_balancer(call: Call, body: Level) -> Json:
    """Another performance level."""
    if body.performanceLevel not in LEVELS:
        raise invalid_parameter(f"performanceLevel must be one of {', '.join(LEVELS)}.")
    document = find_settled(call)
    document["performanceLevel"] = body.performanceLevel
    change(call, document)
    return {"orderId": call.world.ids.text("order")}


@SERVICE.operation(
    "PUT", "/v1/blb/acl/{blb_id}", name="UpdateBlbAcl", access="operate", body=AclSwitch, idempotent=True
)
def update_acl(call: Call, body: AclSwitch) -> None:
    """Whether the ACL of its subnet applies to the load balancer."""
    document = find_settled(call)
    document["supportAcl"] = body.supportAcl
    change(call, document)


@SERVICE.operation("DELETE", "/v1/blb/{blb_id}", name="DeleteBlb", access="full", idempotent=True)
def delete_balancer(call: Call) -> None:
    """Remove a load balancer that may be deleted and has no public address."""
    document = find_settled(call)
    if not document["allowDelete"]:
        raise CloudError("OperationDenied", "The BLB is protected against deletion.")
    if public_address(call, document):
        raise CloudError("OperationDenied", "Unbind the EIP before the BLB is deleted.")
    call.world.agenda.cancel(document["id"])
    call.collection(BALANCERS).delete(document["id"])


@SERVICE.operation("GET", "/v1/blb/{blb_id}/securitygroup", name="DescribeBlbSecurityGroups", access="read")
def list_groups(call: Call) -> Json:
    """The security groups bound to the load balancer."""
    found = call.collection(SECURITY_GROUPS).get_many(find(call)["securityGroupIds"])
    views = [
        {
            "securityGroupId": group["id"],
            "securityGroupName": group["name"],
            "securityGroupDesc": group["desc"],
            "securityGroupRules": group["rules"],
        }
        for group in found
    ]
    return {"blbSecurityGroups": views}


@SERVICE.operation(
    "PUT",
    "/v1/blb/{blb_id}/securitygroup",
    query="bind",
    name="BindBlbSecurityGroups",
    access="operate",
    body=Groups,
    idempotent=True,
)
def bind_groups(call: Call, body: Groups) -> None:
    """Bind security groups of the same network."""
    document = find_settled(call)
    for identifier in body.securityGroupIds:
        if call.owned(SECURITY_GROUPS, identifier)["vpcId"] != document["vpcId"]:
            raise invalid_parameter("The security group belongs to another VPC.")
    bound = dict.fromkeys([*document["securityGroupIds"], *body.securityGroupIds])
    document["securityGroupIds"] = list(bound)
    change(call, document)


@SERVICE.operation(
    "PUT",
    "/v1/blb/{blb_id}/securitygroup",
    query="unbind",
    name="UnbindBlbSecurityGroups",
    access="operate",
    body=Groups,
    idempotent=True,
)
def unbind_groups(call: Call, body: Groups) -> None:
    """Take security groups off."""
    document = find_settled(call)
    left = [one for one in document["securityGroupIds"] if one not in body.securityGroupIds]
    if len(left) == len(document["securityGroupIds"]):
        raise CloudError("OperationDenied", "None of the security groups is bound to the BLB.")
    document["securityGroupIds"] = left
    change(call, document)
