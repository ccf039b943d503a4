"""Compute: instances, volumes, snapshots, images, security groups, maintenance events.

Importing the package registers every operation and effect; `SERVICE` is what the catalog lists.
"""

from cloudsim.bcc import (
    catalogue,
    change,
    diagnosis,
    effects,
    events,
    images,
    instances,
    power,
    scope,
    security_groups,
    seed,
    snapshots,
    volumes,
)
from cloudsim.bcc.service import SERVICE

__all__ = [
    "SERVICE",
    "catalogue",
    "change",
    "diagnosis",
    "effects",
    "events",
    "images",
    "instances",
    "power",
    "scope",
    "security_groups",
    "seed",
    "snapshots",
    "volumes",
]
