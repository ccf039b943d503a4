"""The full model is asked only for what the quick one leaves."""

from collections.abc import Sequence

import numpy as np
import pytest

from bot.nlu.cascade import Cascade, Sentences
from bot.nlu.encoder import Vectors
from bot.nlu.intent_model import Prediction
from bot.nlu.utterance import Language

WORDS = {"restart": "instance_power", "invoice": "invoice", "slow": "instance_slow", "weather": "out_of_scope"}
DIMENSION = 384


class FakeEncoder:
    """A direction for each known word, the same noise for the same text; remembers what it was asked."""

    blocks = (DIMENSION,)

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], languages: Sequence[Language]) -> Vectors:
        self.asked += texts
        rows = [np.random.default_rng(len(text)).normal(scale=0.3, size=DIMENSION) for text in texts]
        for row, text in zip(rows, texts, strict=True):
            for place, word in enumerate(WORDS):
                row[place * 40 : place * 40 + 40] += 3 * (word in text)
        return np.array(rows, dtype=np.float32).reshape(len(texts), DIMENSION)


def made(count: int) -> Sentences:
    words = [list(WORDS)[number % len(WORDS)] for number in range(count)]
    texts = [f"{word} {'x' * (number % 23)}{number}" for number, word in enumerate(words)]
    return Sentences(texts, ["en"] * count, [WORDS[word] for word in words])


def read(cascade: Cascade, texts: Sequence[str]) -> dict[str, Prediction]:
    seen = cascade.glance(texts, "en")
    cascade.complete(seen, texts)
    return seen.known


@pytest.fixture(scope="module")
def fitted() -> tuple[Cascade, FakeEncoder]:
    encoder = FakeEncoder()
    cascade = Cascade(FakeEncoder(), encoder, 8).fit(made(400), made(200))
    encoder.asked.clear()
    return cascade, encoder


def test_plain_sentences_never_reach_the_encoder(fitted: tuple[Cascade, FakeEncoder]) -> None:
    cascade, encoder = fitted
    encoder.asked.clear()
    found = read(cascade, ["restart web", "invoice please"])
    assert {text: reading.ranking[0][0] for text, reading in found.items()} == {
        "restart web": "instance_power", "invoice please": "invoice"
    }  # fmt: skip
    assert encoder.asked == []


def test_what_the_quick_model_leaves_is_read_by_the_full_one_once(fitted: tuple[Cascade, FakeEncoder]) -> None:
    cascade, encoder = fitted
    encoder.asked.clear()
    for _ in range(2):
        found = read(cascade, ["restart web", "weather today"])
        assert list(found) == ["restart web", "weather today"] and found["weather today"].gate == "reject"
    assert encoder.asked == ["weather today"]


def test_only_what_is_asked_for_is_read_by_the_full_one(fitted: tuple[Cascade, FakeEncoder]) -> None:
    cascade, encoder = fitted
    encoder.asked.clear()
    seen = cascade.glance(["restart web", "weather today", "weather now"], "en")
    assert list(seen.known) == ["restart web"] and encoder.asked == []
    cascade.complete(seen, ["weather now", "restart web", "never glanced at"])
    assert set(seen.known) == {"restart web", "weather now"} and encoder.asked == ["weather now"]


def test_the_stored_cascade_reads_the_same(fitted: tuple[Cascade, FakeEncoder]) -> None:
    cascade, _ = fitted
    again = Cascade(FakeEncoder(), FakeEncoder(), 8, cascade.states())
    texts = ["slow slow", "weather today", "what"]
    for text, reading in read(cascade, texts).items():
        assert read(again, texts)[text].ranking[0] == pytest.approx(reading.ranking[0])


def test_without_validation_sentences_it_is_fitted_all_the_same() -> None:
    cascade = Cascade(FakeEncoder(), FakeEncoder(), 8).fit(made(400), Sentences([], [], []))
    assert read(cascade, ["restart web"])["restart web"].ranking[0][0] == "instance_power"
    assert read(cascade, []) == {}
