"""Monitoring: metrics, events and alarms of both API generations."""

from cloudsim.bcm import happenings, metric_data, query
from cloudsim.bcm.service import SERVICE

__all__ = ["SERVICE", "happenings", "metric_data", "query"]
