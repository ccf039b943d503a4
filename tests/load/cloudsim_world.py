"""Builds a large world: `python tests/load/cloudsim_world.py FOLDER INSTANCES` plants FOLDER/cloud.db.

The accounts, names and catalogue are the demo world's; only the numbers grow.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import yaml

from cloudsim.cloud import Cloud
from cloudsim.world.seeding import read_seed
from contracts.clock import WorldClock

REPOSITORY = Path(__file__).resolve().parents[2]
INSTANCES_PER_ACCOUNT = 500
INSTANCES_PER_HOST = 20


def large_seed(instances: int) -> dict[str, Any]:
    """The demo seed with this many generated instances, and accounts and hosts to match."""
    seed = read_seed(REPOSITORY / "data/cloud/demo.yaml")
    seed["name"] = f"large-{instances}"
    seed["generated"] = {
        **seed["generated"],
        "instances": instances,
        "accounts": max(40, instances // INSTANCES_PER_ACCOUNT),
    }
    zones = [zone for region in seed["regions"] for zone in region["zones"]]
    for zone in zones:
        zone["hosts"] = max(12, instances // INSTANCES_PER_HOST // len(zones))
    return seed


def build(folder: Path, instances: int) -> float:
    """Plant the world; returns the wall seconds it took."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seed.yaml").write_text(yaml.safe_dump(large_seed(instances), allow_unicode=True), encoding="utf-8")
    started = time.perf_counter()
    Cloud(folder / "cloud.db", folder / "seed.yaml", WorldClock(folder / "clock.json")).close()
    return time.perf_counter() - started


if __name__ == "__main__":
    place, count = Path(sys.argv[1]), int(sys.argv[2])
    print(f"{count} instances planted in {build(place, count):.1f} s")
