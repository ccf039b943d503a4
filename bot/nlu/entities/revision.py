"""What the intent says about the entities: some words are entities only where the customer means them so.

"The service stopped" in a fault report is an event, "stop it" is an operation; "region" is a field only where the
dialogue's own items are talked about; a hyphenated name in a complaint about object storage is a bucket.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.nlu.entities.lexicon import load
from bot.nlu.entities.model import Entity

_FIELD_INTENTS = frozenset({"correct", "skip", "explain_why", "inform", "deny", "cancel"})


def revise(entities: Iterable[Entity], intents: frozenset[str]) -> list[Entity]:
    """The entities that hold for a message read as ``intents`` (one, or one for each clause).

    An operation that is said twice is one operation.
    """
    kept: list[Entity] = []
    for entity in entities:
        again = entity.kind == "operation" and any(e.kind == "operation" and e.value == entity.value for e in kept)
        if _holds(entity, intents) and not again:
            kept.append(_renamed(entity, intents))
    return kept


def _holds(entity: Entity, intents: frozenset[str]) -> bool:
    if entity.kind == "field":
        return bool(intents & _FIELD_INTENTS)
    if entity.kind == "operation":
        rules = load()["operation"]
        allowed = {operation for intent in intents for operation in rules["intents"].get(intent, [])}
        return entity.value in allowed or bool(intents & set(rules["replies"]))
    return True


def _renamed(entity: Entity, intents: frozenset[str]) -> Entity:
    if entity.kind == "instance_name" and intents == {"bos_access_denied"}:
        return Entity("bucket", entity.value, entity.start, entity.end, entity.details, entity.weight)
    return entity
