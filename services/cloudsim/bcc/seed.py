"""Plants images, networks' default security groups, instances and their disks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloudsim.bcc.expiry import EXPIRE
from cloudsim.bcc.kinds import IMAGES, INSTANCES, SECURITY_GROUPS, VOLUMES
from cloudsim.bcc.service import SERVICE
from cloudsim.operations.seed import host_id, rack_id
from cloudsim.store.collection import Document
from cloudsim.world.chance import between, pick, unit
from cloudsim.world.ids import LOWER, digest_text, shaped
from cloudsim.world.moments import parse
from cloudsim.world.seeding import Seeding

SYSTEM_DISK_GB = 40
DEFAULT_INGRESS = (("22", "tcp"), ("80", "tcp"), ("443", "tcp"), ("3389", "tcp"), ("", "icmp"))


@dataclass
class Placement:
    """The zones of a region with the number of hosts in each, and how many instances were placed so far."""

    zones: list[dict[str, Any]]
    placed: int = 0

    def next(self, zone: str | None) -> tuple[str, int]:
        """A zone and a host index, round robin over the hosts."""
        names = [entry["name"] for entry in self.zones]
        chosen = zone or names[self.placed % len(names)]
        hosts = next(entry["hosts"] for entry in self.zones if entry["name"] == chosen)
        index = (self.placed // len(names)) % hosts
        self.placed += 1
        return chosen, index


def vpc_id(account_id: str, region: str) -> str:
    """The default VPC of an account in a region."""
    return shaped("vpc", f"{account_id}|{region}")


def subnet_id(account_id: str, zone: str) -> str:
    """The default subnet of an account in a zone."""
    return shaped("sbn", f"{account_id}|{zone}")


def default_group_id(account_id: str, region: str) -> str:
    """The default security group of an account in a region."""
    return shaped("g", f"{account_id}|{region}|default")


class InstancePlanter:
    """Makes instance documents; keeps count of addresses and hosts."""

    def __init__(self, seeding: Seeding) -> None:
        self.seeding = seeding
        self.placements = {region["name"]: Placement(region["zones"]) for region in seeding.section("regions", [])}
        self.images = {image["key"]: image for image in seeding.section("images", [])}
        self.specs: list[dict[str, Any]] = seeding.section("specs", [])
        self._addresses: dict[str, int] = {}

    def image_id(self, key: str) -> str:
        """The id of a system image."""
        return shaped("m", f"system|{key}")

    def _address(self, account_id: str, zone: str) -> str:
        """The next free address of the subnet: 172.16.x.y, one /20 for each zone."""
        number = self._addresses.get(account_id + zone, 0) + 4
        self._addresses[account_id + zone] = number - 3
        zone_index = "abcdefgh".index(zone[-1])
        return f"172.{16 + number // 4096}.{zone_index * 16 + (number % 4096) // 256}.{number % 256}"

    def instance(self, account_id: str, entry: dict[str, Any]) -> Document:
        """One instance of the seed file or of the generator."""
        seeding, region = self.seeding, entry["region"]
        key = f"{seeding.name}|{account_id}|{entry['name']}|{region}"
        zone, host_index = self.placements[region].next(entry.get("zone"))
        spec = self._spec(entry, key)
        image = self.images[entry.get("image", "ubuntu-22.04")]
        prepaid = entry.get("payment", "Postpaid") == "Prepaid"
        identifier = entry.get("id") or shaped("i", key)
        return {
            "id": identifier,
            "eniId": shaped("eni", identifier),
            "serialNumber": digest_text(identifier, LOWER, 12),
            "accountId": account_id,
            "region": region,
            "name": entry["name"],
            "spec": spec["spec"],
            "cpuCount": spec["cpu"],
            "memoryCapacityInGB": spec["memory"],
            "localDiskSizeInGB": entry.get("localDisk", 0),
            "status": "Running",
            "paymentTiming": "Prepaid" if prepaid else "Postpaid",
            "createTime": seeding.day(-between(key + "|age", 20, 700)),
            "expireTime": seeding.day(entry.get("expiresInDays", between(key + "|due", 30, 300))) if prepaid else "",
            "autoRenew": bool(entry.get("autoRenew", False)),
            "internalIp": self._address(account_id, zone),
            "publicIp": "",
            "networkCapacityInMbps": 0,
            "imageId": self.image_id(image["key"]),
            "imageName": image["name"],
            "osName": image["osName"],
            "osVersion": image["osVersion"],
            "osType": image["osType"],
            "zoneName": zone,
            "subnetId": subnet_id(account_id, zone),
            "vpcId": vpc_id(account_id, region),
            "securityGroupIds": [default_group_id(account_id, region)],
            "hostId": host_id(zone, host_index),
            "rackId": rack_id(zone, host_index),
            "tags": entry.get("tags", []),
            "desc": entry.get("desc", ""),
            "chargeStatus": "normal",
            "volumeIds": [shaped("v", key + "|system"), *(shaped("v", f"{key}|{n}") for n in range(_cds(entry)))],
        }

    def _spec(self, entry: dict[str, Any], key: str) -> dict[str, Any]:
        if "spec" not in entry:
            return pick(key + "|spec", self.specs)
        return next(spec for spec in self.specs if spec["spec"] == entry["spec"])

    def volumes(self, instance: Document, entry: dict[str, Any]) -> Iterator[Document]:
        """The system disk, the local disk when there is one, and the CDS data disks."""
        first, *rest = instance["volumeIds"]
        yield self._volume(instance, first, "System", "cloud_hp1", entry.get("systemDisk", SYSTEM_DISK_GB), "vda")
        for number, identifier in enumerate(rest):
            size = entry["cds"][number]
            yield self._volume(instance, identifier, "Cds", "cloud_hp1", size, f"vd{chr(ord('b') + number)}")
        if instance["localDiskSizeInGB"]:
            identifier = shaped("v", instance["id"] + "|local")
            size = instance["localDiskSizeInGB"]
            yield self._volume(instance, identifier, "Ephemeral", "local", size, "vdz")

    def _volume(self, instance: Document, identifier: str, kind: str, storage: str, size: int, device: str) -> Document:
        return {
            "id": identifier,
            "accountId": instance["accountId"],
            "region": instance["region"],
            "name": f"{instance['name']}-{device}",
            "type": kind,
            "storageType": storage,
            "diskSizeInGB": size,
            "paymentTiming": instance["paymentTiming"],
            "createTime": instance["createTime"],
            "expireTime": instance["expireTime"],
            "status": "InUse",
            "zoneName": instance["zoneName"],
            "instanceId": instance["id"],
            "device": f"/dev/{device}",
            "desc": "",
        }


def security_group(seeding: Seeding, account_id: str, region: str) -> Document:
    """The default group: the usual ports open to everybody, everything allowed out."""
    identifier = default_group_id(account_id, region)
    rules = [
        {
            "securityGroupRuleId": shaped("r", f"{identifier}|{port}|{protocol}"),
            "direction": "ingress",
            "ethertype": "IPv4",
            "protocol": protocol,
            "portRange": port,
            "sourceIp": "all",
            "remark": "",
            "createdTime": seeding.day(-700),
            "updatedTime": seeding.day(-700),
        }
        for port, protocol in DEFAULT_INGRESS
    ]
    rules.append(
        {
            "securityGroupRuleId": shaped("r", f"{identifier}|out"),
            "direction": "egress",
            "ethertype": "IPv4",
            "protocol": "all",
            "portRange": "",
            "destIp": "all",
            "remark": "",
            "createdTime": seeding.day(-700),
            "updatedTime": seeding.day(-700),
        }
    )
    return {
        "id": identifier,
        "accountId": account_id,
        "region": region,
        "name": "default",
        "vpcId": vpc_id(account_id, region),
        "desc": "default",
        "createTime": seeding.day(-700),
        "rules": rules,
    }


def _cds(entry: dict[str, Any]) -> int:
    return len(entry.get("cds", []))


def generated_entries(seeding: Seeding, planter: InstancePlanter) -> Iterator[tuple[str, dict[str, Any]]]:
    """Instances of the generated accounts: (account id, entry), sizes skewed as real accounts are."""
    generated = seeding.section("generated")
    accounts = [f"generated-{index}" for index in range(generated.get("accounts", 0))]
    total, regions = generated.get("instances", 0), list(planter.placements)
    weights = [1.0 / (rank + 3) for rank in range(len(accounts))]
    scale = total / sum(weights) if weights else 0.0
    given = 0
    for rank, account_key in enumerate(accounts):
        share = total - given if rank == len(accounts) - 1 else min(total - given, round(weights[rank] * scale))
        given += share
        for number in range(share):
            yield seeding.account_ids[account_key], _generated_entry(seeding, account_key, number, regions)


ROLES = ("web", "api", "db", "cache", "job", "queue", "search", "gw")


def _generated_entry(seeding: Seeding, account_key: str, number: int, regions: list[str]) -> dict[str, Any]:
    key = f"{seeding.name}|{account_key}|{number}"
    role = pick(key + "|role", ROLES)
    chance = unit(key)
    return {
        "name": f"{role}-{number:02d}",
        "region": regions[int(unit(account_key + "|home") ** 2 * len(regions))] if chance < 0.8 else pick(key, regions),
        "payment": "Prepaid" if unit(key + "|payment") < 0.4 else "Postpaid",
        "image": pick(key + "|image", ("ubuntu-22.04", "centos-7.9", "ubuntu-22.04", "windows-2019")),
        "autoRenew": unit(key + "|renew") < 0.5,
        "eip": int(1 + 20 * unit(key + "|mbps")) if role in ("web", "gw") else 0,
        "cds": [int(100 + 400 * unit(key + "|cds"))] if role in ("db", "search") else [],
        "localDisk": 500 if role == "cache" and unit(key + "|local") < 0.4 else 0,
    }


def named_entries(seeding: Seeding) -> Iterator[tuple[str, dict[str, Any]]]:
    """Instances that the seed file lists under an account; `count` repeats one with numbered names."""
    for account_key, entries in seeding.section("instances").items():
        for entry in entries:
            for number in range(1, entry.get("count", 1) + 1):
                yield seeding.account_ids[account_key], {**entry, "name": entry["name"].replace("#", f"{number:02d}")}


@SERVICE.seeder
def plant_compute(seeding: Seeding) -> None:
    """Store images, default security groups, instances and disks."""
    planter = InstancePlanter(seeding)
    seeding.put(IMAGES, (_image(seeding, planter, image) for image in planter.images.values()))
    networks: set[tuple[str, str]] = set()
    dues: list[tuple[datetime, str]] = []
    database = seeding.world.collection(INSTANCES)

    def instances_and_disks() -> Iterator[Document]:
        batch: list[Document] = []
        for source in (named_entries(seeding), generated_entries(seeding, planter)):
            for account_id, entry in source:
                instance = planter.instance(account_id, entry)
                networks.add((account_id, instance["region"]))
                batch.append(instance)
                if entry.get("eip"):
                    seeding.public_instances.append((instance["id"], entry["eip"]))
                if len(batch) >= 5000:
                    database.put_many(batch)
                    batch.clear()
                if instance["expireTime"]:
                    dues.append((parse(instance["expireTime"]), instance["id"]))
                yield from planter.volumes(instance, entry)
        database.put_many(batch)

    seeding.put(VOLUMES, instances_and_disks())
    seeding.world.agenda.schedule_many(EXPIRE, dues)
    seeding.put(
        SECURITY_GROUPS, (security_group(seeding, account_id, region) for account_id, region in sorted(networks))
    )


def _image(seeding: Seeding, planter: InstancePlanter, image: dict[str, Any]) -> Document:
    return {
        "id": planter.image_id(image["key"]),
        "accountId": "",
        "region": "",
        "name": image["name"],
        "type": "System",
        "osType": image["osType"],
        "osName": image["osName"],
        "osVersion": image["osVersion"],
        "osArch": "x86_64 (64bit)",
        "osBuild": image.get("osBuild", "2025051200"),
        "osLang": image.get("osLang", "ENG"),
        "createTime": seeding.day(-400),
        "status": "Available",
        "desc": "",
        "minDiskGb": image.get("minDiskGb", 20),
    }
