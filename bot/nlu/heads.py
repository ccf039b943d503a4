"""The two linear heads over sentence vectors and n-grams, and the signals that the gate judges by.

Heads: multinomial logistic regression on the sentence vectors, and one-against-rest support vectors on the vectors
joined with n-grams. Both are stored as plain matrices. Neighbours are looked for among the sentences of the same
language (``neighbours.py``).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.nlu.neighbours import Neighbourhood, principal_directions
from bot.nlu.ngrams import NgramVectorizer, TermCounts
from bot.nlu.utterance import LANGUAGES, Language

Matrix = npt.NDArray[np.float32]
Array = npt.NDArray[Any]

# Both fits are stopped early on purpose: more rounds cost seconds and change no figure (docs/nlu.md).
warnings.filterwarnings("ignore", category=ConvergenceWarning, module="sklearn")

OUT_OF_SCOPE = "out_of_scope"
# A language with fewer training sentences shares the mean of all.
_MIN_LANGUAGE_ROWS = 50


@dataclass
class Corpus:
    """Utterances with what is known of them; all but ``blocks`` have the same length.

    ``counted`` are their terms, where they were counted together with those of other corpora.

    ``vectors`` holds blocks of these widths side by side, one for each pooled layer of each encoder; a block that the
    language does not have is zero, and the last one is there in every language.
    """

    texts: list[str]
    languages: list[Language]
    vectors: Matrix
    intents: list[str]
    blocks: tuple[int, ...]
    counted: TermCounts | None = None

    def term_counts(self) -> TermCounts:
        """How often each term occurs in each utterance."""
        return self.counted or TermCounts.of(self.texts)

    def take(self, rows: npt.NDArray[np.int_]) -> Corpus:
        """The utterances of these rows."""
        pick = rows.tolist()
        return Corpus(
            [self.texts[i] for i in pick],
            [self.languages[i] for i in pick],
            self.vectors[rows],
            [self.intents[i] for i in pick],
            self.blocks,
            self.counted and self.counted.take(rows),
        )

    @staticmethod
    def join(parts: Sequence[Corpus]) -> Corpus:
        """The utterances of several corpora."""
        counted = [part.counted for part in parts if part.counted]
        return Corpus(
            [text for part in parts for text in part.texts],
            [language for part in parts for language in part.languages],
            np.concatenate([part.vectors for part in parts]),
            [intent for part in parts for intent in part.intents],
            parts[0].blocks,
            TermCounts.join(counted) if len(counted) == len(parts) else None,
        )

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class HeadSettings:
    """Regularisation and sizes; chosen on validation parts of public sets (``docs/nlu.md``)."""

    lr_c: float = 10.0
    svc_c: float = 0.5
    # Length of the n-gram part beside vectors of length one for each block.
    ngram_weight: float = 1.5
    # Directions of the sentence vectors that the heads are fitted in: what lies beyond costs time and changes nothing.
    rank: int = 512
    seed: int = 20261122


@dataclass
class Scores:
    """Raw scores of a batch: logits, margins and votes have shape (n, intents), the rest (n,); see ``Familiarity``."""

    logits: Array
    margins: Array
    votes: Array
    similarity: Array
    foreign: Array
    fit: Array
    centre: Array

    def take(self, rows: Array | slice) -> Scores:
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
        self.neighbourhoods: dict[str, Neighbourhood] = {}

    def fit(self, corpus: Corpus, intents: list[str]) -> Heads:
        """Fit both heads. ``intents`` fixes the order of the columns; each must occur in the corpus."""
        self.intents = intents
        self.state.update(centring(corpus))
        dense = centred(corpus.vectors, corpus.languages, self.state)
        self.ngrams = NgramVectorizer()
        terms = self.ngrams.fit_transform(corpus.term_counts())
        index = {intent: i for i, intent in enumerate(intents)}
        labels = np.array([index[intent] for intent in corpus.intents])
        regression = LogisticRegression(C=self.settings.lr_c, max_iter=60, tol=1e-3)
        basis = principal_directions(dense, self.settings.rank)
        turned = dense @ basis
        regression.fit(turned, labels)
        self.state["lr_weights"] = np.ascontiguousarray(_each_class(regression.coef_) @ basis.T)
        self.state["lr_bias"] = _each_class(regression.intercept_)
        weight = self.settings.ngram_weight
        joined = sparse.hstack([sparse.csr_matrix(turned), weight * terms], format="csr")
        vectors = LinearSVC(C=self.settings.svc_c, random_state=self.settings.seed, tol=0.1, max_iter=10)
        vectors.fit(joined, labels)
        weights, width = _each_class(vectors.coef_), basis.shape[1]
        self.state["svc_dense"] = np.ascontiguousarray(weights[:, :width] @ basis.T)
        self.state["svc_sparse"] = np.ascontiguousarray(weight * weights[:, width:].T)
        self.state["svc_bias"] = _each_class(vectors.intercept_)
        self._remember(corpus, dense, labels)
        return self

    def _remember(self, corpus: Corpus, dense: Matrix, labels: npt.NDArray[np.int64]) -> None:
        foreign = self.intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in self.intents else None
        languages = np.array(corpus.languages)
        for language in LANGUAGES:
            rows = np.flatnonzero(languages == language)
            if len(rows) >= _MIN_LANGUAGE_ROWS:
                learned = Neighbourhood.learn(dense[rows], labels[rows], foreign, len(self.intents), self.settings.seed)
                self.neighbourhoods[language] = learned

    def scores(self, texts: Sequence[str], languages: Sequence[Language], vectors: Matrix) -> Scores:
        """Raw scores of texts with their vectors."""
        dense, state = centred(vectors, languages, self.state), self.state
        margins = dense @ state["svc_dense"].T + state["svc_bias"]
        for row, text in enumerate(texts):
            terms, weights = self.ngrams.weights(text)
            margins[row] += weights @ state["svc_sparse"][terms]
        logits = dense @ state["lr_weights"].T + state["lr_bias"]
        return self._with_neighbours(logits, margins, dense, languages)

    def _with_neighbours(self, logits: Array, margins: Array, dense: Matrix, languages: Sequence[Language]) -> Scores:
        count, spoken, predicted = len(dense), np.array(languages), margins.argmax(axis=1)
        single = [np.zeros(count, np.float32) for _ in range(4)]
        scores = Scores(logits, margins, np.zeros_like(logits), *single)
        for language in set(languages):
            near = self.neighbourhoods.get(language) or next(iter(self.neighbourhoods.values()), None)
            if near is not None:
                rows = np.flatnonzero(spoken == language)
                found = near.familiarity(dense[rows], predicted[rows])
                for field in fields(found):
                    getattr(scores, field.name)[rows] = getattr(found, field.name)
        return scores


def centring(corpus: Corpus) -> dict[str, Array]:
    """What ``centred`` needs: ``blocks``, their widths, and ``mean_zh`` and ``mean_en``, the means of the languages."""
    languages, learned = np.array(corpus.languages), {"blocks": np.array(corpus.blocks)}
    for language in LANGUAGES:
        rows = languages == language
        chosen = corpus.vectors[rows] if rows.sum() >= _MIN_LANGUAGE_ROWS else corpus.vectors
        learned[f"mean_{language}"] = chosen.mean(axis=0).astype(np.float32)
    return learned


def centred(vectors: Matrix, languages: Sequence[Language], learned: Mapping[str, Array]) -> Matrix:
    """Every block centred on its language and brought to unit length; an absent block stays zero."""
    widths = learned["blocks"]
    starts = np.cumsum(widths) - widths
    present = np.repeat(np.logical_or.reduceat(vectors != 0, starts, axis=1), widths, axis=1)
    dense: Matrix = (vectors - np.stack([learned[f"mean_{language}"] for language in languages])) * present
    lengths = np.sqrt(np.add.reduceat(dense * dense, starts, axis=1))
    dense /= np.repeat(np.maximum(lengths, 1e-9), widths, axis=1)
    return dense


def _each_class(parameters: Array) -> Matrix:
    """One row for each class, also where scikit-learn stores one row for two classes."""
    full = parameters if len(parameters) > 1 else np.concatenate([-parameters, parameters])
    return full.astype(np.float32)
