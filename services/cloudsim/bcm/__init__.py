"""Monitoring: metrics, events and alarms of both API generations."""

from cloudsim.bcm import alarms, console_metrics, happenings, metric_data, query
from cloudsim.bcm.service import SERVICE

__all__ = ["SERVICE", "alarms", "console_metrics", "happenings", "metric_data", "query"]
