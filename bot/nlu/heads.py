"""The two linear heads over sentence vectors and n-grams, and the signals that the gate judges by.

Heads: multinomial logistic regression on the sentence vectors, and one-against-rest support vectors on the vectors
joined with n-grams. Both are stored as plain matrices. Neighbours are looked for among the sentences of the same
language, by the first block of the vector that the language has.
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
from bot.nlu.utterance import LANGUAGES, Language

Matrix = npt.NDArray[np.float32]
Array = npt.NDArray[Any]

# The regression is stopped early on purpose: more rounds cost seconds and change no figure (docs/nlu.md).
warnings.filterwarnings("ignore", category=ConvergenceWarning, module="sklearn.linear_model")

OUT_OF_SCOPE = "out_of_scope"
# A language with fewer training sentences shares the mean of all.
_MIN_LANGUAGE_ROWS = 50
_NEIGHBOURS = 5
# Sentences remembered for the neighbour search in each language, and the principal directions they are compared in:
# the search reads all of them from memory, 4 MB instead of 12 and a third of the time.
_MEMORY_ROWS = 8_000
_MEMORY_RANK = 128


@dataclass
class Corpus:
    """Utterances with what is known of them; all four have the same length.

    ``vectors`` may hold several blocks side by side, one for each pooled layer of each encoder; a block that the
    language does not have is zero.
    """

    texts: list[str]
    languages: list[Language]
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

    @staticmethod
    def join(parts: Sequence[Corpus]) -> Corpus:
        """The utterances of several corpora."""
        return Corpus(
            [text for part in parts for text in part.texts],
            [language for part in parts for language in part.languages],
            np.concatenate([part.vectors for part in parts]),
            [intent for part in parts for intent in part.intents],
        )

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class HeadSettings:
    """Regularisation and sizes; chosen on validation parts of public sets (``docs/nlu.md``)."""

    block: int = 384
    lr_c: float = 10.0
    svc_c: float = 0.5
    # Length of the n-gram part beside vectors of length one for each block.
    ngram_weight: float = 1.5
    # Directions of the sentence vectors that the heads are fitted in: what lies beyond costs time and changes nothing.
    rank: int = 512
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
        basis = _principal_directions(dense, self.settings.rank)
        turned = dense @ basis
        regression.fit(turned, labels)
        self.state["lr_weights"] = np.ascontiguousarray(_each_class(regression.coef_) @ basis.T)
        self.state["lr_bias"] = _each_class(regression.intercept_)
        weight = self.settings.ngram_weight
        joined = sparse.hstack([sparse.csr_matrix(turned), weight * self.ngrams.transform(corpus.texts)], format="csr")
        vectors = LinearSVC(C=self.settings.svc_c, random_state=self.settings.seed, tol=0.1, max_iter=300)
        vectors.fit(joined, labels)
        weights, width = _each_class(vectors.coef_), basis.shape[1]
        self.state["svc_dense"] = np.ascontiguousarray(weights[:, :width] @ basis.T)
        self.state["svc_sparse"] = np.ascontiguousarray(weight * weights[:, width:].T)
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
        languages = np.array(corpus.languages)
        generator = np.random.default_rng(self.settings.seed)
        for language in LANGUAGES:
            rows = np.flatnonzero(known & (languages == language))
            if len(rows) > _MEMORY_ROWS:
                rows = generator.choice(rows, _MEMORY_ROWS, replace=False)
            foreign = np.flatnonzero(~known & (languages == language))
            remembered = self._leading_blocks(dense[rows])
            basis = _principal_directions(remembered, _MEMORY_RANK)
            self.state[f"memory_basis_{language}"] = basis
            self.state[f"memory_{language}"] = _turned(remembered, basis)
            self.state[f"foreign_memory_{language}"] = _turned(self._leading_blocks(dense[foreign]), basis)

    def _leading_blocks(self, dense: Matrix) -> Matrix:
        """Of each row the first block that is there."""
        blocks = dense.reshape(len(dense), dense.shape[1] // self.settings.block, self.settings.block)
        first: Matrix = blocks[np.arange(len(dense)), blocks.any(axis=2).argmax(axis=1)]
        return np.ascontiguousarray(first)

    def _dense(self, corpus: Corpus) -> Matrix:
        """Every block centred on its language and brought to unit length; an absent block stays zero."""
        shape = (len(corpus), -1, self.settings.block)
        means = np.stack([self.state[f"mean_{language}"] for language in corpus.languages])
        blocks = corpus.vectors.reshape(shape)
        centred = (blocks - means.reshape(shape)) * blocks.any(axis=2, keepdims=True)
        unit = centred / np.maximum(np.linalg.norm(centred, axis=2, keepdims=True), 1e-9)
        dense: Matrix = unit.reshape(corpus.vectors.shape).astype(np.float32)
        return dense

    def scores(self, corpus: Corpus) -> Scores:
        """Raw scores; the intents of ``corpus`` are not looked at."""
        dense, state = self._dense(corpus), self.state
        margins = dense @ state["svc_dense"].T + state["svc_bias"]
        margins = margins + self.ngrams.transform(corpus.texts) @ state["svc_sparse"]
        similarity, foreign = self._neighbourhood(dense, corpus.languages)
        return Scores(dense @ state["lr_weights"].T + state["lr_bias"], margins, similarity, foreign)

    def _neighbourhood(self, dense: Matrix, languages: Sequence[Language]) -> tuple[Array, Array]:
        """Similarity to known sentences, and how much nearer the foreign ones are, each of the same language."""
        leading, spoken = self._leading_blocks(dense), np.array(languages)
        similarity, foreign = np.zeros(len(dense), np.float32), np.zeros(len(dense), np.float32)
        for language in set(languages):
            rows = spoken == language
            asked = _turned(leading[rows], self.state[f"memory_basis_{language}"])
            similarity[rows] = _nearest(asked, self.state[f"memory_{language}"])
            foreign[rows] = _nearest(asked, self.state[f"foreign_memory_{language}"]) - similarity[rows]
        return similarity, foreign


def _principal_directions(vectors: Matrix, rank: int) -> Matrix:
    """Orthonormal columns that span the ``rank`` directions with the most variation, shape (dimension, rank)."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    largest: Matrix = directions[:, ::-1][:, :rank].astype(np.float32)
    return largest


def _turned(vectors: Matrix, basis: Matrix) -> Matrix:
    """The vectors in the directions of ``basis``, at unit length again."""
    turned = vectors @ basis
    unit: Matrix = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
    return unit


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
