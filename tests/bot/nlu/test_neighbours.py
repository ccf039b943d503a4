"""What remembered sentences say about new ones, on vectors made for the purpose."""

import numpy as np
import pytest

from bot.nlu.neighbours import Familiarity, Matrix, Neighbourhood

INTENTS, FOREIGN, DIMENSION = 4, 3, 32


def around(intent: int, count: int, seed: int, spread: float = 0.2) -> Matrix:
    centre = np.random.default_rng(100 + intent).normal(size=DIMENSION)
    noise = np.random.default_rng(seed).normal(scale=spread, size=(count, DIMENSION))
    return (centre + noise).astype(np.float32)


@pytest.fixture(scope="module")
def near() -> Neighbourhood:
    vectors = np.concatenate([around(intent, 40, intent) for intent in range(INTENTS)])
    return Neighbourhood.learn(vectors, np.repeat(np.arange(INTENTS), 40), FOREIGN, INTENTS, seed=1)


def ask(near: Neighbourhood, vectors: Matrix, intent: int) -> Familiarity:
    return near.familiarity(vectors, np.full(len(vectors), intent))


def test_neighbours_vote_for_their_intent_and_the_votes_sum_to_one(near: Neighbourhood) -> None:
    found = ask(near, around(1, 20, 50), 1)
    assert (found.votes.argmax(axis=1) == 1).all()
    assert np.allclose(found.votes.sum(axis=1), 1, atol=1e-5)


def test_a_sentence_beside_its_intent_fits_worse_than_one_within(near: Neighbourhood) -> None:
    within, beside = ask(near, around(0, 20, 51), 0), ask(near, around(0, 20, 52, spread=0.9), 0)
    assert within.fit.mean() > beside.fit.mean() + 0.1
    assert within.centre.mean() > beside.centre.mean() + 0.1
    assert within.similarity.mean() > beside.similarity.mean()


def test_foreign_sentences_are_nearer_to_foreign_ones(near: Neighbourhood) -> None:
    assert (ask(near, around(FOREIGN, 20, 53), FOREIGN).foreign > 0).all()
    assert (ask(near, around(0, 20, 54), 0).foreign < 0).all()


def test_many_rows_are_compared_as_each_alone(near: Neighbourhood) -> None:
    asked = around(2, 1100, 55, spread=0.6)
    together, alone = ask(near, asked, 2), [ask(near, asked[row : row + 1], 2) for row in (0, 511, 512, 1099)]
    for found, row in zip(alone, (0, 511, 512, 1099), strict=True):
        assert found.fit[0] == pytest.approx(together.fit[row], abs=1e-5)
        assert np.allclose(found.votes[0], together.votes[row], atol=1e-4)


def test_without_foreign_sentences_and_with_an_intent_of_one_nothing_breaks() -> None:
    vectors = np.concatenate([around(0, 30, 1), around(1, 1, 2)])
    near = Neighbourhood.learn(vectors, np.array([0] * 30 + [1]), None, INTENTS, seed=1)
    found = near.familiarity(around(1, 3, 3), np.array([1, 2, 0]))
    for name in ("votes", "similarity", "foreign", "fit", "centre"):
        assert np.isfinite(getattr(found, name)).all()
    assert (found.centre[1], found.votes[:, 2:].sum()) == (0, 0)


def test_the_stored_neighbourhood_says_the_same(near: Neighbourhood) -> None:
    again, asked = Neighbourhood.restore(near.arrays()), around(1, 5, 60)
    assert np.allclose(ask(again, asked, 1).fit, ask(near, asked, 1).fit)
