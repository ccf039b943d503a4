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


def surface_pattern(surface: str) -> str:
    """A pattern for one surface; Latin words are guarded against longer words, spaces are flexible."""
    body = re.escape(surface.lower()).replace(r"\ ", r"[ -]?")
    before = r"(?<![a-z0-9_.-])" if surface[0].isascii() else ""
    after = r"(?![a-z0-9_]|-\d|-[a-z]+-)" if surface[-1].isascii() else ""
    return f"{before}{body}{after}"


@functools.lru_cache(maxsize=16)
def pattern_of(kind: str, part: str = "values") -> tuple[re.Pattern[str], dict[str, str]]:
    """All surfaces of a kind as one pattern, longest first, and the value of each group name."""
    groups: dict[str, str] = {}
    alternatives: list[tuple[int, str]] = []
    for number, (value, surfaces) in enumerate(load()[kind].get(part, {}).items()):
        groups[f"v{number}"] = value
        alternatives += [(len(s), f"(?P<v{number}_{i}>{surface_pattern(str(s))})") for i, s in enumerate(surfaces)]
    ordered = [pattern for _, pattern in sorted(alternatives, key=lambda a: -a[0])]
    return re.compile("|".join(ordered) if ordered else r"(?!)", re.IGNORECASE), groups


def _matches(kind: str, part: str, text: str) -> Iterator[tuple[str, int, int]]:
    pattern, groups = pattern_of(kind, part)
    for match in pattern.finditer(text):
        if match.lastgroup:
            yield groups[match.lastgroup.split("_")[0]], match.start(), match.end()


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
            Entity(kind, value, start, end, weight=_WEIGHTS[kind])
            for value, start, end in _matches(kind, "values", text)
        ]
    for value, start, end in _matches("region", "weak", text):
        if _anchored("region", text, start, end):
            found.append(Entity("region", value, start, end, weight=_WEIGHTS["region"]))
    for value, start, end in _matches("os", "values", text):
        version = _OS_VERSION.match(text, end)
        details = {"version": version[1].lower()} if version else {}
        found.append(Entity("os", value, start, end, details, _WEIGHTS["os"]))
    return found
