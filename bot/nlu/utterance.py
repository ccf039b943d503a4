"""An utterance in the shape the other modules work on: normalised text with a way back to the original.

Normalisation is per character (NFKC, width, Traditional to Simplified), so that every position of the
normalised text maps to one position of what the customer typed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from contracts.chinese import simplified_characters

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
# More than are in common use; what else is sent is folded each time.
_CHARACTERS_KEPT = 8192
_INVISIBLE = {0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD}


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


class _Folded(dict[str, str]):
    """What each character is read as: nothing where it is invisible, several characters where it stands for them."""

    def __missing__(self, character: str) -> str:
        folded = "".join(map(_simple, unicodedata.normalize("NFKC", character)))
        read = "" if ord(character) in _INVISIBLE else folded
        if len(self) < _CHARACTERS_KEPT:
            self[character] = read
        return read


_FOLDED = _Folded()


def _simple(part: str) -> str:
    """Lines are kept apart (a pasted log is read by lines); every other space is one kind of space."""
    return ("\n" if part == "\n" else " ") if part.isspace() else simplified_characters().get(part, part)


def normalise(original: str) -> Utterance:
    """Normalise one message. Never fails; the middle of a message beyond ``MAX_CHARACTERS`` is left out."""
    half, left_out = MAX_CHARACTERS // 2, max(0, len(original) - MAX_CHARACTERS)
    read = original[:half] + original[half + left_out :] if left_out else original
    parts = [_FOLDED[character] for character in read]
    text = "".join(parts)
    if len(text) == len(parts) and "" not in parts:
        offsets = [*range(len(text))]
    else:
        offsets = [place for place, part in enumerate(parts) for _ in part]
    if left_out:
        offsets = [place + left_out if place >= half else place for place in offsets]
    offsets.append(offsets[-1] + 1 if offsets else 0)
    language, mixed = identify_language(text)
    return Utterance(original, text, tuple(offsets), language, mixed)
