"""How hardware ages: when each part fails is fixed by the seed, what it shows before that is a function of time.

A part's hazard (failures a year) is constant under warranty and grows with every year after it. The failure time is
where the cumulated hazard meets a draw that depends on the part only, so a world repeats itself.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from cloudsim.store.collection import Document
from cloudsim.world.chance import unit
from cloudsim.world.moments import iso, parse

YEAR_SECONDS = 365 * 86_400
# Failures a year under warranty (chosen near the field studies of disks and memory), and the growth a year after it.
HAZARD = {"disk": 0.015, "memory": 0.006, "nic": 0.004, "power": 0.008}
GROWTH_PER_YEAR = 1.5
# Signs of wear show this long before the failure.
WARNING_SECONDS = 30 * 86_400
SIGNS = {"disk": "reallocatedSectors", "memory": "correctableErrors", "nic": "crcErrors", "power": "voltageDeviations"}
MOST_SIGNS = 800


def _cumulated(years: float, warranty: float, rate: float) -> float:
    """The hazard summed from installation to `years`."""
    if years <= warranty:
        return rate * years
    past = years - warranty
    return rate * (years + GROWTH_PER_YEAR * past * past / 2)


def failure_years(key: str, kind: str, warranty: float) -> float:
    """Years after installation at which the part fails."""
    rate, target = HAZARD[kind], -math.log(1.0 - unit(key + "|life"))
    low, high = 0.0, 60.0
    for _ in range(50):
        middle = (low + high) / 2
        if _cumulated(middle, warranty, rate) < target:
            low = middle
        else:
            high = middle
    return high


def part_state(host: Document, part: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The part with its state (Healthy, Failing, Failed), its signs of wear and, once failed, since when."""
    installed = parse(str(part.get("installedTime", host["installedTime"])))
    warranty = (parse(host["warrantyEndTime"]) - installed).total_seconds() / YEAR_SECONDS
    key = f"{host['id']}|{part['slot']}|{iso(installed)}"
    fails = installed + timedelta(seconds=YEAR_SECONDS * failure_years(key, part["kind"], max(0.0, warranty)))
    left = (fails - now).total_seconds()
    worn = min(1.0, max(0.0, 1.0 - left / WARNING_SECONDS))
    state = "Failed" if left <= 0 else "Failing" if worn > 0 else "Healthy"
    view = {
        **part,
        "installedTime": iso(installed),
        "status": state,
        "signs": {SIGNS[part["kind"]]: int(MOST_SIGNS * worn**2)},
    }
    if state == "Failed":
        view["failedTime"] = iso(fails)
    return view


def host_view(host: Document, now: datetime) -> dict[str, Any]:
    """The host with the state of its parts, its age in days and whether its warranty has ended."""
    parts = [part_state(host, part, now) for part in host["parts"]]
    states = {part["status"] for part in parts}
    status = "Degraded" if "Failed" in states else "AtRisk" if "Failing" in states else "Healthy"
    return {
        "id": host["id"],
        "region": host["region"],
        "zone": host["zoneName"],
        "rack": host["rackId"],
        "model": host["model"],
        "serial_number": host["serialNumber"],
        "status": status,
        "installed": host["installedTime"],
        "warranty_end": host["warrantyEndTime"],
        "past_warranty": parse(host["warrantyEndTime"]) < now,
        "age_days": int((now - parse(host["installedTime"])).total_seconds() // 86_400),
        "parts": parts,
    }
