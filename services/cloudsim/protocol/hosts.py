"""Which service and region a Host header names (reference section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Ports follow this order from the service port base up.
PORT_ORDER = ("bcc", "bcm", "eip", "blb", "vpc", "bos", "cdn", "rds", "billing", "certificate", "ca", "sts")
REGIONS = ("bj", "gz", "su", "bd", "fwh", "hkg", "sin", "cd", "yq", "nj", "fsh")

# One host may carry the operations of several services: VPC lives on the compute host.
SERVICES_OF_HOST: dict[str, tuple[str, ...]] = {
    "bcc": ("bcc", "vpc"),
    "vpc": ("vpc",),
    "eip": ("eip",),
    "blb": ("blb",),
    "bcm": ("bcm",),
    "rds": ("rds",),
    "ca": ("ca",),
    "cdn": ("cdn",),
    "billing": ("billing",),
    "certificate": ("certificate",),
    "sts": ("sts",),
    "aip": ("aip",),
}

_REGION = "|".join(REGIONS)
_SERVICE_HOST = re.compile(rf"^([a-z]+)(?:\.({_REGION}))?\.baidubce\.com$")
_BOS_HOST = re.compile(rf"^(?:([a-z0-9][a-z0-9-]{{1,61}}[a-z0-9])\.)?({_REGION})\.bcebos\.com$")
CONSOLE = ("console",)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request is addressed. `region` is None where the host names none: then every region is meant."""

    services: tuple[str, ...]
    region: str | None = None
    bucket: str | None = None


def target_of_host(host: str) -> Target:
    """Resolve a Host header; an address that names no service reaches the console pages only."""
    name = host.rsplit(":", 1)[0].lower() if not host.endswith("]") else host
    match = _SERVICE_HOST.match(name)
    if match and match[1] in SERVICES_OF_HOST:
        return Target(SERVICES_OF_HOST[match[1]], match[2])
    match = _BOS_HOST.match(name)
    if match:
        return Target(("bos",), match[2], match[1])
    return Target(CONSOLE)


def target_of_port(service: str, host: str) -> Target:
    """A service port serves its service; a production Host header still chooses region and bucket."""
    named = target_of_host(host)
    if service in named.services:
        return Target((service,), named.region, named.bucket)
    return Target((service,))
