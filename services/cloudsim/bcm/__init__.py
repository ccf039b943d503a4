"""Monitoring: metrics and alarms of both API generations."""

from cloudsim.bcm.service import SERVICE

__all__ = ["SERVICE"]
