"""Plants the domains that the seed names, and one for some generated accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudsim.blb.seed import balancer_id
from cloudsim.cdn.domains import new_domain
from cloudsim.cdn.service import DOMAINS, RUNNING, SERVICE
from cloudsim.certificate.seed import certificate_id
from cloudsim.eip.service import EIPS
from cloudsim.store.collection import Document
from cloudsim.world.chance import unit
from cloudsim.world.seeding import Seeding

GENERATED_LOOKED_AT = 40
GENERATED_SHARE = 0.35


def _entries(seeding: Seeding) -> Iterator[tuple[str, dict[str, Any]]]:
    for account_key, entries in seeding.section("domains").items():
        for entry in entries:
            yield account_key, entry
    for index in range(min(GENERATED_LOOKED_AT, seeding.section("generated").get("accounts", 0))):
        if unit(f"{seeding.name}|domain|{index}") < GENERATED_SHARE:
            yield f"generated-{index}", {"name": f"www.customer-{index:03d}.example", "origin": "198.18.200.1"}


def _peer(seeding: Seeding, account_key: str, entry: dict[str, Any]) -> str:
    """The origin is an address, a bucket's host name, or a load balancer of the seed by name."""
    name = entry.get("balancer")
    if name is None:
        return str(entry["origin"])
    identifier = entry.get("balancerId") or balancer_id(seeding, account_key, name)
    account_id = seeding.account_ids[account_key]
    found = seeding.world.collection(EIPS).all_of(account_id, None, {"instanceId": identifier})
    return str(found[0]["eip"])


def _domain(seeding: Seeding, account_key: str, entry: dict[str, Any]) -> Document:
    origin = [{"peer": _peer(seeding, account_key, entry), "host": entry["name"]}]
    account_id = seeding.account_ids[account_key]
    document = new_domain(entry["name"], account_id, origin, seeding.day(-180), RUNNING)
    if "certificate" in entry:
        certificate = certificate_id(seeding, account_key, entry["certificate"])
        document["config"]["https"] = {"enabled": True, "certId": certificate, "httpRedirect": True}
    return document


@SERVICE.seeder
def plant_domains(seeding: Seeding) -> None:
    """Store the domains."""
    seeding.put(DOMAINS, [_domain(seeding, account_key, entry) for account_key, entry in _entries(seeding)])
