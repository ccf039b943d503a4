"""The console's service object."""

from cloudsim.console.links import LINKS
from cloudsim.protocol.routing import Service

SERVICE = Service("console", kinds=[LINKS])
