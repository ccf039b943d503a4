"""Which of the customer's own resources is meant: none, one, a few that one attribute tells apart, or too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from actions.tasks import lexicon
from actions.tasks.ports import Resource
from actions.tasks.state import Ref

# More than this many are not worth reading out: a filter is asked for.
FEW = 3


@dataclass(frozen=True)
class Hints:
    """What the customer said about the one they mean. `name` is as typed; `pointed` is an ordinal (-1 = last)."""

    id: str | None = None
    name: str | None = None
    ip: str | None = None
    region: str | None = None
    status: str | None = None
    pointed: int | None = None
    text: str = ""
    rejected: frozenset[str] = field(default_factory=frozenset)

    @property
    def given(self) -> bool:
        return any((self.id, self.name, self.ip, self.region, self.status)) or self.pointed is not None


@dataclass(frozen=True)
class Choice:
    """`by` says why one was chosen: `given` by the customer, the `only` one there is, or the only `unhealthy` one."""

    kind: Literal["none", "one", "few", "many"]
    items: tuple[Resource, ...] = ()
    by: Literal["given", "only", "unhealthy", ""] = ""
    total: int = 0


def ref(resource: Resource) -> Ref:
    return Ref(resource.kind, resource.id, resource.name, resource.region, resource.ip, resource.status)


def from_refs(refs: Sequence[Ref]) -> tuple[Resource, ...]:
    """Remembered resources, to choose among those that were just shown; nothing is known of their health."""
    return tuple(Resource(r.kind, r.id, r.name, r.region, r.ip, status=r.status) for r in refs)


def point(resources: Sequence[Resource], position: int | None) -> Resource | None:
    """The one at an ordinal position, if the list is that long."""
    if position is None or not resources:
        return None
    if position == -1:
        return resources[-1]
    return resources[position - 1] if 1 <= position <= len(resources) else None


def narrow(resources: Sequence[Resource], hints: Hints) -> tuple[Resource, ...]:
    """Those that fit everything the customer said. A name in the text counts even when no entity marks it."""
    left = [r for r in resources if r.id not in hints.rejected]
    if hints.id:
        return tuple(r for r in left if r.id == hints.id)
    if hints.ip:
        left = [r for r in left if hints.ip in (r.ip, r.private_ip)]
    if hints.name:
        exact = [r for r in left if r.name.lower() == hints.name.lower()]
        left = exact or [r for r in left if hints.name.lower() in r.name.lower()]
    elif named := [r for r in left if lexicon.mentions(r.name, hints.text)]:
        left = named
    if hints.region:
        left = [r for r in left if r.region == hints.region]
    if hints.status:
        left = [r for r in left if r.status.lower() == hints.status.lower()]
    return tuple(left)


def choose(
    resources: Sequence[Resource], hints: Hints, total: int | None = None, prefer_unhealthy: bool = False
) -> Choice:
    """One of `resources` for the hints; `total` is how many there are when `resources` is only the first page."""
    if pointed := point([r for r in resources if r.id not in hints.rejected], hints.pointed):
        return Choice("one", (pointed,), "given", 1)
    fitting = narrow(resources, hints)
    narrowed = len(fitting) < len([r for r in resources if r.id not in hints.rejected]) or hints.given
    count = len(fitting) if narrowed else max(len(fitting), total or 0)
    if not fitting:
        return Choice("none")
    if count == 1:
        return Choice("one", fitting, "given" if narrowed else "only", 1)
    unhealthy = tuple(r for r in fitting if r.health == "bad")
    if prefer_unhealthy and len(unhealthy) == 1:
        return Choice("one", unhealthy, "unhealthy", count)
    if prefer_unhealthy and 1 < len(unhealthy) <= FEW:
        return Choice("few", unhealthy, "unhealthy", count)
    return Choice("few" if count <= FEW else "many", fitting, total=count)


def distinguishing(resources: Sequence[Resource]) -> Literal["region", "status", "name"]:
    """The one attribute worth asking for: the easiest to say whose values all differ; names as a last resort."""
    attributes: tuple[Literal["region", "status"], ...] = ("region", "status")
    for attribute in attributes:
        values = [getattr(r, attribute) for r in resources]
        if all(values) and len(set(values)) == len(values):
            return attribute
    return "name"
