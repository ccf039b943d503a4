"""The EIP service object and its documents."""

from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Kind

EIPS = Kind("eip", indexed=("eip", "instanceId", "name", "status"), global_indexed=("eip",))
ATTACKS = Kind("ddos_attack", indexed=("eip",))
SERVICE = Service("eip", kinds=[EIPS, ATTACKS])
