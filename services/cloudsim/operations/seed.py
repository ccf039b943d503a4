"""Plants hosts in racks and zones: age, warranty and parts that depend on the host's name only."""

from __future__ import annotations

from collections.abc import Iterator

from cloudsim.operations.kinds import HOSTS, PROVIDER
from cloudsim.store.collection import Document
from cloudsim.world.chance import between, pick, unit
from cloudsim.world.seeding import Seeding

HOSTS_PER_RACK = 16
WARRANTY_DAYS = 3 * 365
MODELS = ("SA5212M5", "SA5248M6", "R740", "R750", "2288HV5")
DISK_MODELS = ("SSDPE2KX040T8", "MZQL23T8HCLS", "ST8000NM0055")


def host_id(zone: str, index: int) -> str:
    """The name of a host, such as `host-bj-a-0007`."""
    return f"host-{zone.removeprefix('cn-')}-{index:04d}"


def rack_id(zone: str, index: int) -> str:
    """The rack a host stands in."""
    return f"rack-{zone.removeprefix('cn-')}-{index // HOSTS_PER_RACK + 1:02d}"


def make_host(seeding: Seeding, zone: str, region: str, index: int) -> Document:
    """One host; about one in five is past its warranty."""
    identifier = host_id(zone, index)
    key = f"{seeding.name}|{identifier}"
    age_days = between(key + "|age", 60, 1500)
    return {
        "id": identifier,
        "accountId": PROVIDER,
        "region": region,
        "zoneName": zone,
        "rackId": rack_id(zone, index),
        "model": pick(key + "|model", MODELS),
        "serialNumber": f"SN{int(unit(key + '|sn') * 10**10):010d}",
        "installedTime": seeding.day(-age_days),
        "warrantyEndTime": seeding.day(WARRANTY_DAYS - age_days),
        "status": "Healthy",
        "parts": list(_parts(key)),
    }


def _parts(key: str) -> Iterator[dict[str, object]]:
    for slot in range(4):
        yield {"slot": f"disk{slot}", "kind": "disk", "model": pick(f"{key}|disk{slot}", DISK_MODELS)}
    for slot in range(8):
        yield {"slot": f"dimm{slot}", "kind": "memory", "model": "DDR4-3200-64G"}
    yield {"slot": "nic0", "kind": "nic", "model": "CX5-25G"}
    yield {"slot": "psu0", "kind": "power", "model": "PSU-1600W"}
    yield {"slot": "psu1", "kind": "power", "model": "PSU-1600W"}


def plant_hosts(seeding: Seeding) -> None:
    """Store the hosts of every zone of the seed."""
    seeding.put(
        HOSTS,
        (
            make_host(seeding, zone["name"], region["name"], index)
            for region in seeding.section("regions", [])
            for zone in region["zones"]
            for index in range(zone["hosts"])
        ),
    )
