"""Content delivery: domains and their settings, purge and prefetch, statistics."""

from cloudsim.cdn import configs, domains, effects, seed, statistics, tasks
from cloudsim.cdn.service import SERVICE

__all__ = ["SERVICE", "configs", "domains", "effects", "seed", "statistics", "tasks"]
