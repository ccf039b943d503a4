"""Virtual private clouds: create, list, detail, change, delete, and which addresses are taken."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.protocol.paging import listed, sliced
from cloudsim.store.collection import Document
from cloudsim.vpc.service import SERVICE, SUBNETS, VPCS
from cloudsim.world.moments import iso

Json = dict[str, Any]
Name = Annotated[str, Field(min_length=1, max_length=65, pattern=r"^[A-Za-z][A-Za-z0-9_/.\-]*$|^default$")]
Text = Annotated[str, Field(max_length=200)]
PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
# A request may ask about this many private addresses at once.
MAX_ADDRESSES = 256
MAX_PAGE = 100
# Instances have no index by network: an account larger than this has its free addresses overestimated.
MAX_INSTANCES = 5000


class NewVpc(BaseModel):
    """Body of CreateVpc."""

    name: Name
    cidr: str
    description: Text = ""


class VpcChange(BaseModel):
    """Body of modifyAttribute."""

    name: Name
    description: Text | None = None


def network_of(text: str, field: str = "cidr") -> IPv4Network:
    """A private network in CIDR form; raises InvalidHTTPRequest."""
    try:
        network = ip_network(text)
    except ValueError:
        raise invalid_parameter(f"{field} must be a network such as 192.168.0.0/16.") from None
    if not isinstance(network, IPv4Network) or not any(network.subnet_of(one) for one in PRIVATE):
        raise invalid_parameter(f"{field} must lie in a private IPv4 network.")
    return network


def vpc_view(document: Document) -> Json:
    """The network as lists show it."""
    return {
        "vpcId": document["id"],
        "name": document["name"],
        "cidr": document["cidr"],
        "ipv6Cidr": "",
        "description": document["description"],
        "isDefault": document["isDefault"],
        "secondaryCidr": [],
        "relay": document.get("relay", False),
        "createdTime": document["createTime"],
        "tags": [],
    }


def subnet_view(document: Document, used: int) -> Json:
    """The subnet of the public protocol; `used` addresses are taken."""
    return {
        "subnetId": document["id"],
        "name": document["name"],
        "zoneName": document["zoneName"],
        "cidr": document["cidr"],
        "ipv6Cidr": "",
        "vpcId": document["vpcId"],
        "subnetType": document["subnetType"],
        "description": document["description"],
        "createdTime": document["createTime"],
        "availableIp": max(0, ip_network(document["cidr"]).num_addresses - 4 - used),
        "tags": [],
    }


def holders(call: Call) -> list[Document]:
    """The first `MAX_INSTANCES` instances of the account: what holds addresses."""
    return call.collection(INSTANCES).page(call.account_id, call.region, None, MAX_INSTANCES).items


def taken_addresses(call: Call, vpc_id: str, subnet_id: str | None = None) -> list[Document]:
    """The instances that hold an address in a network."""
    return [one for one in holders(call) if one["vpcId"] == vpc_id and subnet_id in (None, one["subnetId"])]


def addresses_by_subnet(call: Call) -> Counter[str]:
    """How many addresses are taken in each subnet."""
    return Counter(one["subnetId"] for one in holders(call))


@SERVICE.operation("POST", "/v1/vpc", name="CreateVpc", access="operate", body=NewVpc, idempotent=True)
def create_vpc(call: Call, body: NewVpc) -> Json:
    """A new network of the account."""
    network = network_of(body.cidr)
    if not 8 <= network.prefixlen <= 28:
        raise invalid_parameter("The prefix of cidr must lie between 8 and 28.")
    document: Document = {
        "id": call.world.ids.new("vpc"),
        "accountId": call.account_id,
        "region": call.region or "bj",
        "name": body.name,
        "cidr": str(network),
        "description": body.description,
        "isDefault": False,
        "createTime": iso(call.now),
    }
    call.collection(VPCS).put(document)
    return {"vpcId": document["id"]}


@SERVICE.operation("GET", "/v1/vpc", name="ListVpcs", access="read")
def list_vpcs(call: Call) -> Json:
    """A page of the caller's networks."""
    limit, marker = call.page_size(), call.query.get("marker") or None
    default, wanted = call.query.get("isDefault", "").lower(), call.csv("vpcIds")
    if default not in ("", "true", "false"):
        raise invalid_parameter("isDefault must be true or false.")
    if not default and wanted is None:
        return listed(
            call, "vpcs", call.collection(VPCS).page(call.account_id, call.region, marker, limit), vpc_view, limit
        )
    found = [
        document
        for document in call.collection(VPCS).all_of(call.account_id, call.region)
        if default in ("", str(document["isDefault"]).lower()) and (wanted is None or document["id"] in wanted)
    ]
    return listed(call, "vpcs", sliced(found, marker, limit), vpc_view, limit)


