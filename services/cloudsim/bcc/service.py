"""The compute service object that the modules of this folder register their operations on."""

from cloudsim.bcc import kinds
from cloudsim.protocol.routing import Service

SERVICE = Service("bcc", kinds=list(kinds.ALL))
