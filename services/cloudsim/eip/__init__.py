"""Elastic addresses and the base DDoS protection in front of them."""

from cloudsim.eip import addresses, ddos
from cloudsim.eip.service import SERVICE

__all__ = ["SERVICE", "addresses", "ddos"]
