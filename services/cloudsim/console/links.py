"""One-time links to an instance's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudsim.store.collection import Document, Kind
from cloudsim.world.moments import iso, later

if TYPE_CHECKING:
    from cloudsim.protocol.call import Call

LINKS = Kind("vnc_link")
VALID_SECONDS = 600


def new_link(call: Call, instance: Document) -> str:
    """The token of a new link."""
    token = call.world.ids.text("vnc", length=40)
    call.world.collection(LINKS).put(
        {
            "id": token,
            "accountId": instance["accountId"],
            "instanceId": instance["id"],
            "validUntil": iso(later(call.now, VALID_SECONDS)),
        }
    )
    return token
