"""The page behind a VNC link: what the instance's screen shows."""

from __future__ import annotations

from html import escape

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.console.links import LINKS
from cloudsim.console.service import SERVICE
from cloudsim.protocol.call import Call, Reply
from cloudsim.protocol.errors import no_such_object
from cloudsim.store.collection import Document
from cloudsim.world.guests import guest_of
from cloudsim.world.moments import iso

PAGE = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>"
    "<style>body{{background:#111;color:#ddd;font:14px monospace;padding:2em}}</style><pre>{screen}</pre></html>"
)


def screen_of(call: Call, instance: Document) -> list[str]:
    """The lines on the screen."""
    if instance["status"] != "Running":
        return [f"[{instance['status']}]"]
    guest = guest_of(call.world, instance)
    lines = [f"{instance['osName']} {instance['osVersion']}  {instance['name']}  tty1", ""]
    lines.extend(guest["kernelLog"])
    if guest["responsive"]:
        lines.extend(["", f"{instance['name']} login: _"])
    return lines


@SERVICE.operation("GET", "/vnc/{token}", name="VncPage", access="read", public=True)
def vnc_page(call: Call) -> Reply:
    """Show the screen once; a used or old link is gone."""
    link = call.collection(LINKS).get(call.params["token"])
    if link is None:
        raise no_such_object("VNC link", call.params["token"][:64])
    call.collection(LINKS).delete(link["id"])
    instance = call.collection(INSTANCES).get(link["instanceId"])
    if instance is None or link["validUntil"] < iso(call.now):
        return Reply(410, b"<!doctype html><title>gone</title>", content_type="text/html; charset=utf-8")
    screen = escape("\n".join(screen_of(call, instance)))
    body = PAGE.format(title=escape(instance["name"]), screen=screen)
    return Reply(200, body.encode(), content_type="text/html; charset=utf-8")
