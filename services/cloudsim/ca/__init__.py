"""Cloud assistant: saved commands, runs inside instances, and what they answer."""

from cloudsim.ca import actions, runs
from cloudsim.ca.service import SERVICE

__all__ = ["SERVICE", "actions", "runs"]
