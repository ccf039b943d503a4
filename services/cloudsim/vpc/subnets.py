"""Subnets: create, list, detail, change, delete."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any, Literal

from pydantic import BaseModel

from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import listed, sliced
from cloudsim.store.collection import Document
from cloudsim.vpc.acl import plant_default_rules
from cloudsim.vpc.networks import Name, Text, addresses_by_subnet, network_of, subnet_view, taken_addresses
from cloudsim.vpc.service import ACL_RULES, SERVICE, SUBNETS, VPCS
from cloudsim.world.moments import iso

Json = dict[str, Any]


class NewSubnet(BaseModel):
    """Body of CreateSubnet."""

    name: Name
    zoneName: str
    cidr: str
    vpcId: str
    subnetType: Literal["BCC", "BBC", "BCC_NAT"] = "BCC"
    description: Text = ""


class SubnetChange(BaseModel):
    """Body of modifyAttribute."""

    name: Name
    description: Text | None = None


def _check_zone(call: Call, zone: str, region: str) -> None:
    regions = {one["name"]: [entry["name"] for entry in one["zones"]] for one in call.world.catalogue["regions"]}
    if zone not in regions.get(region, []):
        raise invalid_parameter(f"zoneName {zone[:40]!r} is not a zone of {region}.")


@SERVICE.operation("POST", "/v1/subnet", name="CreateSubnet", access="operate", body=NewSubnet, idempotent=True)
def create_subnet(call: Call, body: NewSubnet) -> Json:
    """A new subnet inside a network, apart from its other subnets."""
    vpc = call.owned(VPCS, body.vpcId)
    _check_zone(call, body.zoneName, vpc["region"])
    network = network_of(body.cidr)
    if not network.subnet_of(network_of(vpc["cidr"])):
        raise invalid_parameter("cidr must lie inside the VPC.")
    others = call.collection(SUBNETS).all_of(call.account_id, None, {"vpcId": vpc["id"]})
    if any(network.overlaps(ip_network(other["cidr"])) for other in others):
        raise CloudError("OperationDenied", "The subnet overlaps another subnet of the VPC.")
    document: Document = {
        "id": call.world.ids.new("sbn"),
        "accountId": call.account_id,
        "region": vpc["region"],
        "name": body.name,
        "zoneName": body.zoneName,
        "cidr": str(network),
        "vpcId": vpc["id"],
        "subnetType": body.subnetType,
        "description": body.description,
        "createTime": iso(call.now),
    }
    call.collection(SUBNETS).put(document)
    call.collection(ACL_RULES).put_many(plant_default_rules(document))
    return {"subnetId": document["id"]}


@SERVICE.operation("GET", "/v1/subnet", name="ListSubnets", access="read")
def list_subnets(call: Call) -> Json:
    """A page of the caller's subnets."""
    limit, marker = call.page_size(), call.query.get("marker") or None
    where = {name: call.query.get(name) or None for name in ("vpcId", "zoneName")}
    kind, wanted = call.query.get("subnetType"), call.csv("subnetIds")
    found = [
        document
        for document in call.collection(SUBNETS).all_of(call.account_id, call.region, where)
        if kind in (None, "", document["subnetType"]) and (wanted is None or document["id"] in wanted)
    ]
    used = addresses_by_subnet(call)
    return listed(call, "subnets", sliced(found, marker, limit), lambda one: subnet_view(one, used[one["id"]]), limit)


@SERVICE.operation("GET", "/v1/subnet/{subnet_id}", name="GetSubnet", access="read")
def get_subnet(call: Call) -> Json:
    """One subnet."""
    document = call.owned(SUBNETS, call.params["subnet_id"])
    return {"subnet": subnet_view(document, addresses_by_subnet(call)[document["id"]])}


@SERVICE.operation(
    "PUT",
    "/v1/subnet/{subnet_id}",
    query="modifyAttribute",
    name="UpdateSubnet",
    access="operate",
    body=SubnetChange,
    idempotent=True,
)
def update_subnet(call: Call, body: SubnetChange) -> None:
    """Another name or description."""
    document = call.owned(SUBNETS, call.params["subnet_id"])
    call.collection(SUBNETS).put({**document, **body.model_dump(exclude_none=True)})


@SERVICE.operation("DELETE", "/v1/subnet/{subnet_id}", name="DeleteSubnet", access="full", idempotent=True)
def delete_subnet(call: Call) -> None:
    """Remove a subnet in which nothing holds an address."""
    document = call.owned(SUBNETS, call.params["subnet_id"])
    if taken_addresses(call, document["vpcId"], document["id"]):
        raise CloudError("OperationDenied", "Resources of the subnet still hold addresses.")
    for rule in call.collection(ACL_RULES).all_of(call.account_id, None, {"subnetId": document["id"]}):
        call.collection(ACL_RULES).delete(rule["id"])
    call.collection(SUBNETS).delete(document["id"])
