"""The monitoring service object."""

from cloudsim.protocol.routing import Service

SERVICE = Service("bcm")
