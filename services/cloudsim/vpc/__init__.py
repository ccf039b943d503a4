"""Virtual private clouds: networks, subnets and the network ACL in front of them."""

from cloudsim.vpc import acl, effects, networks, seed, subnets
from cloudsim.vpc.service import SERVICE

__all__ = ["SERVICE", "acl", "effects", "networks", "seed", "subnets"]
