"""What can be done about a trouble, by name: through which door it is done and by which public operations.

A remedy names a deed. Most deeds are public operations of that name; some are a kind of use of one, and some are not
the API's to offer: a filing with the authorities, a purchase, a change in the customer's own code.
"""

from __future__ import annotations

from typing import Literal

Door = Literal["api", "payment", "operations", "waiting", "process"]

# `payment`: money comes in. `operations`: people of the cloud do it, so the customer escalates. `waiting`: time alone.
# `process`: a proceeding outside the cloud's API, which the simulator hears of through the control API.
_DOORS: dict[str, Door] = {
    "Recharge": "payment",
    "OperatorRepair": "operations",
    "WaitUntilAttackEnds": "waiting",
    "WaitUntilTaskDone": "waiting",
    "WaitUntilTomorrow": "waiting",
    "WaitUntilTrafficDrops": "waiting",
    "AllowNodesAtOrigin": "process",
    "BuyQps": "process",
    "BuyQuota": "process",
    "EscalateToCarrier": "process",
    "FileIcp": "process",
    "LowerBitrate": "process",
    "OptimiseSql": "process",
    "ThrottleRequests": "process",
}

# Deeds that do not have the name of the operation, because the same operation does other things too.
_OPERATIONS: dict[str, tuple[str, ...]] = {
    "CreateAclRule": ("vpc.CreateAclRules",),
    "DeployCert": ("blb.UpdateHttpsListener", "blb.UpdateSslListener"),
    "PresignedGet": ("bos.GetObject",),
    "PurgeDirectory": ("cdn.Purge",),
    "PurgeUrl": ("cdn.Purge",),
    "RebootRdsInstance": ("rds.RebootInstance",),
    "RefreshToken": ("aip.GetAccessToken",),
    "ResizeRdsInstance": ("rds.ResizeInstance",),
    "RunCommand": ("ca.ActionRun",),
    "UpdateListener": (
        "blb.UpdateTcpListener",
        "blb.UpdateUdpListener",
        "blb.UpdateHttpListener",
        "blb.UpdateHttpsListener",
        "blb.UpdateSslListener",
    ),
}


def door_of(deed: str) -> Door:
    """Through which door the deed is done."""
    return _DOORS.get(deed, "api")


def operations_of(deed: str) -> tuple[str, ...]:
    """The public operations that do it, as `Name` or `service.Name`; none for what the API does not offer."""
    return _OPERATIONS.get(deed, (deed,)) if door_of(deed) == "api" else ()
