"""Secrets a customer types into a chat are masked before anything stores them."""

import re
from typing import NamedTuple

MASK = "••••••"


class Masked(NamedTuple):
    """The text that may be stored, and what kinds of secret were taken out of it."""

    text: str
    kinds: tuple[str, ...]


_LABEL = r"(?:密码|口令|密碼|password|passwd|pwd|passphrase)"
_JOIN = r"\s*(?:改成|设成|设为|就是|是|为|:|：|=|is\b|to\b)\s*"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("private_key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S)),
    (
        "secret_key",
        re.compile(
            r"(?i)((?:secret[_ ]?(?:access[_ ]?)?key|access[_ ]?key(?:[_ ]?id)?|\bak\b|\bsk\b)"
            r"\s*(?:是|为|:|：|=|is\b)?\s*)([A-Za-z0-9/+]{20,})"
        ),
    ),
    ("secret_key", re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ALTAK)[A-Za-z0-9]{12,}")),
    ("token", re.compile(r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),
    ("password", re.compile(rf"(?i)({_LABEL}{_JOIN})([^\s，。；,;]{{4,64}})")),
    ("card_number", re.compile(r"(?<![\dA-Za-z-])(?:\d[ -]?){15,18}\d(?![\dA-Za-z])")),
)
_NOT_A_PASSWORD = re.compile(
    r"(?i)^(?:什么|多少|不对|错误|错的|忘了|忘记了?|wrong|incorrect|invalid|expired|not\b.*|forgotten|reset.*|required.*"
    r"|authentication.*)$|[\u4e00-\u9fff]"
)


def _passes_luhn(digits: str) -> bool:
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _replace(kind: str, match: re.Match[str]) -> str:
    if kind == "card_number":
        digits = re.sub(r"\D", "", match.group())
        return MASK if 16 <= len(digits) <= 19 and _passes_luhn(digits) else match.group()
    if kind == "password" and _NOT_A_PASSWORD.search(match.group(2)):
        return match.group()
    return (match.group(1) if match.lastindex else "") + MASK


def mask_secrets(text: str) -> Masked:
    """Take passwords, access keys, tokens, private keys and card numbers out of a text.

    Masking twice gives the same text: the result is a fixed point.
    """
    kinds: list[str] = []
    for kind, pattern in _RULES:

        def swap(match: re.Match[str], kind: str = kind) -> str:
            if MASK in match.group():
                return match.group()
            out = _replace(kind, match)
            if out != match.group() and kind not in kinds:
                kinds.append(kind)
            return out

        text = pattern.sub(swap, text)
    return Masked(text, tuple(kinds))
