"""Mood, question, negation and request seams, read from the patterns of ``cues.yml``."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entities.model import Entity, Value, without_overlaps
from bot.nlu.entities.operations import find_operations

_FILE = Path(__file__).with_name("cues.yml")
# Places where two requests may meet, the surest first (``seam_…`` of the file).
SEAMS = ("another", "then", "otherwise", "and", "pause")
# What may stand around a request without belonging to it.
_SIGNS = " ,;.!。，\n"
# A piece with fewer Latin letters beside its facts says nothing but those; a Chinese character counts as two.
_FEWEST_LETTERS = 4
# Entities that are no facts: they say what is wanted.
_WANTED = frozenset(["operation", "product", "field", "mention"])
# Entities that name one resource.
NAMES = frozenset(
    (
        "instance_id", "instance_name", "ip_address", "rds_id", "load_balancer_id", "volume_id", "event_id",
        "ticket_id", "snapshot_id", "image_id", "security_group_id", "domain", "url", "bucket",
    )
)  # fmt: skip
# An entity of the message outweighs words that would be an operation elsewhere.
_KNOWN = 100
# Entities that are words of a sentence: put in the place of their like only.
_WORDED = frozenset(["operation", "mention", "field"])
# Longer messages are pasted logs, in which nothing is denied (characters; bounds the time).
_LONGEST_SAID = 1000
_ASKED = re.compile(r"[^,.;!。]{0,8}[吗么]")
_LIST = re.compile(r" *(?:和|跟|与|及|、|或者?|and|or|nor|&) *(?:the )?", re.IGNORECASE)
_OBJECT = re.compile(r" *(?:了|到|在|掉)?(?:(?:the|my|our|it|to|on|in|from|server|instance|machine) +)*", re.IGNORECASE)


@dataclass(frozen=True)
class Mood:
    """How the customer feels: anger and urgency 0–1, and whether their business stands still."""

    anger: float
    urgency: float
    business_down: bool


@dataclass(frozen=True)
class Negation:
    """Entity values the customer calls wrong, and those put in their place."""

    negated: list[Value] = field(default_factory=list)
    asserted: list[Value] = field(default_factory=list)


@dataclass(frozen=True)
class Piece:
    """A possible single request: its span, and the kind of seam before it (empty for the first)."""

    start: int
    end: int
    seam: str


@dataclass(frozen=True)
class _Seam:
    start: int
    end: int
    kind: str


@functools.lru_cache(maxsize=1)
def _file() -> dict[str, list[Any]]:
    content: dict[str, list[Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


@functools.lru_cache(maxsize=32)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in _file()[name]), re.IGNORECASE)


@functools.lru_cache(maxsize=2)
def _weighted(name: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple((weight, re.compile(part, re.IGNORECASE)) for weight, part in _file()[name])


def _strength(name: str, text: str) -> float:
    remaining = 1.0
    for weight, pattern in _weighted(name):
        if pattern.search(text):
            remaining *= 1 - weight
    return round(1 - remaining, 3)


def mood_of(text: str) -> Mood:
    """The mood of a normalised text. Shouting (mostly capitals, at least 12 letters) adds anger."""
    letters = [character for character in text if character.isascii() and character.isalpha()]
    shouting = len(letters) >= 12 and sum(map(str.isupper, letters)) > 0.8 * len(letters)
    anger = _strength("anger", text)
    return Mood(
        max(anger, 0.5) if shouting else anger, _strength("urgency", text), bool(_pattern("business_down").search(text))
    )


def asks_something(text: str) -> bool:
    """Whether the text asks for information; "could you restart it" is a request, not a question."""
    return bool(_pattern("question").search(text)) and not _pattern("polite_request").search(text.strip())


def asks_for(text: str) -> bool:
    """Whether the text by its words wants something: information or an act."""
    return bool(_pattern("question").search(text) or _pattern("request").search(text))


def refuses(text: str) -> bool:
    """Whether the text only says what is not to be done: "don't restart it"."""
    return bool(_pattern("refusal").search(text))


def sets_beside(text: str) -> bool:
    """Whether the text says that it comes on top of what stands before it: "the host is slow as well"."""
    return bool(_pattern("likewise").search(text))


def is_fine(text: str) -> bool:
    """Whether the text says that something is in order."""
    return bool(_pattern("fine").search(text))


def without_names(text: str, start: int, end: int, entities: list[Entity]) -> str:
    """The words between two places with a sign for each resource that is named there."""
    words, place = "", start
    for entity in entities:
        if entity.kind in NAMES and start <= entity.start and entity.end <= end:
            words, place = f"{words}{text[place : entity.start]}_", entity.end
    return (words + text[place:end]).strip(_SIGNS)


def is_bare(text: str, start: int, end: int, entities: list[Entity]) -> bool:
    """Whether facts and at most a few letters beside them are all there is between the two places."""
    inside = [entity for entity in entities if start <= entity.start and entity.end <= end]
    return bool(inside) and _is_short(text, start, end, inside)


def _is_short(text: str, start: int, end: int, entities: list[Entity]) -> bool:
    if any(entity.kind == "operation" and start <= entity.start and entity.end <= end for entity in entities):
        return False
    facts = {place for e in entities if e.kind not in _WANTED for place in range(e.start, e.end)}
    rest = [text[place] for place in range(start, end) if place not in facts and text[place].isalpha()]
    return sum(1 if letter.isascii() else 2 for letter in rest) < _FEWEST_LETTERS


def split_at_seams(text: str, entities: list[Entity], limit: int = 4) -> list[Piece]:
    """Possible single requests in reading order; never cut inside an entity; at most ``limit``.

    Only cuts that can win are made, the surest first: each piece costs a run of the encoder.
    """
    seams = _seams(text, entities)
    ends = [0, *(place for seam in seams for place in (seam.start, seam.end)), len(text)]
    spans = [_trim(text, ends[i], ends[i + 1]) for i in range(0, len(ends), 2)]
    around = zip(seams, pairwise(spans), strict=True)
    worth = [seam for seam, (left, right) in around if _is_worth(text, seam, left, right, entities)]
    chosen = sorted(sorted(worth, key=lambda seam: SEAMS.index(seam.kind))[: limit - 1], key=lambda seam: seam.start)
    starts, stops = [0, *(seam.end for seam in chosen)], [*(seam.start for seam in chosen), len(text)]
    kinds = ["", *(seam.kind for seam in chosen)]
    return [Piece(*_trim(text, *span), kind) for *span, kind in zip(starts, stops, kinds, strict=True)]


def _seams(text: str, entities: list[Entity]) -> list[_Seam]:
    taken = [(entity.start, entity.end) for entity in entities]
    found: list[_Seam] = []
    for kind in SEAMS:
        for match in _pattern(f"seam_{kind}").finditer(text):
            start, end = match.span()
            outer = not text[:start].strip(_SIGNS) or not text[end:].strip(_SIGNS)
            if not outer and not any(first < end and start < last for first, last in taken):
                found.append(_Seam(start, end, kind))
                taken.append((start, end))
    return sorted(found, key=lambda seam: seam.start)


def _is_worth(text: str, seam: _Seam, left: tuple[int, int], right: tuple[int, int], entities: list[Entity]) -> bool:
    """Whether two requests can meet at this seam, by their words alone."""
    before, after = text[slice(*left)], text[slice(*right)]
    if any(_pattern("courtesy").search(piece) for piece in (before, after)):
        return False
    if _is_short(text, *right, entities) or _pattern("idle").search(after):
        return False
    if is_bare(text, *left, entities):
        return left[0] == 0 and asks_something(after)
    if seam.kind not in ("and", "pause"):
        return left[1] > left[0]
    if _pattern("circumstance").search(before):
        return False
    before, after = (without_names(text, *span, entities) for span in (left, right))
    if sets_beside(after) or (seam.kind == "and" and asks_for(before)):
        return True
    alone = asks_for(before) or _pattern("reply").search(before) or _pattern("elsewhere").search(after)
    return bool(alone) and asks_for(after)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _SIGNS:
        start += 1
    while end > start and text[end - 1] in _SIGNS:
        end -= 1
    return start, end


def negation_of(text: str, entities: list[Entity]) -> Negation:
    """Which entity values are denied and which are put in their place ("not A but B", "A is fine, B is not").

    Acts that are refused are found by themselves: they are no entities of a message that does not ask for them.
    """
    if len(text) > _LONGEST_SAID:
        return Negation()
    named = without_overlaps([*(replace(e, weight=_KNOWN) for e in entities), *find_operations(text)])
    denied = _beside_others(named, _in_lists(text, named, _denied(text, named, entities)), text)
    values = {(e.kind, e.value) for e in named if e not in denied}
    denied = [e for e in denied if (e.kind, e.value) not in values]
    if not denied:
        told = [entity.value for entity in entities] if _pattern("correction").search(text) else []
        return Negation([], told)
    kinds = {entity.kind for entity in denied}
    told = [e.value for e in named if e not in denied and (e.kind in kinds or e.kind not in _WORDED)]
    return Negation([entity.value for entity in denied], told)


def _denied(text: str, named: list[Entity], entities: list[Entity]) -> list[Entity]:
    """What stands right behind or before words that deny it; an act that only its words name must be refused."""
    known = {(entity.start, entity.end) for entity in entities}
    of_message = [entity for entity in named if (entity.start, entity.end) in known]
    acts = [entity for entity in named if entity.kind == "operation"]
    before = [*_led_in(text, "negation_before", of_message), *_led_in(text, "refused_before", acts)]
    after = _pattern("negation_after")
    return [e for e in named if e in before or after.match(text[e.end :]) or _is_contrasted(text, e, named)]


def _led_in(text: str, name: str, entities: list[Entity]) -> Iterator[Entity]:
    """The entities that the words of a pattern lead to, unless that is asked ("不用重启吗")."""
    for match in _pattern(name).finditer(text) if entities else ():
        reached = [entity for entity in entities if match.start() < entity.start <= match.end()]
        if reached and not _ASKED.match(text[reached[-1].end :]):
            yield reached[-1]


def _is_contrasted(text: str, entity: Entity, named: list[Entity]) -> bool:
    """Whether something is in order, or does not suit, while another of its kind is named."""
    pattern = _pattern("needless_after" if entity.kind == "operation" else "contrast_after")
    if not pattern.match(text[entity.end :]):
        return False
    others = (other for other in named if other.kind == entity.kind and other.value != entity.value)
    return any(not pattern.match(text[other.end :]) for other in others)


def _in_lists(text: str, named: list[Entity], denied: list[Entity]) -> list[Entity]:
    """Those denied and what is named in one breath with them: "neither A nor B", "A and B are fine"."""
    found = list(denied)
    pairs = list(pairwise(named))
    for one, other in [*pairs, *((right, left) for left, right in reversed(pairs))]:
        between = text[min(one.end, other.end) : max(one.start, other.start)]
        if one in found and other not in found and one.kind == other.kind and _LIST.fullmatch(between):
            found.append(other)
    return sorted(found, key=lambda entity: entity.start)


def _beside_others(named: list[Entity], denied: list[Entity], text: str) -> list[Entity]:
    """ "Don't restart A, restart B" denies the thing, "don't restart A" the act, "don't restart A, stop B" both."""
    found = list(denied)
    for act, thing in pairwise(named):
        if act.kind != "operation" or act not in denied or thing.kind in _WORDED or thing in denied:
            continue
        if not _OBJECT.fullmatch(text[act.end : thing.start]):
            continue
        if any(e.kind == thing.kind and e.value != thing.value for e in named):
            found.append(thing)
            if not any(e.kind == "operation" and e.value != act.value for e in named):
                found.remove(act)
    return sorted(found, key=lambda entity: entity.start)
