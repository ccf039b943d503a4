"""Managed databases: instances, parameters, white list, logs, backups."""

from cloudsim.rds import backups, effects, instances, logs, parameters, seed
from cloudsim.rds.service import SERVICE

__all__ = ["SERVICE", "backups", "effects", "instances", "logs", "parameters", "seed"]
