"""Primitive effects that scenarios are made of, and how a scenario takes back what it did.

A service registers its own with `@effect("bos.acl", BUCKETS)`; the function gets an `EffectContext` and the
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
Change = dict[str, Any]


@dataclass
class EffectContext:
    """What an effect works on: `since` is when the trouble began, `now` when it was injected (world time)."""

    world: World
    scenario_id: str
    resource: Document
    now: datetime
    since: datetime
    changes: list[Change] = field(default_factory=list)

    @property
    def resource_id(self) -> str:
        """The resource the scenario was injected on."""
        return str(self.resource["id"])

    def edit(self, kind: Kind, identifier: str, fields: dict[str, Any], lasting: bool = False) -> Document:
        """Set fields of a document. They are restored when the scenario ends, unless somebody changed them since.

        `lasting` fields stay when a remedy ends the scenario, and are restored only when it is withdrawn.
        """
        collection = self.world.collection(kind)
        document = collection.get(identifier)
        if document is None:
            raise LookupError(f"{kind.name} {identifier!r} does not exist")
        before = {name: document.get(name) for name in fields}
        document.update(fields)
        collection.put(document)
        self.changes.append(
            {"kind": kind.name, "id": identifier, "before": before, "after": fields, "lasting": lasting}
        )
        if identifier == self.resource_id:
            self.resource = document
        return document

    def create(self, kind: Kind, document: Document) -> None:
        """Store a new document that disappears only when the scenario is withdrawn."""
        self.world.collection(kind).put(document)
        self.changes.append({"kind": kind.name, "id": document["id"], "created": True, "lasting": True})

    def touch(self, *identifiers: str) -> None:
        """Let remedies on these resources count for the scenario too."""
        self.changes.extend({"id": identifier, "touched": True, "lasting": False} for identifier in identifiers)


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


def take_back(world: World, changes: list[Change], withdrawn: bool) -> None:
    """Undo changes, last first; lasting ones only when the scenario is withdrawn."""
    for change in reversed(changes):
        if "kind" not in change or (change["lasting"] and not withdrawn):
            continue
        collection = world.collection(KINDS[change["kind"]])
        if change.get("created"):
            collection.delete(change["id"])
            continue
        document = collection.get(change["id"])
        if document is not None:
            for name, value in change["after"].items():
                if document.get(name) == value:
                    _restore(document, name, change["before"][name])
            collection.put(document)


def _restore(document: Document, name: str, before: Any) -> None:
    if before is None:
        document.pop(name, None)
    else:
        document[name] = before
