"""Numbers as people write them: digits, Chinese numerals, English number words."""

from __future__ import annotations

import re

_DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
    "壹": 1,
    "贰": 2,
    "叁": 3,
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_WORDS = {
    w: i
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "a": 1,
    "an": 1,
    "half": 0.5,
    "couple": 2,
}

CHINESE = r"[零〇一二两俩仨三四五六七八九十百千万]+"
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_ONES = r"(?:one|two|three|four|five|six|seven|eight|nine)"
ENGLISH = rf"(?:{_TENS}[ -]{_ONES}|{_TENS}|(?:thir|four|fif|six|seven|eigh|nine)teen|ten|eleven|twelve|{_ONES}|zero)"
ENGLISH_HUNDREDS = rf"(?:(?:{ENGLISH}|a) hundred(?:(?: and)? {ENGLISH})?)"
# One number group for patterns; use ``parse`` on what it matched.
NUMBER = rf"(?:\d+(?:\.\d+)?|{CHINESE}|{ENGLISH}(?![a-z]))"


_ANY_NUMBER = re.compile(rf"\d|{CHINESE[:-1]}|\b(?:{ENGLISH}|hundred)\b", re.IGNORECASE)


def has_number(text: str) -> bool:
    """Whether any number is said, in digits or words."""
    return _ANY_NUMBER.search(text) is not None


def parse(text: str) -> float:
    """The value of a number. Raises ``ValueError`` for anything else."""
    text = text.strip().lower().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    words = [word for word in re.split(r"[ -]", text) if word != "and"]
    if words and all(word in _WORDS for word in words):
        return float(_english(words))
    if text and all(character in _DIGITS or character in _UNITS for character in text):
        return float(_chinese(text))
    raise ValueError(f"not a number: {text!r}")


def _english(words: list[str]) -> float:
    """The sum of the words, hundreds multiplied ("three hundred and twenty")."""
    total = 0.0
    for word in words:
        total = (total or 1) * 100 if word == "hundred" else total + _WORDS[word]
    return total


def _chinese(text: str) -> int:
    """Positional ("一百二十"), digit by digit ("二零二六") and elliptic ("三百五" = 350) numerals."""
    if not any(character in _UNITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total = section = 0
    digit, last_unit = 0, 1
    for position, character in enumerate(text):
        if character in _DIGITS:
            digit = _DIGITS[character]
            if position == len(text) - 1 and last_unit >= 100 and text[position - 1] != "零":
                digit *= last_unit // 10
            continue
        unit = _UNITS[character]
        if unit >= 10_000:
            total, section = (total + section + digit) * unit, 0
        else:
            section += (digit or 1) * unit
        digit, last_unit = 0, unit
    return total + section + digit


def plain(value: float) -> int | float:
    """Whole numbers as ``int``."""
    return int(value) if value == int(value) else value
