"""What the remembered training sentences of one language say about a new one: votes, and how familiar it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Array = npt.NDArray[np.generic]

# Principal directions in which sentences are compared: the search reads all of them from memory, so they are few.
RANK = 128
# Sentences of served intents that are remembered; those out of scope come on top.
_MOST = 8_000
_NEAREST = 5
_NEAREST_OF_INTENT = 3
_VOTERS = 10
# A neighbour whose cosine is this much lower has 1/e of the vote.
_VOTE_SCALE = 0.05
# Rows compared at a time: bounds the table of similarities (about 20 MB).
_CHUNK = 512


@dataclass
class Familiarity:
    """What the neighbours say of n sentences; all but ``votes`` have shape (n,).

    Attributes:
        votes: share of the neighbours' votes for each intent, shape (n, intents).
        similarity: mean cosine to the nearest served sentences.
        foreign: how much nearer the nearest out-of-scope sentences are.
        fit: nearness to the sentences of the predicted intent, against how near these are to each other.
        centre: cosine to the centre of the predicted intent.
    """

    votes: Matrix
    similarity: Matrix
    foreign: Matrix
    fit: Matrix
    centre: Matrix


class Neighbourhood:
    """The remembered sentences of one language, those of served intents first, and the centre of each intent."""

    def __init__(self, basis: Matrix, sentences: Matrix, labels: Array, served: int, centres: Matrix) -> None:
        self._basis = basis
        self._sentences = sentences
        self._centres = centres
        self._labels = labels.astype(np.int64)
        self._served = served
        self._members = [np.flatnonzero(self._labels == intent) for intent in range(len(centres))]
        self._density = self._densities()

    @classmethod
    def learn(
        cls, vectors: Matrix, labels: npt.NDArray[np.int64], foreign: int | None, intents: int, seed: int
    ) -> Neighbourhood:
        """Remember sentences; ``foreign`` is the number of the out-of-scope intent, when there is one."""
        is_served = labels != (-1 if foreign is None else foreign)
        rows = np.flatnonzero(is_served)
        if len(rows) > _MOST:
            rows = np.sort(np.random.default_rng(seed).choice(rows, _MOST, replace=False))
        basis = principal_directions(vectors[rows], RANK)
        order = np.concatenate([rows, np.flatnonzero(~is_served)])
        centres = _unit(np.stack([vectors[labels == intent].sum(axis=0) for intent in range(intents)]))
        return cls(basis, _unit(vectors[order] @ basis), labels[order], len(rows), centres)

    def arrays(self) -> dict[str, Array]:
        """The state that ``restore`` takes."""
        return {
            "basis": self._basis,
            "sentences": self._sentences,
            "labels": self._labels.astype(np.int16),
            "served": np.array(self._served),
            "centres": self._centres,
        }

    @classmethod
    def restore(cls, arrays: dict[str, npt.NDArray[np.float32]]) -> Neighbourhood:
        """A neighbourhood from ``arrays()``."""
        return cls(arrays["basis"], arrays["sentences"], arrays["labels"], int(arrays["served"]), arrays["centres"])

    def _densities(self) -> Matrix:
        """For each intent the mean cosine of its sentences to their nearest among themselves."""
        found = np.full(len(self._members), np.nan, dtype=np.float32)
        for intent, rows in enumerate(self._members):
            if len(rows) > _NEAREST_OF_INTENT:
                cosines = self._sentences[rows] @ self._sentences[rows].T
                np.fill_diagonal(cosines, -1)
                found[intent] = _highest(cosines, _NEAREST_OF_INTENT).mean()
        usual = np.float32(np.nanmean(found)) if not np.isnan(found).all() else np.float32(0)
        return np.where(np.isnan(found), usual, found)

    def familiarity(self, vectors: Matrix, predicted: npt.NDArray[np.int64]) -> Familiarity:
        """Compare sentences, of which each is read as the intent of that number."""
        parts = [
            self._compare(vectors[start : start + _CHUNK], predicted[start : start + _CHUNK])
            for start in range(0, len(vectors), _CHUNK)
        ]
        return Familiarity(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("votes", "similarity", "foreign", "fit", "centre")
            )
        )

    def _compare(self, vectors: Matrix, predicted: npt.NDArray[np.int64]) -> Familiarity:
        cosines = _unit(vectors @ self._basis) @ self._sentences.T
        similarity = _highest(cosines[:, : self._served], _NEAREST).mean(axis=1)
        foreign = _highest(cosines[:, self._served :], _NEAREST).mean(axis=1) - similarity
        own = [
            _highest(row[None, self._members[intent]], _NEAREST_OF_INTENT).mean()
            for row, intent in zip(cosines, predicted, strict=True)
        ]
        fit = np.array(own, dtype=np.float32) - self._density[predicted]
        centre = np.einsum("ij,ij->i", _unit(vectors), self._centres[predicted])
        return Familiarity(self._votes(cosines), similarity, foreign, fit, centre)

    def _votes(self, cosines: Matrix) -> Matrix:
        count = min(_VOTERS, cosines.shape[1])
        voters = np.argpartition(cosines, -count, axis=1)[:, -count:]
        near = np.take_along_axis(cosines, voters, axis=1)
        weights = np.exp((near - near.max(axis=1, keepdims=True)) / _VOTE_SCALE)
        weights /= weights.sum(axis=1, keepdims=True)
        intents = len(self._members)
        rows = zip(self._labels[voters], weights, strict=True)
        return np.array([np.bincount(labels, share, intents) for labels, share in rows], dtype=np.float32)


def principal_directions(vectors: Matrix, rank: int) -> Matrix:
    """Orthonormal columns that span the ``rank`` directions with the most variation, shape (dimension, rank)."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    largest: Matrix = directions[:, ::-1][:, :rank].astype(np.float32)
    return np.ascontiguousarray(largest)


def _unit(vectors: Matrix) -> Matrix:
    scaled: Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return scaled


def _highest(cosines: Matrix, count: int) -> Matrix:
    """The highest values of each row; one column of zeros when there is nothing to compare with."""
    count = min(count, cosines.shape[1])
    if not count:
        return np.zeros((len(cosines), 1), dtype=np.float32)
    return np.partition(cosines, -count, axis=1)[:, -count:]