@SERVICE.operation("GET", "/v1/vpc/{vpc_id}", name="GetVpc", access="read")
def get_vpc(call: Call) -> Json:
    """One network with its subnets."""
    document = call.owned(VPCS, call.params["vpc_id"])
    subnets = call.collection(SUBNETS).all_of(call.account_id, call.region, {"vpcId": document["id"]})
    used = addresses_by_subnet(call)
    views = [subnet_view(one, used[one["id"]]) for one in subnets]
    return {"vpc": {**vpc_view(document), "subnets": views}}


@SERVICE.operation(
    "PUT",
    "/v1/vpc/{vpc_id}",
    query="modifyAttribute",
    name="UpdateVpc",
    access="operate",
    body=VpcChange,
    idempotent=True,
)
def update_vpc(call: Call, body: VpcChange) -> None:
    """Another name or description."""
    document = call.owned(VPCS, call.params["vpc_id"])
    call.collection(VPCS).put({**document, **body.model_dump(exclude_none=True)})


@SERVICE.operation("DELETE", "/v1/vpc/{vpc_id}", name="DeleteVpc", access="full", idempotent=True)
def delete_vpc(call: Call) -> None:
    """Remove an empty network; the default one stays."""
    document = call.owned(VPCS, call.params["vpc_id"])
    if document["isDefault"]:
        raise CloudError("OperationDenied", "The default VPC cannot be deleted.")
    if call.collection(SUBNETS).count(call.account_id, None, {"vpcId": document["id"]}):
        raise CloudError("OperationDenied", "The VPC still has subnets.")
    call.collection(VPCS).delete(document["id"])


@SERVICE.operation("PUT", "/v1/vpc/openRelay/{vpc_id}", name="OpenVpcRelay", access="operate", idempotent=True)
def open_relay(call: Call) -> None:
    """Let the network pass traffic on."""
    call.collection(VPCS).put({**call.owned(VPCS, call.params["vpc_id"]), "relay": True})


@SERVICE.operation("PUT", "/v1/vpc/shutdownRelay/{vpc_id}", name="ShutdownVpcRelay", access="operate", idempotent=True)
def shutdown_relay(call: Call) -> None:
    """Let the network keep traffic to itself."""
    call.collection(VPCS).put({**call.owned(VPCS, call.params["vpc_id"]), "relay": False})


def _asked_addresses(call: Call) -> list[str]:
    if single := call.csv("privateIpAddresses"):
        return single[:MAX_ADDRESSES]
    first, _, last = call.query.get("privateIpRange", "").partition("-")
    try:
        start, end = IPv4Address(first), IPv4Address(last)
    except ValueError:
        raise invalid_parameter("privateIpRange must be two addresses such as 192.168.0.1-192.168.0.9.") from None
    if not 0 <= int(end) - int(start) < MAX_ADDRESSES:
        raise invalid_parameter(f"privateIpRange must name between 1 and {MAX_ADDRESSES} addresses.")
    return [str(ip_address(number)) for number in range(int(start), int(end) + 1)]


@SERVICE.operation("GET", "/v1/vpc/{vpc_id}/privateIpAddressInfo", name="GetVpcPrivateIpAddresses", access="read")
def private_addresses(call: Call) -> Json:
    """Which of the addresses asked for are taken, and by what."""
    document = call.owned(VPCS, call.params["vpc_id"])
    asked = set(_asked_addresses(call))
    found = [one for one in taken_addresses(call, document["id"]) if one["internalIp"] in asked]
    return {"vpcPrivateIpAddresses": [_address_view(one) for one in found]}


def _address_view(instance: Document) -> Json:
    cidr = ".".join(instance["internalIp"].split(".")[:3]) + ".0/24"
    return {
        "privateIpAddress": instance["internalIp"],
        "cidr": cidr,
        "privateIpAddressType": "BCC",
        "createdTime": instance["createTime"],
    }


@SERVICE.operation("GET", "/v1/vpc/resourceIp", name="ListVpcResourceIps", access="read")
def resource_ips(call: Call) -> Json:
    """The addresses that resources of a network hold, by page number."""
    document = call.owned(VPCS, call.query.get("vpcId", ""))
    number, size = call.integer("pageNo", 1, 1, 100_000), call.integer("pageSize", 10, 1, MAX_PAGE)
    found = taken_addresses(call, document["id"], call.query.get("subnetId") or None)
    if call.query.get("resourceType", "bcc").lower() != "bcc":
        found = []
    views = [
        {
            "ip": one["internalIp"],
            "resourceType": "bcc",
            "resourceId": one["id"],
            "subnetId": one["subnetId"],
        }
        for one in found[(number - 1) * size : number * size]
    ]
    return {"totalCount": len(found), "pageNo": number, "pageSize": size, "result": views}
