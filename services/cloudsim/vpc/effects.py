"""What scenarios can do to networks."""

from __future__ import annotations

from cloudsim.faults.effects import EffectContext, Params, effect
from cloudsim.vpc.service import ACL_RULES


@effect("acl.deny", ACL_RULES)
def deny(context: EffectContext, params: Params) -> None:
    """A rule in front of the instance's subnet refuses `port` (TCP, `direction` ingress by default)."""
    instance = context.resource
    context.create(
        ACL_RULES,
        {
            "id": context.world.ids.new("acl"),
            "accountId": instance["accountId"],
            "region": instance["region"],
            "vpcId": instance["vpcId"],
            "subnetId": instance["subnetId"],
            "description": params.get("description", ""),
            "protocol": "tcp",
            "sourceIpAddress": params.get("source", "all"),
            "destinationIpAddress": "all",
            "sourcePort": "1-65535",
            "destinationPort": str(params["port"]),
            "position": params.get("position", 10),
            "direction": params.get("direction", "ingress"),
            "action": "deny",
        },
    )
    context.touch(instance["subnetId"])
