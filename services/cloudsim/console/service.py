"""The console's service object."""

from cloudsim.protocol.routing import Service

SERVICE = Service("console")
