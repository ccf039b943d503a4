"""The AI service object and its documents: an application with its quota."""

from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Kind

APPLICATIONS = Kind("aip_application", global_indexed=("token",))
SERVICE = Service("aip", kinds=[APPLICATIONS])
