"""Plants the certificates that the seed lists by account."""

from __future__ import annotations

from typing import Any

from cloudsim.certificate.service import CERTIFICATES, SERVICE
from cloudsim.store.collection import Document
from cloudsim.world.ids import shaped
from cloudsim.world.seeding import Seeding


def certificate_id(seeding: Seeding, account_key: str, key: str) -> str:
    """The id of a certificate of the seed; load balancers and domains refer to it."""
    return shaped("cert", f"{seeding.name}|{account_key}|{key}")


def _document(seeding: Seeding, account_key: str, entry: dict[str, Any]) -> Document:
    names = entry["names"]
    return {
        "id": certificate_id(seeding, account_key, entry["key"]),
        "accountId": seeding.account_ids[account_key],
        "region": "",
        "name": entry["key"],
        "commonName": names[0],
        "names": names,
        "startTime": seeding.day(entry["days"][0]),
        "stopTime": seeding.day(entry["days"][1]),
        "createTime": seeding.day(entry["days"][0]),
        "updateTime": seeding.day(entry["days"][0]),
        "type": 1,
        "hasChain": entry.get("chain", True),
    }


@SERVICE.seeder
def plant_certificates(seeding: Seeding) -> None:
    """Each entry has a key, the names it covers and `days`: from and until, relative to the seed's day."""
    for account_key, entries in seeding.section("certificates").items():
        seeding.put(CERTIFICATES, [_document(seeding, account_key, entry) for entry in entries])
