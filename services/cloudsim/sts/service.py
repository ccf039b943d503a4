"""The STS service object."""

from cloudsim.protocol.routing import Service

SERVICE = Service("sts")
