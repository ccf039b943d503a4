"""Operations: the verbs of what the customer asks for, or says that somebody did on a resource.

What the words are is data (``lexicon.yml``). Whether they are meant is known only with the intent: "the service
stopped" in a fault report is an event, "is there a backup" is no wish for one, "the port is open" is a state.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.nlu.entities.lexicon import load, matcher_of
from bot.nlu.entities.model import Entity, Value, after, before

_WEIGHT = 22
_BACKUP_NOUN = re.compile(r"备份|backups?|snapshots?", re.I)
_STATE_WORD = re.compile(r"open|closed|enabled|block(?:ed|ing|s)?|allow(?:s|ed)", re.I)
_OBJECT = re.compile(r" (?:it|the|my|that|this|them|i-)\b|.{0,4}(?:机|服务器|实例|i-)", re.I)
_RECOVERED = re.compile(r"恢复|recover\w*|restored", re.I)


def _rules() -> dict[str, Any]:
    return load()["operation"]


@functools.lru_cache(maxsize=32)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_rules()[name], re.IGNORECASE | re.ASCII)


@functools.lru_cache(maxsize=32)
def _patterns(intent: str | None) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Value and pattern of what counts everywhere, or (with an intent) only there."""
    rules = _rules()["by_intent"].get(intent, {}) if intent else _rules()["patterns"]
    return tuple((value, re.compile("|".join(parts), re.IGNORECASE | re.ASCII)) for value, parts in rules.items())


@functools.lru_cache(maxsize=8)
def find_operations(text: str) -> tuple[Entity, ...]:
    """The words that are an operation in any message; asked for the entities and again for what is denied."""
    words = matcher_of("operation").find(text)
    patterns = ((value, *match.span()) for value, pattern in _patterns(None) for match in pattern.finditer(text))
    return tuple(Entity("operation", *found, weight=_WEIGHT) for found in (*words, *patterns))


def expected_operations(text: str, intents: Iterable[str], kept: list[Entity], words: list[Entity]) -> Iterator[Entity]:
    """Words that are an operation only in these intents: the first of each value that nothing clearer says.

    ``words`` are those that are one anywhere, also where they repeat another.
    """
    said = {entity.value for entity in kept if entity.kind == "operation"}
    for intent in intents:
        for value, pattern in _patterns(intent):
            if value in said:
                continue
            for match in pattern.finditer(text):
                found = Entity("operation", value, *match.span(), weight=_WEIGHT - 1)
                if not any(found.overlaps(entity) for entity in (*kept, *words)) and _stands(found, text):
                    yield found
                    break


def value_in(entity: Entity, intents: frozenset[str]) -> Value:
    """The operation that a word stands for in these intents: "关闭" stops a machine and closes a port."""
    if is_wanted(entity, intents):
        return entity.value
    for intent in intents:
        meanings = _rules()["means"].get(intent, {})
        if entity.value in meanings:
            return str(meanings[entity.value])
    return entity.value


def is_wanted(entity: Entity, intents: frozenset[str]) -> bool:
    """Whether these intents can ask for an operation."""
    asked = (operation for intent in intents for operation in _rules()["intents"].get(intent, []))
    return entity.kind == "operation" and entity.value in asked


def is_meant(entity: Entity, text: str, intents: frozenset[str]) -> bool:
    """Whether an operation's word is one in a message read as ``intents``."""
    rules = _rules()
    if is_wanted(entity, intents):
        alone = _pattern("by_itself_after").match(after(text, entity.end))
        return _stands(entity, text) and not _is_state(entity, text) and not alone
    if intents & set(rules["replies"]):
        meant = _is_meant_in_reply(entity, text, intents)
        return meant and _stands(entity, text) and not _is_state(entity, text)
    return _was_done(entity, text, intents)


def _is_meant_in_reply(entity: Entity, text: str, intents: frozenset[str]) -> bool:
    rules, surface = _rules(), text[entity.start : entity.end]
    refused = {operation for intent in intents for operation in rules["not_in"].get(intent, [])}
    event = _RECOVERED.fullmatch(surface) is not None and "inform" in intents
    alone = _pattern("idle").match(surface) and not _OBJECT.match(text, entity.end) and "correct" not in intents
    dropped = surface.lower().startswith("drop")
    return entity.value in rules["in_replies"] and entity.value not in refused and not (event or alone or dropped)


def _is_state(entity: Entity, text: str) -> bool:
    """ "The stopped server", "停掉的那台": how the machine is, unless somebody did it or is to do it."""
    if not _pattern("stopped").match(text[entity.start : entity.end]):
        return False
    left, right = before(text, entity.start), after(text, entity.end)
    by_somebody = _pattern("somebody").search(left) is not None
    if text[entity.start].isascii():
        acted = right.startswith(" ") and _pattern("objects").match(right)
        return not (by_somebody or acted or _pattern("passive").search(left))
    return bool(_pattern("state_after").match(right) or (_pattern("already").search(left) and not by_somebody))


def _stands(entity: Entity, text: str) -> bool:
    left, right = before(text, entity.start), after(text, entity.end)
    surface = text[entity.start : entity.end]
    if _pattern("blocked").search(left) or _pattern("state").match(surface):
        return False
    if _pattern("times").match(surface):
        return not (_pattern("times_before").search(left) or _pattern("times_after").match(right))
    if _pattern("renewal_noun").match(surface):
        return not (_pattern("renewal_about").match(right) or _pattern("at_renewal").search(left))
    if _BACKUP_NOUN.fullmatch(surface) and not _pattern("to_be_made").search(left):
        return not (_pattern("there_already").search(left) or _pattern("there_after").search(right))
    return not (_STATE_WORD.fullmatch(surface) and _pattern("state_before").search(left))


def _was_done(entity: Entity, text: str, intents: frozenset[str]) -> bool:
    rules, left, right = _rules(), before(text, entity.start), after(text, entity.end)
    alone = _pattern("by_itself").search(left) or _pattern("by_itself_after").match(right)
    if alone or _pattern("blocked").search(left):
        return False
    if entity.value in rules["done_by_somebody"]:
        past = not text[entity.start].isascii() or text[entity.start : entity.end].lower().endswith("ed")
        return past and bool(_pattern("somebody").search(left) and _pattern("objects").match(right))
    by_person = _pattern("by_person").search(left) and _pattern("objects").match(right)
    told = _pattern("done_before").search(left) or _pattern("done_after").search(right) or by_person
    known = entity.value in rules["done"] or bool(intents & set(rules["done_in"].get(entity.value, [])))
    return known and told is not None
