"""Load balancers: listeners, backends and their health."""

from cloudsim.blb import backends, balancers, effects, listeners, seed
from cloudsim.blb.service import SERVICE

__all__ = ["SERVICE", "backends", "balancers", "effects", "listeners", "seed"]
