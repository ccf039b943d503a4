"""The billing service object."""

from cloudsim.protocol.routing import Service

SERVICE = Service("billing")
