"""The quick intent model: support vectors over one light vector and n-grams, asked before the other encoders are run.

It answers only what it is sure of; everything else is left to the full model. Nothing here knows Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.svm import LinearSVC

from bot.nlu.calibration import Logistic
from bot.nlu.heads import OUT_OF_SCOPE, Array, Corpus, Matrix, centred, centring
from bot.nlu.intent_model import Prediction, calibration_parts
from bot.nlu.neighbours import principal_directions
from bot.nlu.ngrams import NgramVectorizer
from bot.nlu.utterance import LANGUAGES, Language

# Answered without the full model when at least this sure; decision 0009 has the curve and the price.
SURE = 0.91
_SVC_C = 0.5
_NGRAM_WEIGHT = 1.5
_RANK = 192
# Terms of fewer sentences cost memory and help no sure reading.
_MIN_COUNT = 3
# Inverse temperature of the margins.
_SCALE = 4.8
_SEED = 20261126


class _Margins:
    """Fitted support vectors: margins of every intent, and how much of the text is known."""

    def __init__(self, state: dict[str, Array], ngrams: NgramVectorizer) -> None:
        self.state = state
        self.ngrams = ngrams

    @classmethod
    def fit(cls, corpus: Corpus, intents: list[str]) -> _Margins:
        """Fit on sentences; each of ``intents`` must occur."""
        ngrams = NgramVectorizer()
        terms = ngrams.fit_transform(corpus.term_counts(), _MIN_COUNT)
        state = centring(corpus)
        dense = centred(corpus.vectors, corpus.languages, state)
        basis = principal_directions(dense, _RANK)
        joined = sparse.hstack([sparse.csr_matrix(dense @ basis), _NGRAM_WEIGHT * terms], format="csr")
        vectors = LinearSVC(C=_SVC_C, random_state=_SEED, tol=0.1, max_iter=10)
        vectors.fit(joined, [intents.index(intent) for intent in corpus.intents])
        width = basis.shape[1]
        state["dense"] = np.ascontiguousarray(basis @ vectors.coef_[:, :width].T).astype(np.float32)
        state["sparse"] = np.ascontiguousarray(_NGRAM_WEIGHT * vectors.coef_[:, width:].T).astype(np.float16)
        state["bias"] = vectors.intercept_.astype(np.float32)
        return cls(state, ngrams)

    def judge(self, texts: Sequence[str], languages: Sequence[Language], vectors: Matrix) -> tuple[Matrix, Matrix]:
        """Margins, shape (n, intents), and the share of each text's terms that are known, shape (n,)."""
        dense = centred(vectors, languages, self.state)
        margins = dense @ self.state["dense"] + self.state["bias"]
        known = np.zeros(len(texts), dtype=np.float32)
        for row, text in enumerate(texts):
            terms, weights, known[row] = self.ngrams.weights_and_share(text)
            margins[row] += weights @ self.state["sparse"][terms].astype(np.float32)
        return margins, known


@dataclass(frozen=True)
class QuickReading:
    """What the quick model says about one feature text.

    Attributes:
        probabilities: of every intent, in the order of ``QuickModel.intents``.
        prediction: the reading, or ``None`` when the full model should look at the text.
    """

    probabilities: Matrix
    prediction: Prediction | None


class QuickModel:
    """Fit once, then ``read``; ``arrays`` and ``metadata`` are its whole state."""

    def __init__(self) -> None:
        self.intents: list[str] = []
        self._margins = _Margins({}, NgramVectorizer())
        self._confidence: dict[str, Logistic] = {}

    def fit(self, corpus: Corpus, validation: Corpus | None = None) -> QuickModel:
        """Fit on both; the confidence on an eighth of ``corpus`` and on ``validation``. Uses two threads."""
        self.intents = sorted(set(corpus.intents))
        learned, judged, weighted = calibration_parts(corpus, validation, _SEED)
        everything = Corpus.join([corpus, validation]) if validation else corpus
        with ThreadPoolExecutor(2) as pool:
            final = pool.submit(_Margins.fit, everything, self.intents)
            trial = _Margins.fit(learned, self.intents)
            margins, known = trial.judge(judged.texts, judged.languages, judged.vectors)
            self._margins = final.result()
        judged, margins, known = judged.take(weighted), margins[weighted], known[weighted]
        inputs, spoken = self._inputs(margins, known, judged.texts), np.array(judged.languages)
        truth = np.array([self.intents.index(intent) for intent in judged.intents])
        served = np.array(judged.intents) != OUT_OF_SCOPE
        right = (margins.argmax(axis=1) == truth) & served
        for language in LANGUAGES:
            rows = spoken == language
            if rows.any():
                self._confidence[language] = Logistic.fit(inputs[rows], right[rows], indicators=len(self.intents))
        return self

    def read(self, text: str, language: Language, vector: Matrix) -> QuickReading:
        """The reading of one feature text."""
        margins, known = self._margins.judge([text], [language], vector[None, :])
        best = int(margins[0].argmax())
        powers = np.exp(_SCALE * (margins[0] - margins[0, best]))
        probabilities: Matrix = powers / powers.sum()
        confidence = self._confidence.get(language)
        sure = float(confidence.probability(self._inputs(margins, known, [text]))[0]) if confidence else 0.0
        if sure < SURE or self.intents[best] == OUT_OF_SCOPE:
            return QuickReading(probabilities, None)
        order = np.argsort(-probabilities)
        ranking = list(zip([self.intents[i] for i in order.tolist()], probabilities[order].tolist(), strict=True))
        return QuickReading(probabilities, Prediction(ranking, sure, sure, "answer", [self.intents[best]]))

    def _inputs(self, margins: Matrix, known: Matrix, texts: Sequence[str]) -> Array:
        """Inputs of the confidence: margin, lead, margin of out of scope, known share, length, log odds, the intent.

        Some intents (details given, corrections) are read wrongly far more often than their margins tell.
        """
        second, best = np.partition(margins, -2, axis=1)[:, -2:].T
        foreign = margins[:, self.intents.index(OUT_OF_SCOPE)] if OUT_OF_SCOPE in self.intents else np.zeros(len(best))
        others = np.log(np.maximum(np.exp(_SCALE * (margins - best[:, None])).sum(axis=1) - 1, 1e-6))
        length = np.log1p([len(text) for text in texts])
        intent = np.zeros_like(margins)
        intent[np.arange(len(margins)), margins.argmax(axis=1)] = 1
        return np.column_stack([best, best - second, foreign, known, length, -others, intent])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The numeric state."""
        return {**self._margins.state, "idf": self._margins.ngrams.idf}

    def metadata(self) -> dict[str, Any]:
        """The rest of the state, fit for JSON."""
        return {
            "intents": self.intents,
            "confidence": {language: asdict(logistic) for language, logistic in self._confidence.items()},
            "terms": self._margins.ngrams.ordered_terms(),
        }

    @classmethod
    def restore(cls, arrays: dict[str, npt.NDArray[Any]], metadata: dict[str, Any]) -> QuickModel:
        """A model from ``arrays()`` and ``metadata()``."""
        model = cls()
        model.intents = metadata["intents"]
        state = {name: array for name, array in arrays.items() if name != "idf"}
        model._margins = _Margins(state, NgramVectorizer.of(metadata["terms"], arrays["idf"]))
        model._confidence = {language: Logistic(**parts) for language, parts in metadata["confidence"].items()}
        return model
