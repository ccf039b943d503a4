"""Closed vocabularies: regions, products, operations, operating systems (``lexicon.yml``)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entities.model import Entity

_WEIGHTS = {"region": 45, "product": 20, "operation": 22, "os": 46}
_WORD_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_NAME_CHARACTERS = _WORD_CHARACTERS | {".", "-"}
# A zone is read as its region; the zone itself is kept in the details.
_ZONE = re.compile(
    r"(?<![A-Za-z0-9-])(?:cn-)?(bj|gz|su|bd|fwh|hkg|sin|cd|yq|nj|fsh)-([a-f])(?![A-Za-z0-9-])", re.IGNORECASE
)
_OS_VERSION = re.compile(
    r" ?(?:server |版本? ?|stream )?(\d{1,4}(?:\.\d{1,2}){0,2}(?: ?r2)?)(?![\d.]*(?:台|个|核|[gGmM]|%))", re.IGNORECASE
)
# Characters either side of a weak surface in which its anchor must stand.
_ANCHOR_REACH = 8


@functools.lru_cache(maxsize=1)
def load() -> dict[str, dict[str, Any]]:
    """The vocabulary file."""
    content: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("lexicon.yml").read_text(encoding="utf-8")
    )
    return content


class TermMatcher:
    """Finds the surfaces of a vocabulary, longest first; Latin surfaces only as whole words.

    A dictionary by first character, because an alternation of hundreds of words costs milliseconds a sentence.
    """

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._by_first: dict[str, list[tuple[str, str]]] = {}
        for value, surfaces in values.items():
            for surface in surfaces:
                lowered = str(surface).lower()
                for variant in {lowered, lowered.replace(" ", "-"), lowered.replace(" ", "")}:
                    self._by_first.setdefault(variant[0], []).append((variant, value))
        for surfaces_here in self._by_first.values():
            surfaces_here.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Value, start and end of every finding, left to right, none inside another."""
        lowered, position = text.lower(), 0
        if len(lowered) != len(text):
            return
        while position < len(lowered):
            found = self._at(lowered, position)
            if found:
                yield found[0], position, found[1]
                position = found[1]
            else:
                position += 1

    def _at(self, text: str, start: int) -> tuple[str, int] | None:
        for surface, value in self._by_first.get(text[start], ()):
            end = start + len(surface)
            if text.startswith(surface, start) and _is_whole(text, start, end):
                return value, end
        return None


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a Latin surface is not part of a longer word or name."""
    if text[start].isascii() and start and text[start - 1] in _NAME_CHARACTERS:
        return False
    if text[end - 1].isascii() and end < len(text):
        follows = text[end : end + 2]
        joined = follows[0] in "-." and follows[1:].isalnum() and follows[1:].isascii()
        return follows[0] not in _WORD_CHARACTERS and not joined
    return True


@functools.lru_cache(maxsize=16)
def matcher_of(kind: str, part: str = "values") -> TermMatcher:
    """The matcher of one vocabulary."""
    return TermMatcher(load()[kind].get(part, {}))


def _anchored(kind: str, text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - _ANCHOR_REACH) : start], text[end : end + _ANCHOR_REACH]
    if not (before + after).strip():
        return True
    return bool(re.search(load()[kind]["anchors"].removesuffix("|^$"), f"{before} {after}", re.IGNORECASE))


def find_terms(text: str) -> list[Entity]:
    """Regions, products, operations and operating systems."""
    found = [
        Entity("region", m[1].lower(), *m.span(), {"zone": f"cn-{m[0].lower().removeprefix('cn-')}"}, 50)
        for m in _ZONE.finditer(text)
    ]
    for kind in ("region", "product", "operation"):
        found += [
            Entity(kind, value, start, end, weight=_WEIGHTS[kind]) for value, start, end in matcher_of(kind).find(text)
        ]
    for value, start, end in matcher_of("region", "weak").find(text):
        if _anchored("region", text, start, end):
            found.append(Entity("region", value, start, end, weight=_WEIGHTS["region"]))
    for value, start, end in matcher_of("os").find(text):
        version = _OS_VERSION.match(text, end)
        details = {"version": version[1].lower()} if version else {}
        found.append(Entity("os", value, start, end, details, _WEIGHTS["os"]))
    return found
