"""Plain sentences keep their reading and a margin over the answer threshold, whatever the latest training moved."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from trained_model import TrainedModel

BASICS: dict[str, dict[str, list[str]]] = yaml.safe_load(Path(__file__).with_name("basics.yml").read_text("utf-8"))
SURE = 0.9
# Percent of the sentences; each of the rest is asked about at worst.
ANSWERED, WITH_MARGIN = 98.0, 97.0


@pytest.fixture(scope="module", params=["zh", "en"])
def parses(request: pytest.FixtureRequest, model: TrainedModel) -> list[tuple[str, str, dict[str, Any]]]:
    """Intent, sentence and parse."""
    rows = [(intent, text) for intent, languages in BASICS.items() for text in languages[request.param]]
    return [(intent, text, model.parse(text)) for intent, text in rows]


def test_no_plain_sentence_is_taken_for_another(parses: list[tuple[str, str, dict[str, Any]]]) -> None:
    wrong = [
        (intent, text, parse["intent"]["name"])
        for intent, text, parse in parses
        if parse["intent"]["name"] != intent and parse["understanding"]["gate"] != "clarify"
    ]
    assert wrong == []


def test_plain_sentences_are_answered_with_a_margin(parses: list[tuple[str, str, dict[str, Any]]]) -> None:
    doubted = [
        (text, p["understanding"]["confidence"]) for _, text, p in parses if p["understanding"]["gate"] != "answer"
    ]
    close = [text for _, text, parse in parses if parse["understanding"]["confidence"] < SURE]
    assert 100 * (1 - len(doubted) / len(parses)) >= ANSWERED, doubted
    assert 100 * (1 - len(close) / len(parses)) >= WITH_MARGIN, close
