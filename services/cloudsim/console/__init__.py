"""Pages of the simulated console that need no signature: the VNC page of an instance, by its one-time link."""

from cloudsim.console import screen
from cloudsim.console.service import SERVICE

__all__ = ["SERVICE", "screen"]
