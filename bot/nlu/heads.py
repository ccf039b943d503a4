"""The two linear heads over sentence vectors and n-grams, and the signals that the gate judges by.

Heads: multinomial logistic regression on the sentence vector, and one-against-rest support vectors on the vector
joined with n-grams. Both are stored as plain matrices.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.nlu.ngrams import NgramVectorizer

Matrix = npt.NDArray[np.float32]
Array = npt.NDArray[Any]

# The regression is stopped early on purpose: more rounds cost seconds and change no figure (docs/nlu.md).
warnings.filterwarnings("ignore", category=ConvergenceWarning, module="sklearn.linear_model")

OUT_OF_SCOPE = "out_of_scope"
LANGUAGES = ("zh", "en")
# A language with fewer training sentences shares the mean of all.
_MIN_LANGUAGE_ROWS = 50
_NEIGHBOURS = 5
# Sentences remembered for the neighbour search: 8 000 x 384 numbers are 12 MB and half a millisecond.
_MEMORY_ROWS = 8_000


@dataclass
class Corpus:
    """Utterances with what is known of them; all four have the same length.

    ``vectors`` may hold several blocks side by side (one for each pooled layer of the encoder).
    """

    texts: list[str]
    languages: list[str]
    vectors: Matrix
    intents: list[str]

    def take(self, rows: npt.NDArray[np.int_]) -> Corpus:
        """The utterances of these rows."""
        pick = rows.tolist()
        return Corpus(
            [self.texts[i] for i in pick],
            [self.languages[i] for i in pick],
            self.vectors[rows],
            [self.intents[i] for i in pick],
        )

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class HeadSettings:
    """Regularisation and sizes; chosen on validation parts of public sets (``docs/nlu.md``)."""

    block: int = 384
    lr_c: float = 10.0
    svc_c: float = 0.5
    seed: int = 20261122


@dataclass
class Scores:
    """Raw scores of a batch: logits and margins have shape (n, intents), the rest (n,)."""

    logits: Array
    margins: Array
    similarity: Array
    foreign: Array

    def take(self, rows: Array) -> Scores:
        """The scores of these rows."""
        return Scores(*(getattr(self, field.name)[rows] for field in fields(self)))

    @staticmethod
    def join(parts: Sequence[Scores]) -> Scores:
        """The scores of several batches of the same intents."""
        return Scores(*(np.concatenate([getattr(p, field.name) for p in parts]) for field in fields(Scores)))


class Heads:
    """Fitted heads; ``arrays`` is the numeric state."""

    def __init__(self, settings: HeadSettings | None = None) -> None:
        self.settings = settings or HeadSettings()
        self.intents: list[str] = []
        self.ngrams = NgramVectorizer()
        self.state: dict[str, Matrix] = {}

    def fit(self, corpus: Corpus, intents: list[str]) -> Heads:
        """Fit both heads. ``intents`` fixes the order of the columns; each must occur in the corpus."""
        self.intents = intents
        self._learn_means(corpus)
        dense = self._dense(corpus)
        self.ngrams = NgramVectorizer().fit(corpus.texts)
        index = {intent: i for i, intent in enumerate(intents)}
        labels = np.array([index[intent] for intent in corpus.intents])
        regression = LogisticRegression(C=self.settings.lr_c, max_iter=60, tol=1e-3)
        regression.fit(dense[:, : self.settings.block], labels)
        self.state["lr_weights"], self.state["lr_bias"] = (
            _each_class(regression.coef_),
            _each_class(regression.intercept_),
        )
        joined = sparse.hstack([sparse.csr_matrix(dense), self.ngrams.transform(corpus.texts)], format="csr")
        vectors = LinearSVC(C=self.settings.svc_c, random_state=self.settings.seed, tol=0.1, max_iter=300)
        vectors.fit(joined, labels)
        weights, width = _each_class(vectors.coef_), dense.shape[1]
        self.state["svc_dense"] = np.ascontiguousarray(weights[:, :width])
        self.state["svc_sparse"] = np.ascontiguousarray(weights[:, width:].T)
        self.state["svc_bias"] = _each_class(vectors.intercept_)
        self._remember(corpus, dense)
        return self

    def _learn_means(self, corpus: Corpus) -> None:
        languages = np.array(corpus.languages)
        for language in LANGUAGES:
            rows = languages == language
            chosen = corpus.vectors[rows] if rows.sum() >= _MIN_LANGUAGE_ROWS else corpus.vectors
            self.state[f"mean_{language}"] = chosen.mean(axis=0).astype(np.float32)

    def _remember(self, corpus: Corpus, dense: Matrix) -> None:
        known = np.array(corpus.intents) != OUT_OF_SCOPE
        first = dense[:, : self.settings.block]
        rows = np.flatnonzero(known)
        if len(rows) > _MEMORY_ROWS:
            rows = np.random.default_rng(self.settings.seed).choice(rows, _MEMORY_ROWS, replace=False)
        self.state["memory"] = np.ascontiguousarray(first[rows])
        self.state["foreign_memory"] = np.ascontiguousarray(first[~known])

    def _dense(self, corpus: Corpus) -> Matrix:
        """Every block centred on its language and brought to unit length."""
        centred = corpus.vectors - np.stack([self.state[f"mean_{language}"] for language in corpus.languages])
        blocks = centred.reshape(len(centred), -1, self.settings.block)
        unit = blocks / np.maximum(np.linalg.norm(blocks, axis=2, keepdims=True), 1e-9)
        dense: Matrix = unit.reshape(centred.shape).astype(np.float32)
        return dense

    def scores(self, corpus: Corpus) -> Scores:
        """Raw scores; the intents of ``corpus`` are not looked at."""
        dense, state = self._dense(corpus), self.state
        first = dense[:, : self.settings.block]
        margins = dense @ state["svc_dense"].T + state["svc_bias"]
        margins = margins + self.ngrams.transform(corpus.texts) @ state["svc_sparse"]
        similarity = _nearest(first, state["memory"])
        foreign = _nearest(first, state["foreign_memory"]) - similarity
        return Scores(first @ state["lr_weights"].T + state["lr_bias"], margins, similarity, foreign)


def _each_class(parameters: Array) -> Matrix:
    """One row for each class, also where scikit-learn stores one row for two classes."""
    full = parameters if len(parameters) > 1 else np.concatenate([-parameters, parameters])
    return full.astype(np.float32)


def _nearest(vectors: Matrix, memory: Matrix) -> Array:
    """Mean cosine to the nearest remembered sentences; zero without any."""
    count = min(_NEIGHBOURS, len(memory))
    if not count:
        return np.zeros(len(vectors), dtype=np.float32)
    cosines = vectors @ memory.T
    top: Array = np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1)
    return top
