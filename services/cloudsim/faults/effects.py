"""Primitive effects that scenarios are made of, and how a scenario takes back what it did.

A service registers its own effects with `@effect("bos.acl")`; the function gets an `EffectContext` and the
parameters written in the scenario file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cloudsim.store.collection import Document, Kind

if TYPE_CHECKING:
    from cloudsim.world.world import World

Params = dict[str, Any]


@dataclass
class EffectContext:
    """What an effect works on. `changes` collects how to take it back (JSON-serialisable)."""

    world: World
    scenario_id: str
    resource: Document
    now: datetime
    changes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def resource_id(self) -> str:
        """The resource the scenario was injected on."""
        return str(self.resource["id"])

    def edit(self, kind: Kind, identifier: str, fields: dict[str, Any]) -> None:
        """Set fields of a document, to be restored at the end unless somebody changed them meanwhile."""
        collection = self.world.collection(kind)
        document = collection.get(identifier)
        if document is None:
            raise LookupError(f"{kind.name} {identifier!r} does not exist")
        before = {name: document.get(name) for name in fields}
        document.update(fields)
        collection.put(document)
        self.changes.append({"kind": kind.name, "id": identifier, "before": before, "after": fields})

    def created(self, kind: Kind, document: Document) -> None:
        """Store a new document that disappears when the scenario is withdrawn."""
        self.world.collection(kind).put(document)
        self.changes.append({"kind": kind.name, "id": document["id"], "created": True})


Effect = Callable[[EffectContext, Params], None]
EFFECTS: dict[str, Effect] = {}
KINDS: dict[str, Kind] = {}


def effect(name: str, *kinds: Kind) -> Callable[[Effect], Effect]:
    """Register a primitive effect and the kinds of documents it changes."""

    def register(function: Effect) -> Effect:
        EFFECTS[name] = function
        KINDS.update({kind.name: kind for kind in kinds})
        return function

    return register


def take_back(world: World, changes: list[dict[str, Any]], withdrawn: bool) -> None:
    """Undo changes, last first. Fields that somebody changed since keep their new value.

    `withdrawn` also removes documents the scenario created; a remedied scenario keeps its events and records.
    """
    for change in reversed(changes):
        collection = world.collection(KINDS[change["kind"]])
        if change.get("created"):
            if withdrawn:
                collection.delete(change["id"])
            continue
        document = collection.get(change["id"])
        if document is None:
            continue
        for name, value in change["after"].items():
            if document.get(name) == value:
                document[name] = change["before"][name]
        collection.put(document)
