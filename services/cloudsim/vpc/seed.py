"""Plants the default network of every account and region that has instances, one subnet for each zone."""

from __future__ import annotations

from collections.abc import Iterator

from cloudsim.bcc.kinds import SECURITY_GROUPS
from cloudsim.bcc.seed import subnet_id, vpc_id
from cloudsim.store.collection import Document
from cloudsim.vpc.acl import plant_default_rules
from cloudsim.vpc.service import ACL_RULES, SERVICE, SUBNETS, VPCS
from cloudsim.world.seeding import Seeding

CIDR = "172.16.0.0/12"
SUBNETS_OF_ZONE = 16


def _subnet(seeding: Seeding, account_id: str, region: str, zone: str) -> Document:
    third = "abcdefgh".index(zone[-1]) * SUBNETS_OF_ZONE
    return {
        "id": subnet_id(account_id, zone),
        "accountId": account_id,
        "region": region,
        "name": f"default-{zone[-1]}",
        "zoneName": zone,
        "cidr": f"172.16.{third}.0/20",
        "vpcId": vpc_id(account_id, region),
        "subnetType": "BCC",
        "description": "default",
        "createTime": seeding.day(-700),
    }


@SERVICE.seeder
def plant_networks(seeding: Seeding) -> None:
    """A default security group marks an account and region that has a network."""
    zones = {region["name"]: [zone["name"] for zone in region["zones"]] for region in seeding.section("regions", [])}
    groups = list(seeding.world.collection(SECURITY_GROUPS).scan())
    subnets = [
        _subnet(seeding, group["accountId"], group["region"], zone)
        for group in groups
        for zone in zones.get(group["region"], [])
    ]
    seeding.put(VPCS, (_vpc(seeding, group) for group in groups))
    seeding.put(SUBNETS, subnets)
    seeding.put(ACL_RULES, _rules(subnets))


def _vpc(seeding: Seeding, group: Document) -> Document:
    return {
        "id": group["vpcId"],
        "accountId": group["accountId"],
        "region": group["region"],
        "name": "default",
        "cidr": CIDR,
        "description": "default",
        "isDefault": True,
        "createTime": seeding.day(-700),
    }


def _rules(subnets: list[Document]) -> Iterator[Document]:
    for subnet in subnets:
        yield from plant_default_rules(subnet)
