"""Temporary keys: session tokens and assumed roles."""

from cloudsim.sts import credentials
from cloudsim.sts.service import SERVICE

__all__ = ["SERVICE", "credentials"]
