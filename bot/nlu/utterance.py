"""An utterance in the shape the other modules work on: normalised text with a way back to the original.

Normalisation is per character (NFKC, width, Traditional to Simplified), so that every position of the
normalised text maps to one position of what the customer typed.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import opencc

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
# Of a message without words (a bare ID) when nothing was said before.
DEFAULT_LANGUAGE: Language = "zh"

# At most this much of one message is read, half from its head and half from its tail, where a pasted log says what
# went wrong (characters).
MAX_CHARACTERS = 8000

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"(?<![A-Za-z0-9_./@:-])[A-Za-z]{2,}(?:'[a-z]+)?(?![A-Za-z0-9_/@-]|\.[A-Za-z0-9])|\bI\b|\ba\b")
# Upper-case words and product words are said inside Chinese sentences too: they do not make a sentence English.
_TECHNICAL = re.compile(
    r"^(?:ping|ssh|rdp|vnc|cpu|ip|eip|bcc|bos|cds|blb|rds|cdn|vpc|dns|linux|windows|ubuntu|centos|debian"
    r"|mysql|redis|nginx|docker|web|ok|vm|sla|tam|https?|ssl|api|qps|url|id|web\w*|root|app|wifi|bug|log|demo|token|bucket|api|key|ddos|oom|icp|vip|pc|mac|iphone|excel|python|java|php)$",
    re.IGNORECASE,
)
_INVISIBLE = {0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD}


@functools.lru_cache(maxsize=1)
def _simplified_characters() -> dict[str, str]:
    """One-to-one Traditional to Simplified characters, from the OpenCC dictionary."""
    table: dict[str, str] = {}
    folder = Path(opencc.__file__).parent / "dictionary"
    for line in (folder / "TSCharacters.txt").read_text(encoding="utf-8").splitlines():
        source, _, targets = line.partition("\t")
        target = targets.split(" ")[0]
        if len(source) == 1 and len(target) == 1 and source != target:
            table[source] = target
    return table


@functools.lru_cache(maxsize=1)
def _taiwan_converter() -> opencc.OpenCC:
    return opencc.OpenCC("tw2sp")


def simplify_phrases(text: str) -> str:
    """Traditional Chinese to Simplified with Taiwanese terms (硬碟 → 硬盘); the length may change."""
    if not any(character in _simplified_characters() for character in text):
        return text
    converted: str = _taiwan_converter().convert(text)
    return converted


@dataclass(frozen=True)
class Utterance:
    """One message of the customer, normalised.

    Attributes:
        original: what was typed.
        text: normalised, same reading order, Simplified characters, original letter case.
        offsets: for each character of ``text`` its index in ``original``, plus one closing entry.
        language: the language to answer in; ``None`` when the text has no words (a bare ID).
        mixed: words of both languages occur.
    """

    original: str
    text: str
    offsets: tuple[int, ...]
    language: Language | None
    mixed: bool

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in ``original`` of a non-empty span of ``text``."""
        return self.offsets[start], self.offsets[end - 1] + 1


def identify_language(text: str) -> tuple[Language | None, bool]:
    """The language of a message, and whether it mixes both. A Chinese character weighs half an English word."""
    han = len(_HAN.findall(text))
    words = [word for word in _LATIN_WORD.findall(text) if not _TECHNICAL.match(word)]
    if not han:
        spoken = bool(words) or bool(re.search(r"[A-Za-z]{2,}", text) and not re.search(r"[-\d]", text))
        return ("en" if spoken else None), False
    latin = [word for word in words if not word.isupper()]
    language: Language = "zh" if han / 2 >= len(latin) else "en"
    return language, bool(latin)


def _positions_read(length: int) -> Iterator[int]:
    if length <= MAX_CHARACTERS:
        yield from range(length)
        return
    yield from range(MAX_CHARACTERS // 2)
    yield from range(length - MAX_CHARACTERS // 2, length)


def _space(character: str) -> str:
    """Lines are kept apart (a pasted log is read by lines); every other space is one kind of space."""
    return "\n" if character == "\n" else " "


def normalise(original: str) -> Utterance:
    """Normalise one message. Never fails; the middle of a message beyond ``MAX_CHARACTERS`` is left out."""
    table = _simplified_characters()
    characters: list[str] = []
    offsets: list[int] = []
    for index in _positions_read(len(original)):
        character = original[index]
        if ord(character) in _INVISIBLE:
            continue
        folded = character if character.isascii() else unicodedata.normalize("NFKC", character)
        for part in folded:
            characters.append(_space(part) if part.isspace() else table.get(part, part))
            offsets.append(index)
    text = "".join(characters)
    offsets.append(offsets[-1] + 1 if offsets else 0)
    language, mixed = identify_language(text)
    return Utterance(original, text, tuple(offsets), language, mixed)
