"""The CDN service object, its documents, and how a domain of the caller is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import no_such_object
from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Document, Kind
from cloudsim.world.identity import ACCOUNTS
from cloudsim.world.metrics import Shape, declare_scope

if TYPE_CHECKING:
    from cloudsim.world.world import World

# A domain's document has the domain as its id: a domain is served for one account only.
DOMAINS = Kind("cdn_domain")
TASKS = Kind("cdn_task", indexed=("taskId", "kind", "day", "url"))
SERVICE = Service("cdn", kinds=[DOMAINS, TASKS])
RUNNING, STOPPED, OPERATING = "RUNNING", "STOPPED", "OPERATING"

SCOPE = declare_scope(
    "BCE_CDN",
    "Domain",
    DOMAINS,
    {
        "RequestsPerSecond": Shape(5, 400),
        "BitsPerSecond": Shape(2_000_000, 400_000_000, whole=True),
        "OriginBitsPerSecond": Shape(200_000, 30_000_000, whole=True),
        "HitRatePercent": Shape(86, 95, swing=0.02, noise=0.02, ceiling=100.0),
        "Http403Percent": Shape(0.05, 0.3),
        "Http404Percent": Shape(0.2, 1.5),
        "Http502Percent": Shape(0.0, 0.05),
        "Http503Percent": Shape(0.0, 0.02),
        "Http504Percent": Shape(0.0, 0.05),
        "AverageKbps": Shape(1800, 9000),
    },
)


def find_domain(call: Call) -> Document:
    """The caller's domain of the path; raises NoSuchObject."""
    name = call.params["domain"].lower()
    found = call.collection(DOMAINS).get(name)
    if found is None or found["accountId"] != call.account_id:
        raise no_such_object("domain", name[:255])
    return found


def cname_of(domain: str) -> str:
    """Where the domain has to point."""
    return domain.replace("*", "all") + ".a.bdydns.example"


def status_of(world: World, document: Document) -> str:
    """An account in arrears has no domain in service."""
    account = world.collection(ACCOUNTS).get(document["accountId"])
    if account is not None and account["balance"] < 0:
        return STOPPED
    return str(document["status"])


def save(call: Call, document: Document, config: dict[str, Any] | None = None) -> None:
    """Store a domain, with some of its settings changed."""
    if config:
        document["config"] = {**document["config"], **config}
    call.collection(DOMAINS).put(document)
