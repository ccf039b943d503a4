"""The intent model on vectors made for the purpose: absent blocks, calibration, the offered readings, its state."""

import numpy as np
import pytest

from bot.nlu.calibration import Logistic
from bot.nlu.heads import OUT_OF_SCOPE, Corpus, HeadSettings, Matrix, centred, centring
from bot.nlu.intent_model import ANSWER_ABOVE, ANSWER_LIKELY, MAX_CANDIDATES, PAIR_LIKELY, IntentModel
from bot.nlu.utterance import Language

WIDTHS = (12, 20)
INTENTS = ("restart", "refund", "greet", OUT_OF_SCOPE)
SETTINGS = HeadSettings(rank=24)


def made(count: int, seed: int, spread: float = 0.5) -> Corpus:
    """Sentences of both languages around one centre for each intent; the first block is English only."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(1).normal(size=(len(INTENTS), sum(WIDTHS)))
    labels = np.arange(count) % len(INTENTS)
    languages: list[Language] = ["en" if number // len(INTENTS) % 2 else "zh" for number in range(count)]
    vectors = (centres[labels] + chance.normal(scale=spread, size=(count, sum(WIDTHS)))).astype(np.float32)
    vectors[[language == "zh" for language in languages], : WIDTHS[0]] = 0
    texts = [f"sentence {number}" for number in range(count)]
    return Corpus(texts, languages, vectors, [INTENTS[label] for label in labels], WIDTHS)


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return IntentModel(SETTINGS).fit(made(800, 2), made(400, 3, spread=2.0))


def readings(model: IntentModel, corpus: Corpus) -> list[str]:
    return [p.ranking[0][0] for p in model.predict(corpus.texts, corpus.languages, corpus.vectors)]


def test_an_absent_block_stays_zero_and_the_others_have_length_one() -> None:
    corpus = made(80, 4)
    dense = centred(corpus.vectors, corpus.languages, centring(corpus))
    absent = np.array([language == "zh" for language in corpus.languages])
    first, second = (np.linalg.norm(block, axis=1) for block in np.split(dense, [WIDTHS[0]], axis=1))
    assert np.allclose(first[absent], 0)
    assert np.allclose(first[~absent], 1, atol=1e-5) and np.allclose(second, 1, atol=1e-5)


def test_unseen_sentences_of_both_languages_are_read(model: IntentModel) -> None:
    fresh = made(200, 5)
    assert np.mean([read == true for read, true in zip(readings(model, fresh), fresh.intents, strict=True)]) > 0.97


def test_fewer_directions_read_the_same() -> None:
    corpus, fresh = made(400, 2), made(100, 6)
    whole = IntentModel(HeadSettings(rank=sum(WIDTHS))).fit(corpus)
    fewer = IntentModel(HeadSettings(rank=12)).fit(corpus)
    agreed = np.mean([a == b for a, b in zip(readings(whole, fresh), readings(fewer, fresh), strict=True)])
    assert agreed > 0.97


def test_a_harder_validation_part_lowers_the_confidence() -> None:
    corpus, fresh = made(800, 2), made(200, 7, spread=3.0)
    plain = IntentModel(SETTINGS).fit(corpus)
    humble = IntentModel(SETTINGS).fit(corpus, made(400, 3, spread=4.0))

    def mean(fitted: IntentModel) -> float:
        return float(np.mean([p.confidence for p in fitted.predict(fresh.texts, fresh.languages, fresh.vectors)]))

    assert mean(humble) < mean(plain)


def test_a_reading_less_likely_than_not_is_asked_about_however_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    model = IntentModel(SETTINGS).fit(made(800, 2), made(400, 3, spread=2.0))
    for calibration in model.calibrations.values():
        monkeypatch.setattr(calibration, "confidence", Logistic([0.0] * 11, [1.0] * 11, [0.0] * 11, 9.0))
        monkeypatch.setattr(calibration, "scope", Logistic([0.0] * 11, [1.0] * 11, [0.0] * 11, 9.0))
    doubtful = made(400, 8, spread=3.0)
    judged = model.predict(doubtful.texts, doubtful.languages, doubtful.vectors)
    served = [p for p in judged if p.ranking[0][0] != OUT_OF_SCOPE]
    assert {p.gate for p in served} == {"answer", "clarify"}
    assert all((p.gate == "answer") == (p.ranking[0][1] >= ANSWER_LIKELY) for p in served)


def test_a_question_offers_two_likely_readings_and_never_the_foreign_one(model: IntentModel) -> None:
    doubtful = made(400, 8, spread=3.0)
    judged = model.predict(doubtful.texts, doubtful.languages, doubtful.vectors)
    asked = [p for p in judged if p.gate == "clarify"]
    assert asked
    for p in judged:
        assert OUT_OF_SCOPE not in p.candidates and 1 <= len(p.candidates) <= MAX_CANDIDATES
        assert p.gate != "answer" or p.confidence >= ANSWER_ABOVE
    pairs = [sum([chance for name, chance in p.ranking if name != OUT_OF_SCOPE][:2]) for p in asked]
    assert [len(p.candidates) > 1 for p in asked] == [pair >= PAIR_LIKELY for pair in pairs]
    assert min(pairs) < PAIR_LIKELY < max(pairs)


def test_another_opinion_changes_what_is_offered_second_and_nothing_else(model: IntentModel) -> None:
    doubtful, others = made(400, 8, spread=3.0), np.zeros((400, len(INTENTS)), np.float32)
    others[:, model.intents.index("greet")] = 1
    changed = 0
    for alone, advised in zip(model.predict(*_asked(doubtful)), model.predict(*_asked(doubtful), others), strict=True):
        assert (alone.ranking, alone.gate, alone.confidence) == (advised.ranking, advised.gate, advised.confidence)
        assert advised.candidates[0] == alone.candidates[0]
        assert advised.gate == "clarify" or len(advised.candidates) == len(alone.candidates)
        assert OUT_OF_SCOPE not in advised.candidates and len(set(advised.candidates)) == len(advised.candidates)
        if len(advised.candidates) > 1 and advised.candidates[0] != "greet":
            assert advised.candidates[1] == "greet"
            changed += alone.candidates[1:2] != ["greet"]
    assert changed


def test_the_stored_model_predicts_the_same(model: IntentModel) -> None:
    fresh = made(40, 9)
    again = IntentModel.restore(model.arrays(), model.metadata())
    first: list[Matrix] = [np.array([q for _, q in p.ranking]) for p in model.predict(*_asked(fresh))]
    second: list[Matrix] = [np.array([q for _, q in p.ranking]) for p in again.predict(*_asked(fresh))]
    assert np.allclose(first, second)


def _asked(corpus: Corpus) -> tuple[list[str], list[Language], Matrix]:
    return corpus.texts, corpus.languages, corpus.vectors
