"""The quick model answers what it is sure of, never what is out of scope, and leaves the rest."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from bot.nlu.heads import OUT_OF_SCOPE, Corpus
from bot.nlu.quick import SURE, QuickModel
from bot.nlu.utterance import Language

INTENTS = ("restart", "refund", "greet", OUT_OF_SCOPE)
WORDS = ("reboot machine server", "money back please", "hello there friend", "weather football recipe")


def made(count: int, seed: int, spread: float = 0.5, told: float = 1.0) -> Corpus:
    """Sentences of both languages whose vectors tell the intent, and in a share ``told`` of them the words too."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(1).normal(size=(len(INTENTS), 24))
    labels = np.arange(count) % len(INTENTS)
    languages: list[Language] = ["en" if number // len(INTENTS) % 2 else "zh" for number in range(count)]
    vectors = (centres[labels] + chance.normal(scale=spread, size=(count, 24))).astype(np.float32)
    texts = [f"{WORDS[label] if chance.random() < told else 'unheard'} {chance.integers(99)}" for label in labels]
    return Corpus(texts, languages, vectors, [INTENTS[label] for label in labels], (24,))


@pytest.fixture(scope="module")
def model() -> QuickModel:
    return QuickModel().fit(made(800, 2), made(400, 3, spread=2.0, told=0.5))


def test_clear_sentences_are_read_and_surely(model: QuickModel) -> None:
    fresh, read = made(200, 4), 0
    for text, language, vector, intent in zip(fresh.texts, fresh.languages, fresh.vectors, fresh.intents, strict=True):
        found = model.read(text, language, vector).prediction
        if found is None:
            continue
        read += 1
        assert (found.ranking[0][0], found.gate, found.candidates) == (intent, "answer", [intent])
        assert found.confidence >= SURE and sum(p for _, p in found.ranking) == pytest.approx(1)
    assert read > 100


def test_foreign_sentences_are_never_answered_by_it(model: QuickModel) -> None:
    fresh = made(200, 5)
    foreign = np.flatnonzero([intent == OUT_OF_SCOPE for intent in fresh.intents])
    read = [model.read(fresh.texts[row], fresh.languages[row], fresh.vectors[row]) for row in foreign]
    assert not [reading for reading in read if reading.prediction]


def test_the_less_clear_the_sentences_the_more_are_left_and_the_rest_is_right(model: QuickModel) -> None:
    left = []
    for spread in (0.5, 2.0, 4.0):
        doubtful = made(400, 6, spread=spread, told=0.3)
        asked = zip(doubtful.texts, doubtful.languages, doubtful.vectors, doubtful.intents, strict=True)
        found = [(model.read(text, language, vector).prediction, intent) for text, language, vector, intent in asked]
        left.append(sum(reading is None for reading, _ in found))
        right = [reading.ranking[0][0] == intent for reading, intent in found if reading is not None]
        assert spread > 2 or np.mean(right) > 0.85
    assert left[0] < left[1] < left[2]


def test_an_intent_that_is_often_misread_is_left_to_the_full_model() -> None:
    validation = made(800, 8)
    misread = [
        INTENTS[1] if intent == INTENTS[0] and row % 3 == 0 else intent for row, intent in enumerate(validation.intents)
    ]
    model = QuickModel().fit(made(800, 2), replace(validation, intents=misread))
    fresh = made(200, 9)
    asked = list(zip(fresh.texts, fresh.languages, fresh.vectors, fresh.intents, strict=True))
    read = Counter(intent for text, language, vector, intent in asked if model.read(text, language, vector).prediction)
    assert read[INTENTS[0]] < read[INTENTS[1]]


def test_the_stored_model_reads_the_same(model: QuickModel) -> None:
    fresh, again = made(40, 7), QuickModel.restore(model.arrays(), model.metadata())
    for text, language, vector in zip(fresh.texts, fresh.languages, fresh.vectors, strict=True):
        first, second = model.read(text, language, vector), again.read(text, language, vector)
        assert first.probabilities == pytest.approx(
            second.probabilities
        ) and first.probabilities.sum() == pytest.approx(1)
        assert first.prediction == second.prediction
