"""The VPC service object and its documents."""

from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Kind

VPCS = Kind("vpc", indexed=("name",))
SUBNETS = Kind("subnet", indexed=("vpcId", "zoneName"))
ACL_RULES = Kind("acl_rule", indexed=("subnetId", "vpcId"))
SERVICE = Service("vpc", kinds=[VPCS, SUBNETS, ACL_RULES])
