"""What can be bought and where: flavors, zones, regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from cloudsim.bcc.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError

if TYPE_CHECKING:
    from cloudsim.world.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flavor:
    """A spec: cores, memory in GB, price in yuan an hour and a month."""

    spec: str
    cpu: int
    memory: int
    hourly: float
    monthly: float


def flavors(world: World) -> list[Flavor]:
    """Every flavor of the catalogue."""
    return [Flavor(**entry) for entry in world.catalogue.get("specs", [])]


def flavor_of_spec(world: World, spec: str) -> Flavor:
    """The flavor with this name."""
    found = next((flavor for flavor in flavors(world) if flavor.spec == spec), None)
    if found is None:
        raise CloudError("Bcc.InstanceTypeNotSupportException", f"The spec {spec[:64]!r} is not on sale.")
    return found


def flavor_of_size(world: World, cpu: int, memory: int) -> Flavor:
    """The flavor with this many cores and GB."""
    found = next((flavor for flavor in flavors(world) if (flavor.cpu, flavor.memory) == (cpu, memory)), None)
    if found is None:
        raise CloudError("Bcc.InstanceTypeNotSupportException", f"No spec has {cpu} cores and {memory} GB.")
    return found


def zones(world: World, region: str | None) -> list[str]:
    """Zone names of a region, of all of them when None."""
    return [
        zone["name"]
        for entry in world.catalogue.get("regions", [])
        if region in (None, entry["name"])
        for zone in entry["zones"]
    ]


class RegionQuery(BaseModel):
    """Body of DescribeRegions."""

    region: str | None = None


@SERVICE.operation("GET", "/v2/zone", name="ListZones", access="read")
def list_zones(call: Call) -> Json:
    """The zones of the region."""
    return {"zones": [{"zoneName": name} for name in zones(call.world, call.region)]}


@SERVICE.operation("POST", "/v2/region/describeRegions", name="DescribeRegions", access="read", body=RegionQuery)
def describe_regions(call: Call, body: RegionQuery) -> Json:
    """The regions, or one of them."""
    names = [entry["name"] for entry in call.world.catalogue.get("regions", [])]
    chosen = [name for name in names if body.region in (None, "", name)]
    return {"regions": [{"regionId": name, "regionEndpoint": f"bcc.{name}.baidubce.com"} for name in chosen]}


@SERVICE.operation("GET", "/v2/instance/flavorSpec", name="ListFlavorSpec", access="read")
def list_flavor_spec(call: Call) -> Json:
    """The flavors of each zone."""
    wanted = call.query.get("zoneName")
    return {
        "zoneResources": [
            {
                "zoneName": zone,
                "bccResources": {
                    "flavorGroups": [{"groupId": "g5", "flavors": [_flavor_view(one) for one in flavors(call.world)]}]
                },
            }
            for zone in zones(call.world, call.region)
            if wanted in (None, "", zone)
        ]
    }


def _flavor_view(flavor: Flavor) -> Json:
    return {
        "spec": flavor.spec,
        "specId": "g5",
        "cpuCount": flavor.cpu,
        "memoryCapacityInGB": flavor.memory,
        "productType": "ALL",
        "cpuModel": "Intel Xeon Platinum",
        "cpuGHz": "2.9GHz",
        "networkBandwidth": "3",
        "networkPackage": "50",
        "eniQuota": "4",
        "volumeCount": 16,
    }
