"""Refusals, corrections, reports of success and the like are read as such, whatever topic their words belong to."""

from pathlib import Path

import pytest
import yaml
from trained_model import TrainedModel

ACTS: dict[str, dict[str, list[str]]] = yaml.safe_load(Path(__file__).with_name("acts.yml").read_text("utf-8"))
# Percent, a little below what is measured (docs/nlu.md).
READ_RIGHT = {"zh": 85.0, "en": 85.0}
# Of what is refused, dropped or already well: read as the wish for it.
TAKEN_FOR_ITS_TOPIC = 15.0
NOT_A_WISH = ("deny", "cancel", "resolved")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_conversation_acts_are_read_whatever_their_topic(model: TrainedModel, language: str) -> None:
    rows = [(intent, text) for intent, languages in ACTS.items() for text in languages[language]]
    wrong = [
        (intent, str(parse["intent"]["name"]), parse["understanding"]["gate"], text)
        for intent, text in rows
        if (parse := model.parse(text))["intent"]["name"] != intent
    ]
    wished = [row for row in wrong if row[0] in NOT_A_WISH and row[1] not in ACTS and row[2] == "answer"]
    asked = sum(intent in NOT_A_WISH for intent, _ in rows)
    assert 100 * (1 - len(wrong) / len(rows)) >= READ_RIGHT[language], wrong
    assert 100 * len(wished) / asked <= TAKEN_FOR_ITS_TOPIC, wished
