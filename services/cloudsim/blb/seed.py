"""Plants load balancers: the ones the seed names, and one for the larger generated accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.blb.listeners import new_listener
from cloudsim.blb.service import BALANCERS, SERVICE
from cloudsim.certificate.seed import certificate_id
from cloudsim.eip.addresses import address_text
from cloudsim.eip.service import EIPS
from cloudsim.store.collection import Document
from cloudsim.vpc.service import SUBNETS
from cloudsim.world.ids import shaped
from cloudsim.world.seeding import Seeding

# Generated accounts with at least this many instances named web-… have a load balancer in front of them.
GENERATED_BACKENDS = 2
GENERATED_LOOKED_AT = 40
WEB_LISTENERS = [{"type": "HTTP", "port": 80, "backendPort": 80}]
# Load balancers' public addresses follow those of the seed's instances in steps out of their reach.
FIRST_PUBLIC = 60_000


def balancer_id(seeding: Seeding, account_key: str, name: str) -> str:
    """The id of a load balancer of the seed."""
    return shaped("lb", f"{seeding.name}|{account_key}|{name}")


def _entries(seeding: Seeding) -> Iterator[tuple[str, dict[str, Any]]]:
    for account_key, entries in seeding.section("loadBalancers").items():
        for entry in entries:
            yield account_key, entry
    for index in range(min(GENERATED_LOOKED_AT, seeding.section("generated").get("accounts", 0))):
        yield f"generated-{index}", {"name": "web-blb", "backends": "web-", "listeners": WEB_LISTENERS, "eip": 20}


def _backends(seeding: Seeding, account_id: str, prefix: str) -> list[Document]:
    """Running instances of the account whose name starts so, in the region of the first."""
    page = seeding.world.collection(INSTANCES).page(account_id, None, None, 200)
    found = [one for one in page.items if one["name"].startswith(prefix)]
    return [one for one in found if one["region"] == found[0]["region"]][:10]


def _listener(seeding: Seeding, account_key: str, entry: dict[str, Any]) -> dict[str, Any]:
    fields = {"listenerPort": entry["port"], "backendPort": entry["backendPort"], "scheduler": "RoundRobin"}
    if "certificate" in entry:
        fields["certIds"] = [certificate_id(seeding, account_key, entry["certificate"])]
    return new_listener(entry["type"], fields)


@SERVICE.seeder
def plant_balancers(seeding: Seeding) -> None:
    """Store load balancers and the public addresses in front of them."""
    for number, (account_key, entry) in enumerate(_entries(seeding)):
        account_id = seeding.account_ids[account_key]
        backends = _backends(seeding, account_id, entry["backends"])
        if len(backends) < (GENERATED_BACKENDS if account_key.startswith("generated") else 1):
            continue
        document = _document(seeding, account_key, entry, backends)
        seeding.put(BALANCERS, [document])
        if entry.get("eip"):
            seeding.put(EIPS, [_address(seeding, document, number, entry["eip"])])


def _document(seeding: Seeding, account_key: str, entry: dict[str, Any], backends: list[Document]) -> Document:
    first = backends[0]
    subnet = seeding.world.collection(SUBNETS).get(first["subnetId"])
    network = subnet["cidr"].rsplit(".", 2)[0] if subnet else "172.16"
    third = int(subnet["cidr"].split(".")[2]) + 15 if subnet else 15
    return {
        "id": entry.get("id") or balancer_id(seeding, account_key, entry["name"]),
        "accountId": first["accountId"],
        "region": first["region"],
        "name": entry["name"],
        "desc": entry.get("desc", ""),
        "status": "available",
        "address": f"{network}.{third}.250",
        "vpcId": first["vpcId"],
        "subnetId": first["subnetId"],
        "performanceLevel": "small1",
        "allowDelete": True,
        "createTime": seeding.day(-120),
        "listeners": [_listener(seeding, account_key, one) for one in entry["listeners"]],
        "backends": [{"instanceId": one["id"], "weight": 50} for one in backends],
        "securityGroupIds": list(first["securityGroupIds"]),
    }


def _address(seeding: Seeding, document: Document, number: int, mbps: int) -> Document:
    return {
        "id": shaped("ip", document["id"]),
        "accountId": document["accountId"],
        "region": document["region"],
        "name": f"{document['name']}-eip",
        "eip": address_text(FIRST_PUBLIC + number),
        "status": "binded",
        "instanceType": "BLB",
        "instanceId": document["id"],
        "instanceIp": document["address"],
        "bandwidthInMbps": mbps,
        "paymentTiming": "Postpaid",
        "billingMethod": "ByBandwidth",
        "createTime": document["createTime"],
        "expireTime": "",
    }
