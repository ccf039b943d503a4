"""What the encoder and the n-gram features see of an utterance.

Case, width, script, closing punctuation, politeness, the letters of identifiers and the numbered names of machines
carry no intent, so they are folded away here: two messages that differ only in these have the same features.
"""

from __future__ import annotations

import re

from bot.nlu.entities.model import Entity
from bot.nlu.entities.references import is_ordinary
from bot.nlu.utterance import Utterance
from contracts.chinese import mainland_terms

# One shape, one placeholder: swapping an ID for another changes nothing. Short ones, since every token costs time.
_PLACEHOLDERS = {
    "instance_id": "i-1",
    "volume_id": "v-1",
    "snapshot_id": "s-1",
    "image_id": "m-1",
    "rds_id": "rds-1",
    "load_balancer_id": "lb-1",
    "security_group_id": "g-1",
    "event_id": "ev-1",
    "ticket_id": "tk-1",
    "ip_address": "10.0.0.1",
    "url": "url.com",
    "domain": "example.com",
}
# "kafka-2 is down" is to be read as "web-01 is down" is, however often the training sentences name either.
_NUMBERED = re.compile(r"(?<![a-z0-9_.@/-])[a-z]+(?:[-_][a-z]+)*[-_]\d{1,3}(?![a-z0-9_-]|\.\d)")
_LEADING_ZERO = re.compile(r"[-_]0\d+$")
_MACHINE = "web-1"
# A pasted log: beyond this many characters only the head and the lines that name an error are read.
# 64 encoder tokens are about 100 Chinese or 250 English characters.
_HEAD = 160
_BUDGET = 320
_ERROR_LINE = re.compile(
    r"(?i)error|fail|denied|refused|timeout|exception|panic|oom|killed|fatal|错误|失败|超时|异常|拒绝"
)
_EDGE = re.compile(r"^[\s,.!?;:~…。、\-\"'()]+|[\s,.!?;:~…。、\"'()]+$")
_SPACES = re.compile(r"\s+")
_REPEATS = re.compile(r"([!?。,.~…])\1+")


def _masked(text: str, entities: list[Entity]) -> str:
    parts: list[str] = []
    position = 0
    for entity in sorted(entities, key=lambda e: e.start):
        if entity.kind in _PLACEHOLDERS and entity.start >= position:
            parts += [text[position : entity.start], _PLACEHOLDERS[entity.kind]]
            position = entity.end
    return "".join([*parts, text[position:]])


def _machine(name: re.Match[str]) -> str:
    """One placeholder for every numbered name of a machine; "mysql-8" is a version, "mysql-03" a name."""
    ordinary = is_ordinary(name[0]) and not _LEADING_ZERO.search(name[0])
    return name[0] if name[0] in _PLACEHOLDERS.values() or ordinary else _MACHINE


def _shortened(text: str) -> str:
    """At most ``_BUDGET`` characters: the head, then the lines that name an error."""
    if len(text) <= _BUDGET:
        return text
    kept = text[:_HEAD]
    for line in re.split(r"[\r\n]+|(?<=[.;。])\s", text[_HEAD:]):
        if len(kept) >= _BUDGET:
            break
        if _ERROR_LINE.search(line):
            kept += " " + line[: _BUDGET - len(kept)]
    return kept


def feature_text(utterance: Utterance, entities: list[Entity]) -> str:
    """The text that features are computed from; never empty unless the message says nothing."""
    text = mainland_terms(_shortened(_masked(utterance.text, entities)))
    text = _NUMBERED.sub(_machine, _SPACES.sub(" ", _REPEATS.sub(r"\1", text.casefold())))
    return _EDGE.sub("", text) or text.strip()
