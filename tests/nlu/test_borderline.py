"""Sentences that sit between two intents are mostly read right."""

import pytest

from bot.nlu.evaluation import figures
from bot.nlu.evaluation.heldout import Parsed

# Percent, a little below what is measured (docs/nlu.md).
READ_RIGHT = {"zh": 94.5, "en": 89.5}
ANSWERED_RIGHT = {"zh": 97.0, "en": 94.0}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_borderline_sentences_are_read(borderline: dict[str, list[Parsed]], language: str) -> None:
    parsed = borderline[language]
    answered = [one for one in parsed if one.gate == "answer"]
    assert 100 * figures.accuracy(parsed) >= READ_RIGHT[language], figures.confusions(parsed)
    assert 100 * figures.accuracy(answered) >= ANSWERED_RIGHT[language], figures.confusions(answered)
