"""Closed vocabularies: regions, products, operations, operating systems (``lexicon.yml``)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entities.inflection import forms_of
from bot.nlu.entities.model import Entity, before

_WEIGHTS = {"region": 45, "product": 25, "os": 46}
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz_")
_WORD_CHARACTERS = _LETTERS | frozenset("0123456789")
# Where a surface may start: at any Chinese character, and where no Latin word or name has begun before.
_STARTS = re.compile(r"[^\x00-\x7f]|(?<![a-z0-9_.-])[\x21-\x7e]")
# A zone is read as its region; the zone itself is kept in the details.
_ZONE = re.compile(
    r"(?<![A-Za-z0-9-])(?:cn-)?(bj|gz|su|bd|fwh|hkg|sin|cd|yq|nj|fsh)-([a-f])(?![A-Za-z0-9-])", re.IGNORECASE
)
# "Someone from billing": people, not a way to be billed.
_BILLING_PEOPLE = re.compile(
    r"\b(?:from|in|at|to|with) (?:the )?(billing)\b(?! (?:cycle|method|mode|item|rule|cent)\w*)"
    r"|\b(billing) (?:people|guys?|folks|side|desk|staff|person|colleague|specialist|expert)s?\b",
    re.IGNORECASE,
)
_OS_VERSION = re.compile(
    r" ?(?:server |版本? ?|stream )?(\d{1,4}(?:\.\d{1,2}){0,2}(?: ?r2)?)(?![\d.]*(?:台|个|核|[gGmM]|%))", re.IGNORECASE
)
# Where a visitor sits is no region of a resource.
_VISITORS = re.compile(
    r"\b(?:users?|visitors?|viewers?|customers?|clients?|players?|people|those|audience|fans|colleagues?|coworkers?|staff"
    r"|students?|readers?|buyers?|shoppers|guests?|friends?|folks|everyone|everybody|partners?|patients|drivers|employees"
    r"|hotel|office|home|branch|team|caf[eé]) (?:here |there |only )?"
    r"(?:from|in|at|around|across|near|based in) (?:the )?$",
    re.IGNORECASE,
)
_VISITORS_AFTER = re.compile(
    r"(?:那边|这边|地区|本地)?的?(?:用户|客户|玩家|观众|访客|同事|学生|办公室|家里|朋友|买家|网友|读者|粉丝|顾客|员工|分公司)"
)
# "In cd", "gz and bd": where English says a code of a region.
_IN_REGION = re.compile(
    r"\b(?:in|from|within|between)(?: (?:bj|gz|su|bd|fwh|hkg|cd|yq|nj)(?: ?[,&]| and| or))? $", re.IGNORECASE
)
_SPOKEN_CODES = frozenset(("su", "bd", "cd", "yq", "nj"))
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

    A dictionary by the first two characters, because an alternation of hundreds of words costs milliseconds a sentence.
    """

    def __init__(self, values: dict[str, list[str]], *, digits_follow: bool = False) -> None:
        self._continues = _LETTERS if digits_follow else _WORD_CHARACTERS
        self._by_start: dict[str, list[tuple[str, str]]] = {}
        for value, surfaces in values.items():
            for surface in surfaces:
                lowered = str(surface).lower()
                for variant in {lowered, lowered.replace(" ", "-"), lowered.replace(" ", "")}:
                    self._by_start.setdefault(variant[:2], []).append((variant, value))
        for surfaces_here in self._by_start.values():
            surfaces_here.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Value, start and end of every finding, left to right, none inside another."""
        lowered, end = text.lower(), 0
        if len(lowered) != len(text):
            return
        for start in _starts(lowered):
            if start < end:
                continue
            begun = (lowered[start : start + 2], lowered[start])
            for surface, value in (pair for key in begun for pair in self._by_start.get(key, ())):
                if lowered.startswith(surface, start) and _is_whole(lowered, start + len(surface), self._continues):
                    end = start + len(surface)
                    yield value, start, end
                    break


@functools.lru_cache(maxsize=8)
def _starts(lowered: str) -> tuple[int, ...]:
    """Where a surface may start; every vocabulary is asked there in turn."""
    return tuple(match.start() for match in _STARTS.finditer(lowered))


def _is_whole(text: str, end: int, continues: frozenset[str]) -> bool:
    """Whether a Latin surface that ends here is a whole word; ``continues`` are what would go on with it."""
    if text[end - 1].isascii() and end < len(text):
        follows = text[end : end + 2]
        joined = follows[0] in "-." and follows[1:].isalnum() and follows[1:].isascii()
        return follows[0] not in continues and not joined
    return True


@functools.lru_cache(maxsize=16)
def matcher_of(kind: str, part: str = "values") -> TermMatcher:
    """The matcher of one vocabulary, with every form of its English verbs."""
    words = {value: list(surfaces) for value, surfaces in load()[kind].get(part, {}).items()}
    for value, verbs in load()[kind].get("verbs", {}).items():
        words.setdefault(value, []).extend(sorted({form for verb in verbs for form in forms_of(verb)}))
    return TermMatcher(words, digits_follow=kind == "os")


def _anchored(kind: str, text: str, start: int, end: int) -> bool:
    near, after = text[max(0, start - _ANCHOR_REACH) : start], text[end : end + _ANCHOR_REACH]
    if not (near + after).strip():
        return True
    if text[start:end].lower() in _SPOKEN_CODES and _IN_REGION.search(before(text, start)):
        return True
    return bool(re.search(load()[kind]["anchors"].removesuffix("|^$"), f"{near} {after}", re.IGNORECASE))


def _is_lookalike(kind: str, text: str, start: int, end: int) -> bool:
    """ "SSL handshake failed" speaks of no certificate."""
    pattern = load()[kind].get("lookalikes", {}).get(text[start:end].lower())
    around = f"{text[max(0, start - _ANCHOR_REACH) : start]}|{text[end : end + 2 * _ANCHOR_REACH]}"
    return pattern is not None and re.search(pattern, around, re.IGNORECASE) is not None


def find_terms(text: str) -> list[Entity]:
    """Regions, products and operating systems."""
    found = [
        Entity("region", m[1].lower(), *m.span(), {"zone": f"cn-{m[0].lower().removeprefix('cn-')}"}, 50)
        for m in _ZONE.finditer(text)
    ]
    for value, start, end in matcher_of("region").find(text):
        if not _VISITORS.search(before(text, start)) and not _VISITORS_AFTER.match(text, end):
            found.append(Entity("region", value, start, end, weight=_WEIGHTS["region"]))
    for value, start, end in matcher_of("product").find(text):
        if not _is_lookalike("product", text, start, end):
            found.append(Entity("product", value, start, end, weight=_WEIGHTS["product"]))
    for match in _BILLING_PEOPLE.finditer(text):
        found.append(Entity("product", "billing", *match.span(1 if match[1] else 2), weight=_WEIGHTS["product"]))
    for value, start, end in matcher_of("region", "weak").find(text):
        if _anchored("region", text, start, end):
            found.append(Entity("region", value, start, end, weight=_WEIGHTS["region"]))
    for value, start, end in matcher_of("os").find(text):
        version = _OS_VERSION.match(text, end)
        details = {"version": version[1].lower()} if version else {}
        found.append(Entity("os", value, start, end, details, _WEIGHTS["os"]))
    return found
