"""Mood, question, negation and request seams, read from the patterns of ``cues.yml``."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entities.model import Entity, Value

_FILE = Path(__file__).with_name("cues.yml")


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


@functools.lru_cache(maxsize=1)
def _file() -> dict[str, list[Any]]:
    content: dict[str, list[Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


@functools.lru_cache(maxsize=16)
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


def has_strong_seam(text: str) -> bool:
    """Whether the customer says that a further matter follows."""
    return bool(_pattern("strong_seam").search(text))


def split_at_seams(text: str, entities: list[Entity], limit: int = 4) -> list[tuple[int, int]]:
    """Spans of possible single requests in reading order; never inside an entity; at most ``limit``."""
    cuts = []
    for match in _pattern("seam").finditer(text):
        inside = any(e.start < match.end() and match.start() < e.end for e in entities)
        if match.start() > 0 and not inside:
            cuts.append(match.span())
    spans, start = [], 0
    for cut_start, cut_end in cuts[: limit - 1]:
        spans.append((start, cut_start))
        start = cut_end
    spans.append((start, len(text)))
    return [trimmed for span in spans if (trimmed := _trim(text, *span))[1] - trimmed[0] >= 2]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " ,;.!。，":
        start += 1
    while end > start and text[end - 1] in " ,;.!。，":
        end -= 1
    return start, end


def negation_of(text: str, entities: list[Entity]) -> Negation:
    """Which entity values are denied and which are put in their place ("not A but B")."""
    ends = [match.end() for match in _pattern("negation_before").finditer(text)]
    negated: list[Value] = []
    asserted: list[Value] = []
    for entity in entities:
        denied = entity.start in ends or bool(_pattern("negation_after").match(text[entity.end :]))
        (negated if denied else asserted).append(entity.value)
    if not negated and not _pattern("correction").search(text):
        return Negation()
    return Negation(negated, asserted)
