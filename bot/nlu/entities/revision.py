"""What the intent says about the entities: some words are entities only where the customer means them so.

"Region" is a field only where the dialogue's own items are talked about; "it" stands for a resource where one can be
meant; a hyphenated name in a complaint about object storage is a bucket; consent to a repair is no operation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.nlu.entities.expected import expected
from bot.nlu.entities.lexicon import load
from bot.nlu.entities.model import Entity, before, without_overlaps
from bot.nlu.entities.operations import expected_operations, is_meant, is_wanted, value_in

# Where a job runs is a machine, also in a sentence about object storage.
_RUNS_ON = re.compile(r"(?:\b(?:runs?|running|runner|started|deployed) on|跑在|运行在|部署在) ?$", re.IGNORECASE)
# What a pronoun behind it speaks of.
_ANTECEDENTS = frozenset({"port", "product"})
# What no kind of the product covers stays available to the dialogue under these.
CONSENT, DESCRIPTION = "consent", "description"


def revise(entities: Iterable[Entity], intents: frozenset[str], text: str) -> list[Entity]:
    """The entities that hold for a normalised text read as ``intents`` (one, or one for each clause).

    An operation that is said twice is one operation.
    """
    entities = list(entities)
    words = [entity for entity in entities if is_wanted(entity, intents)]
    acts = any(e.kind == "operation" and is_meant(e, text, intents) for e in entities)
    kept: list[Entity] = []
    for entity in entities:
        if entity.kind == "mention" and not _stands_for_a_resource(entity, intents, text, acts=acts):
            continue
        if _is_pronoun(entity, text) and any(e.kind in _ANTECEDENTS and e.end <= entity.start for e in entities):
            continue
        if _is_same_pronoun(entity, kept, text):
            continue
        if entity.kind == "operation":
            kept += [found for found in _as_operation(entity, intents, text) if not _is_repeated(found, kept)]
        elif _holds(entity, intents):
            kept.append(_renamed(entity, intents, text))
    kept = without_overlaps([*kept, *expected(text, intents)])
    return without_overlaps([*kept, *expected_operations(text, intents, kept, words)])


def _as_operation(entity: Entity, intents: frozenset[str], text: str) -> list[Entity]:
    entity = replace(entity, value=value_in(entity, intents))
    if is_meant(entity, text, intents):
        return [entity]
    rules = load()["operation"]
    replied = bool(intents & set(rules["replies"])) and entity.value in rules["consent_in_replies"]
    return [replace(entity, kind=CONSENT)] if replied or intents & set(rules["consent"]) else []


def _is_repeated(entity: Entity, kept: list[Entity]) -> bool:
    return any((entity.kind, entity.value) == (other.kind, other.value) for other in kept)


def _is_pronoun(entity: Entity, text: str) -> bool:
    return entity.kind == "mention" and text[entity.start : entity.end].lower() in ("it", "its", "它")


def _is_same_pronoun(entity: Entity, kept: list[Entity], text: str) -> bool:
    """A second "it" stands for what the first one does."""
    return _is_pronoun(entity, text) and any(other.kind == "mention" and other.value == entity.value for other in kept)


def _holds(entity: Entity, intents: frozenset[str]) -> bool:
    rules = load()["revision"]
    if entity.kind == "field":
        return bool(intents & set(rules["field"]))
    if entity.kind == "time":
        return not intents <= set(rules["no_time"])
    return True


def _stands_for_a_resource(entity: Entity, intents: frozenset[str], text: str, *, acts: bool) -> bool:
    """Whether a mention can be one of a resource in a message of these intents; ``acts``: it holds an operation."""
    rules = load()["revision"]
    if intents <= set(rules["no_mention"]):
        return False
    pronoun = text[entity.start : entity.end].lower() in rules["pronouns"]
    without = [*rules["no_pronoun"], *([] if acts else rules["pronoun_of_operation"])]
    return not (pronoun and intents <= set(without))


def _renamed(entity: Entity, intents: frozenset[str], text: str) -> Entity:
    if entity.kind in ("instance_name", "bucket") and intents == {"bos_access_denied"}:
        runs_there = _RUNS_ON.search(before(text, entity.start)) is not None
        if runs_there or str(entity.value).count("_") < 3:
            return replace(entity, kind="instance_name" if runs_there else "bucket")
    if entity.kind == "mention" and entity.value == "described":
        return replace(entity, kind=DESCRIPTION)
    return entity
