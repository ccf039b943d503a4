"""What the engine asks of its shell during a turn, and the typed replies.

The engine is a generator: it yields a request, the shell answers with `send`. `drive` is the loop. A shell that cannot
find something out answers `Unknown`; it never raises into the engine and never turns *unknown* into *empty*.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from actions.tasks.model import Severity

FactValue = str | int | float | bool | None | list[str]
CheckState = Literal["ok", "bad", "unknown"]

# ---- requests ----


@dataclass(frozen=True)
class ListResources:
    """The customer's own resources of a kind (`instance`, `eip` …).

    Filters: `id`, `ip`, `name` (exact), `region` (`bj` …), `status`; all given must hold. Replies: Resources, Unknown.
    """

    kind: str
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunChecks:
    """Read the cloud, all `names` at once. `params`: the task's slots, and the facts known so far by their full names.

    Replies: Checked (one result for each name), Unknown (nothing could be read).
    """

    skill: str
    names: tuple[str, ...]
    params: Mapping[str, FactValue]


@dataclass(frozen=True)
class Act:
    """Change something, once; the ledger's key is (conversation, `confirmed_by`, `step`).

    Replies: Done, Refused, Unknown.
    """

    operation: str
    kind: str
    resource_id: str
    params: Mapping[str, FactValue]
    confirmed_by: str
    step: str


@dataclass(frozen=True)
class SearchKnowledge:
    """Articles for a query, best first; with `intent`, those that list it come first. Replies: Articles, Unknown."""

    query: str
    language: str
    intent: str | None = None
    limit: int = 3


@dataclass(frozen=True)
class AccountContext:
    """What support knows of the signed-in account, names in that language. Replies: Account, Unknown."""

    language: str


@dataclass(frozen=True)
class ListCases:
    """The customer's cases, newest first. Replies: Cases, Unknown."""

    limit: int = 5


@dataclass(frozen=True)
class GetCase:
    """One case by its `TK-…`. Replies: Cases (none or one), Unknown."""

    ticket_id: str


@dataclass(frozen=True)
class OpenCase:
    """A case without a live hand-over. `packet` is contracts §4. Replies: Opened, Unknown."""

    title: str
    severity: Severity
    product: str | None
    packet: Mapping[str, Any]


@dataclass(frozen=True)
class Coverage:
    """Who would come for a case of that severity, and by when; names in that language. Replies: Covered, Unknown."""

    severity: Severity
    language: str


Request = ListResources | RunChecks | Act | SearchKnowledge | AccountContext | ListCases | GetCase | OpenCase | Coverage

# ---- replies ----


@dataclass(frozen=True)
class Unknown:
    """It, or whether it was done, could not be found out. `reason`: `timeout`, `unavailable`, `bad_answer` …"""

    reason: str
    request_id: str | None = None


@dataclass(frozen=True)
class Resource:
    """`health` is what a list can tell cheaply (status, open events); a guest that hangs still looks ok here."""

    kind: str
    id: str
    name: str
    region: str = ""
    ip: str = ""
    private_ip: str = ""
    status: str = ""
    health: CheckState = "unknown"
    os: str = ""
    spec: str = ""
    expires_at: str = ""


@dataclass(frozen=True)
class Resources:
    """`total` counts all that fit the filters; `items` may be the first page of them."""

    items: tuple[Resource, ...]
    total: int


@dataclass(frozen=True)
class CheckResult:
    """Facts are named without the check's name (`status`, not `instance.status`).

    `missing`: this customer has no such resource.
    """

    name: str
    state: CheckState
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    request_ids: tuple[str, ...] = ()
    missing: bool = False


@dataclass(frozen=True)
class Checked:
    results: tuple[CheckResult, ...]


@dataclass(frozen=True)
class Done:
    request_id: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """The cloud said no. `code` is its error code; a text `refused.<message_key>` explains it, if there is one."""

    code: str
    message_key: str = ""
    request_id: str | None = None


@dataclass(frozen=True)
class Article:
    """`score` is 0–1 and comparable between queries; `intents` are those the article answers."""

    slug: str
    title: str
    url: str
    excerpt: str
    score: float
    products: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Articles:
    items: tuple[Article, ...]


@dataclass(frozen=True)
class Case:
    id: str
    title: str
    status: str
    severity: str
    created_at: str = ""
    assignee: str = ""


@dataclass(frozen=True)
class Cases:
    items: tuple[Case, ...]


@dataclass(frozen=True)
class Incident:
    id: str
    title: str
    status: str = ""
    product: str = ""
    region: str = ""
    update: str = ""


@dataclass(frozen=True)
class Account:
    tam_primary: str = ""
    tam_backup: str = ""
    open_cases: tuple[Case, ...] = ()
    incidents: tuple[Incident, ...] = ()
    events: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Opened:
    ticket_id: str


@dataclass(frozen=True)
class Covered:
    tier: Literal["tier1", "tier2", "tam"]
    people: tuple[str, ...]
    target_seconds: int
    open_now: bool
    queue_length: int = 0


Reply = Resources | Checked | Done | Refused | Articles | Account | Cases | Opened | Covered | Unknown

Result = TypeVar("Result")
Steps = Generator[Request, Reply, Result]


def drive(steps: Steps[Result], answer: Callable[[Request], Reply]) -> Result:
    """Run a turn to its end, answering each request with `answer`."""
    try:
        request = next(steps)
        while True:
            request = steps.send(answer(request))
    except StopIteration as stop:
        result: Result = stop.value
        return result
