"""The certificate service object and its documents."""

from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Kind

CERTIFICATES = Kind("certificate", indexed=("commonName",))
SERVICE = Service("certificate", kinds=[CERTIFICATES])
