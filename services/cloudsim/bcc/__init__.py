"""Compute: instances, volumes, snapshots, images, security groups, maintenance events.

Importing the package registers every operation; `SERVICE` is what the catalog lists.
"""

from cloudsim.bcc import instances, seed
from cloudsim.bcc.service import SERVICE

__all__ = ["SERVICE", "instances", "seed"]
