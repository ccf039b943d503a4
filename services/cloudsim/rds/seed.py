"""Plants databases and their nightly backups: the ones the seed names, and one for some generated accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudsim.bcc.seed import subnet_id, vpc_id
from cloudsim.rds.backups import finished, new_backup
from cloudsim.rds.parameters import default_parameters
from cloudsim.rds.service import AVAILABLE, BACKUPS, DATABASES, SERVICE
from cloudsim.store.collection import Document
from cloudsim.world.chance import between, unit
from cloudsim.world.ids import shaped
from cloudsim.world.seeding import Seeding

GENERATED_LOOKED_AT = 40
GENERATED_SHARE = 0.4
NIGHTS = 7


def _entries(seeding: Seeding) -> Iterator[tuple[str, dict[str, Any]]]:
    for account_key, entries in seeding.section("databases").items():
        for entry in entries:
            yield account_key, entry
    for index in range(min(GENERATED_LOOKED_AT, seeding.section("generated").get("accounts", 0))):
        if unit(f"{seeding.name}|rds|{index}") < GENERATED_SHARE:
            yield f"generated-{index}", {"name": "main-mysql", "zone": "cn-bj-a", "cpu": 2, "memory": 8, "volume": 100}


def _document(seeding: Seeding, account_key: str, entry: dict[str, Any]) -> Document:
    account_id, zone = seeding.account_ids[account_key], entry["zone"]
    identifier = entry.get("id") or shaped("rds", f"{seeding.name}|{account_key}|{entry['name']}")
    region, prepaid = zone.split("-")[1], entry.get("payment") == "Prepaid"
    address = f"{identifier.lower()}.rds.{region}.example"
    return {
        "id": identifier,
        "accountId": account_id,
        "region": region,
        "name": entry["name"],
        "engine": "MySQL",
        "engineVersion": entry.get("version", "8.0"),
        "status": AVAILABLE,
        "cpuCount": entry["cpu"],
        "memoryCapacity": entry["memory"],
        "volumeCapacity": entry["volume"],
        "usedStorage": round(entry["volume"] * between(identifier + "|used", 0.2, 0.6), 1),
        "endpoint": {"address": address, "port": 3306, "vnetIp": "172.16.14.20", "inetIp": ""},
        "publicAccessStatus": "Closed",
        "paymentTiming": "Prepaid" if prepaid else "Postpaid",
        "createTime": seeding.day(-between(identifier + "|age", 30, 600)),
        "expireTime": seeding.day(between(identifier + "|due", 40, 300)) if prepaid else "",
        "zoneName": zone,
        "vpcId": vpc_id(account_id, region),
        "subnetId": subnet_id(account_id, zone),
        "syncMode": "Semi_sync",
        "lockMode": "unlock",
        "maintainStartTime": "18:00:00",
        "maintainDuration": 1,
        "backupPolicy": {
            "backupDays": "0,1,2,3,4,5,6",
            "backupTime": "17:00:00Z",
            "persistent": True,
            "expireInDays": NIGHTS,
        },
        "parameters": default_parameters(entry["memory"]),
        "pending": {},
        "securityIps": ["172.16.0.0/12"],
        "databases": entry.get("databases", ["app"]),
    }


def _backups(seeding: Seeding, instance: Document) -> Iterator[Document]:
    for night in range(1, NIGHTS + 1):
        identifier = "backup-" + shaped("scs", f"{instance['id']}|{night}").removeprefix("scs-")
        started = new_backup(identifier, instance, seeding.day(-night + 0.71), "physical")
        yield finished(started, instance, seeding.day(-night + 0.73))


@SERVICE.seeder
def plant_databases(seeding: Seeding) -> None:
    """Store instances and backups."""
    found = [_document(seeding, account_key, entry) for account_key, entry in _entries(seeding)]
    seeding.put(DATABASES, found)
    seeding.put(BACKUPS, (backup for instance in found for backup in _backups(seeding, instance)))
