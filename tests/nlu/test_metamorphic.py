"""The same sentence in another case, width, punctuation or script has the same intent."""

import random
import re
from collections.abc import Callable

import pytest
from opencc import OpenCC
from trained_model import TrainedModel

from bot.nlu.entities import identifiers
from bot.nlu.entities.references import is_ordinary
from bot.nlu.evaluation.heldout import DEVELOPMENT, HELDOUT, load
from contracts.ids import SHAPES

# Every sixth held-out sentence: about 190 in each language, enough to see a change of one percent.
_STEP = 6
_AGREEMENT = 0.97
_TO_TRADITIONAL = OpenCC("s2t")


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() and c.isascii() else c for c in text)


def _another_identifier(text: str) -> str:
    chance = random.Random(text)
    for entity in reversed(identifiers(text)):
        if entity.kind in SHAPES and entity.kind != "ticket_id":
            prefix, _, body = str(entity.value).rpartition("-")
            fresh = "".join(chance.choice("23456789abcdef") for _ in body)
            text = text[: entity.start] + f"{prefix}-{fresh}" + text[entity.end :]
    return text


def _another_machine(text: str) -> str:
    name = re.compile(r"(?<![A-Za-z0-9_.@/-])[a-z]+-\d{1,3}(?![A-Za-z0-9_-]|\.\d)")
    return name.sub(lambda match: match[0] if is_ordinary(match[0]) else "kafka-83", text)


_CHANGES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "full width digits": _wide,
    "closing punctuation": lambda text: text.rstrip("。.!！") + "！！",
    "traditional script": _TO_TRADITIONAL.convert,
}


@pytest.mark.parametrize("name", sorted(_CHANGES))
def test_the_way_of_writing_does_not_change_the_intent(model: TrainedModel, name: str) -> None:
    sentences = [s.text for part in ("zh", "en") for s in load([part])[::_STEP]]
    changed = [(text, _CHANGES[name](text)) for text in sentences]
    different = [
        (text, other)
        for text, other in changed
        if text != other and model.parse(text)["intent"]["name"] != model.parse(other)["intent"]["name"]
    ]
    affected = sum(text != other for text, other in changed)
    assert len(different) <= (1 - _AGREEMENT) * max(1, affected), different[:10]


def test_another_identifier_changes_nothing(model: TrainedModel) -> None:
    sentences = [s.text for part in ("zh", "en") for s in load([part])]
    changed = [(text, other) for text in sentences if (other := _another_identifier(text)) != text][::4]
    assert len(changed) > 20
    for text, other in changed:
        assert model.parse(text)["intent"] == model.parse(other)["intent"], (text, other)


def test_another_numbered_name_changes_nothing(model: TrainedModel) -> None:
    sentences = [s.text for part in ("zh", "en") for folder in (HELDOUT, DEVELOPMENT) for s in load([part], folder)]
    changed = [(text, other) for text in sentences if (other := _another_machine(text)) != text]
    assert len(changed) > 20
    for text, other in changed:
        assert model.parse(text)["intent"] == model.parse(other)["intent"], (text, other)
