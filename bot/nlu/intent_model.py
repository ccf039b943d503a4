"""The intent model: two linear heads, calibrated; an out-of-scope gate; conformal candidate sets.

Nothing here knows Rasa. A model is fitted on a :class:`Corpus` and judged on out-of-fold predictions of the
same corpus, unless a validation corpus is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.nlu.encoder import Vectors
from bot.nlu.ngrams import NgramVectorizer

Matrix = npt.NDArray[np.float32]
Gate = Literal["answer", "clarify", "reject"]

OUT_OF_SCOPE = "out_of_scope"
LANGUAGES = ("zh", "en")


@dataclass
class Corpus:
    """Utterances with what is known of them; all four have the same length."""

    texts: list[str]
    languages: list[str]
    vectors: Vectors
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
class Settings:
    """Choices of the model, each with its reason in ``docs/nlu.md``."""

    folds: int = 4
    lr_c: float = 10.0
    svc_c: float = 1.0
    neighbours: int = 5
    # Costs relative to a needless clarification: a wrong answer 6, a needless handoff 3.
    cost_wrong: float = 6.0
    cost_reject: float = 3.0
    # In-scope share that may be rejected, and miss rate of the conformal set.
    reject_quantile: float = 0.04
    conformal_alpha: float = 0.05
    max_candidates: int = 3
    seed: int = 20261122


@dataclass(frozen=True)
class Prediction:
    """What the model says about one utterance.

    Attributes:
        ranking: every intent with its probability, best first.
        confidence: probability that the first intent is right (0–1, calibrated).
        scope: how much it looks like known traffic; larger is more familiar (no unit).
        gate: what the assistant may do with it.
        candidates: conformal set, best first, at most three.
    """

    ranking: list[tuple[str, float]]
    confidence: float
    scope: float
    gate: Gate
    candidates: list[str] = field(default_factory=list)


def _softmax(logits: npt.NDArray[Any]) -> npt.NDArray[Any]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


@dataclass
class _Scores:
    lr: npt.NDArray[Any]
    svc: npt.NDArray[Any]
    similarity: npt.NDArray[Any]


class IntentModel:
    """Fit once, then ``predict``; ``arrays`` and ``metadata`` are its whole state."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.intents: list[str] = []
        self.means: dict[str, Matrix] = {}
        self.ngrams = NgramVectorizer()
        self.lr_weights = np.zeros((0, 0), dtype=np.float32)
        self.lr_bias = np.zeros(0, dtype=np.float32)
        self.svc_dense = np.zeros((0, 0), dtype=np.float32)
        self.svc_sparse = np.zeros((0, 0), dtype=np.float32)
        self.svc_bias = np.zeros(0, dtype=np.float32)
        self.memory = np.zeros((0, 0), dtype=np.float32)
        self.calibration: dict[str, dict[str, float]] = {}

    # features

    def _dense(self, vectors: Vectors, languages: Sequence[str]) -> Matrix:
        offsets = np.stack([self.means.get(language, self.means["en"]) for language in languages])
        centred = vectors - offsets
        norms = np.linalg.norm(centred, axis=1, keepdims=True)
        result: Matrix = (centred / np.maximum(norms, 1e-9)).astype(np.float32)
        return result

    def _learn_means(self, corpus: Corpus) -> None:
        everything = corpus.vectors.mean(axis=0).astype(np.float32)
        languages = np.array(corpus.languages)
        for language in LANGUAGES:
            rows = languages == language
            self.means[language] = corpus.vectors[rows].mean(axis=0) if rows.sum() >= 50 else everything

    # heads

    def _fit_heads(self, corpus: Corpus) -> None:
        self._learn_means(corpus)
        dense = self._dense(corpus.vectors, corpus.languages)
        self.ngrams = NgramVectorizer().fit(corpus.texts)
        self.intents = sorted(set(corpus.intents))
        labels = np.array([self.intents.index(intent) for intent in corpus.intents])
        lr = LogisticRegression(C=self.settings.lr_c, max_iter=300)
        lr.fit(dense, labels)
        self.lr_weights, self.lr_bias = _both_classes(lr.coef_), _both_classes(lr.intercept_)
        both = sparse.hstack([sparse.csr_matrix(dense), self.ngrams.transform(corpus.texts)], format="csr")
        svc = LinearSVC(C=self.settings.svc_c, random_state=self.settings.seed)
        svc.fit(both, labels)
        weights = _both_classes(svc.coef_)
        width = dense.shape[1]
        self.svc_dense, self.svc_sparse = weights[:, :width].copy(), np.ascontiguousarray(weights[:, width:].T)
        self.svc_bias = _both_classes(svc.intercept_)
        known = np.array(corpus.intents) != OUT_OF_SCOPE
        self.memory = np.ascontiguousarray(dense[known])

    def _scores(self, corpus: Corpus) -> _Scores:
        dense = self._dense(corpus.vectors, corpus.languages)
        grams = self.ngrams.transform(corpus.texts)
        nearest = min(self.settings.neighbours, len(self.memory))
        cosines = dense @ self.memory.T
        top = np.partition(cosines, -nearest, axis=1)[:, -nearest:]
        return _Scores(
            dense @ self.lr_weights.T + self.lr_bias,
            dense @ self.svc_dense.T + grams @ self.svc_sparse + self.svc_bias,
            top.mean(axis=1),
        )

    # calibration

    def fit(self, corpus: Corpus, validation: Corpus | None = None) -> IntentModel:
        """Fit heads on ``corpus``; calibrate on ``validation`` or else on out-of-fold scores."""
        if validation is None:
            validation, scores = self._out_of_fold(corpus)
            self._fit_heads(corpus)
        else:
            self._fit_heads(corpus)
            scores = self._scores(validation)
        for language in LANGUAGES:
            rows = np.flatnonzero(np.array(validation.languages) == language)
            if len(rows) < 50:
                rows = np.arange(len(validation))
            self.calibration[language] = self._calibrate(validation.take(rows), _rows_of(scores, rows))
        return self

    def _out_of_fold(self, corpus: Corpus) -> tuple[Corpus, _Scores]:
        labels = np.array(corpus.intents)
        parts: list[_Scores] = []
        order: list[npt.NDArray[np.int_]] = []
        splitter = StratifiedKFold(self.settings.folds, shuffle=True, random_state=self.settings.seed)
        for train, held_out in splitter.split(labels, labels):
            fold = IntentModel(self.settings)
            fold._fit_heads(corpus.take(train))
            parts.append(fold._scores(corpus.take(held_out)))
            order.append(held_out)
        rows = np.concatenate(order)
        scores = _Scores(*(np.concatenate([getattr(p, n) for p in parts]) for n in ("lr", "svc", "similarity")))
        self.intents = sorted(set(corpus.intents))
        return corpus.take(rows), scores

    def _calibrate(self, validation: Corpus, scores: _Scores) -> dict[str, float]:
        index = {intent: i for i, intent in enumerate(self.intents)}
        labels = np.array([index[intent] for intent in validation.intents])
        rows = np.arange(len(labels))

        def loss(parameters: npt.NDArray[Any]) -> float:
            mixed = _mix(scores, *np.exp(parameters[:2]), 1 / (1 + np.exp(-parameters[2])))
            return float(-np.log(np.maximum(mixed[rows, labels], 1e-9)).mean())

        best = minimize(loss, np.array([0.0, 1.0, 0.0]), method="Nelder-Mead", options={"maxiter": 150})
        values = {
            "lr_scale": float(np.exp(best.x[0])),
            "svc_scale": float(np.exp(best.x[1])),
            "lr_share": float(1 / (1 + np.exp(-best.x[2]))),
        }
        probabilities = _mix(scores, values["lr_scale"], values["svc_scale"], values["lr_share"])
        known = np.array(validation.intents) != OUT_OF_SCOPE
        signals = {"energy": _top(scores.lr), "margin": _top(scores.svc), "similarity": scores.similarity}
        for name, signal in signals.items():
            values[f"{name}_mean"] = float(signal[known].mean())
            values[f"{name}_spread"] = float(signal[known].std()) or 1.0
        scope = _scope(scores, values)
        values["reject_below"] = float(np.quantile(scope[known], self.settings.reject_quantile))
        truth = probabilities[rows, labels][known]
        values["conformal"] = float(np.quantile(truth, self.settings.conformal_alpha))
        values["answer_above"] = self._answer_threshold(probabilities, labels)
        return values

    def _answer_threshold(self, probabilities: npt.NDArray[Any], labels: npt.NDArray[Any]) -> float:
        """The confidence above which answering costs less than asking, on validation."""
        confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
        choices = np.linspace(0.3, 0.95, 66)
        costs = [
            self.settings.cost_wrong * (~right & (confidence >= c)).mean() + (confidence < c).mean() for c in choices
        ]
        return float(choices[int(np.argmin(costs))])

    # prediction

    def predict(self, texts: Sequence[str], languages: Sequence[str], vectors: Vectors) -> list[Prediction]:
        """Predictions for feature texts and their vectors."""
        corpus = Corpus(list(texts), list(languages), vectors, [""] * len(texts))
        scores = self._scores(corpus)
        return [
            self._judge(_rows_of(scores, np.array([row])), self.calibration[language])
            for row, language in enumerate(languages)
        ]

    def _judge(self, scores: _Scores, values: dict[str, float]) -> Prediction:
        probabilities = _mix(scores, values["lr_scale"], values["svc_scale"], values["lr_share"])[0]
        order = np.argsort(-probabilities)
        ranking = [(self.intents[i], float(probabilities[i])) for i in order]
        scope = float(_scope(scores, values)[0])
        candidates = [name for name, p in ranking if p >= values["conformal"]][: self.settings.max_candidates]
        candidates = [name for name in candidates if name != OUT_OF_SCOPE] or [ranking[0][0]]
        top, confidence = ranking[0]
        gate: Gate = "clarify"
        if top == OUT_OF_SCOPE or scope < values["reject_below"]:
            gate = "reject"
        elif confidence >= values["answer_above"]:
            gate = "answer"
        return Prediction(ranking, confidence, scope, gate, candidates)

    # state

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The numeric state."""
        return {
            "lr_weights": self.lr_weights,
            "lr_bias": self.lr_bias,
            "svc_dense": self.svc_dense,
            "svc_sparse": self.svc_sparse,
            "svc_bias": self.svc_bias,
            "memory": self.memory,
            "idf": self.ngrams.idf,
            **{f"mean_{language}": mean for language, mean in self.means.items()},
        }

    def metadata(self) -> dict[str, Any]:
        """The rest of the state, fit for JSON."""
        terms = sorted(self.ngrams.vocabulary, key=self.ngrams.vocabulary.__getitem__)
        return {"intents": self.intents, "calibration": self.calibration, "terms": terms}

    @classmethod
    def restore(cls, arrays: dict[str, npt.NDArray[Any]], metadata: dict[str, Any]) -> IntentModel:
        """A model from ``arrays()`` and ``metadata()``."""
        model = cls()
        for name in ("lr_weights", "lr_bias", "svc_dense", "svc_sparse", "svc_bias", "memory"):
            setattr(model, name, arrays[name])
        model.means = {language: arrays[f"mean_{language}"] for language in LANGUAGES}
        model.ngrams = NgramVectorizer({term: i for i, term in enumerate(metadata["terms"])}, arrays["idf"])
        model.intents, model.calibration = metadata["intents"], metadata["calibration"]
        return model


def _both_classes(parameters: npt.NDArray[Any]) -> Matrix:
    """One row for each class, also where scikit-learn stores one row for two classes."""
    full = parameters if len(parameters) > 1 else np.concatenate([-parameters, parameters])
    return full.astype(np.float32)


def _rows_of(scores: _Scores, rows: npt.NDArray[np.int_]) -> _Scores:
    return _Scores(scores.lr[rows], scores.svc[rows], scores.similarity[rows])


def _mix(scores: _Scores, lr_scale: float, svc_scale: float, lr_share: float) -> npt.NDArray[Any]:
    return lr_share * _softmax(scores.lr * lr_scale) + (1 - lr_share) * _softmax(scores.svc * svc_scale)


def _top(logits: npt.NDArray[Any]) -> npt.NDArray[Any]:
    best: npt.NDArray[Any] = logits.max(axis=1)
    return best


def _scope(scores: _Scores, values: dict[str, float]) -> npt.NDArray[Any]:
    """Familiarity: the sum of three standardised signals (largest logit, largest margin, nearest neighbours)."""
    signals = {"energy": _top(scores.lr), "margin": _top(scores.svc), "similarity": scores.similarity}
    parts = [(signal - values[f"{name}_mean"]) / values[f"{name}_spread"] for name, signal in signals.items()]
    total: npt.NDArray[Any] = np.sum(parts, axis=0)
    return total
