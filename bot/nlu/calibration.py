"""From raw scores to probabilities: temperature and mixture, confidence, scope, conformal threshold.

One :class:`Calibration` per language, fitted on predictions of sentences that the heads have not seen.
"""

from __future__ import annotations

import functools
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from bot.nlu.heads import OUT_OF_SCOPE, Corpus, Scores

Array = npt.NDArray[Any]

# Share of in-scope validation whose truth may be missing from the candidate set.
CONFORMAL_MISS = 0.05
# Share of in-scope validation below which a message may be called foreign without out-of-scope examples.
_TAIL = 0.05
_MIN_FOREIGN = 40
# Weight of the neighbours' votes in the mixture (0–1). Likelihood would give them less, but a second opinion that
# can disagree makes the second reading better (docs/nlu.md).
_VOTES_SHARE = 0.45
# Weight of a foreign row against an in-scope row in the confidence model: on real traffic they are that rare.
_FOREIGN_WEIGHT = 0.3


@dataclass
class Logistic:
    """A standardised logistic model: ``expit(bias + sum(weight * (x - mean) / spread))``."""

    means: list[float]
    spreads: list[float]
    weights: list[float]
    bias: float

    @classmethod
    def fit(cls, inputs: Array, truth: Array, weights: Array | None = None, indicators: int = 0) -> Logistic:
        """Fit on rows of ``inputs``; ``truth`` is boolean. A constant truth gives a constant probability.

        The last ``indicators`` columns are 0 or 1 and stay as they are: standardised, a rare one would weigh too much.
        """
        means, spreads = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), 1e-6)
        if indicators:
            means[-indicators:], spreads[-indicators:] = 0.0, 1.0
        rate = float(truth.mean())
        if rate in (0.0, 1.0):
            safe = min(max(rate, 0.01), 0.99)
            return cls(means.tolist(), spreads.tolist(), [0.0] * inputs.shape[1], float(np.log(safe / (1 - safe))))
        model = LogisticRegression(C=1.0, max_iter=500).fit((inputs - means) / spreads, truth, weights)
        return cls(means.tolist(), spreads.tolist(), model.coef_[0].tolist(), float(model.intercept_[0]))

    def probability(self, inputs: Array) -> Array:
        """Probabilities of the rows."""
        slopes, offset = self._folded
        result: Array = expit(inputs @ slopes + offset)
        return result

    @functools.cached_property
    def _folded(self) -> tuple[Array, float]:
        """The standardisation folded into slopes and an offset."""
        slopes = np.array(self.weights) / np.array(self.spreads)
        return slopes, self.bias - float(slopes @ np.array(self.means))


@dataclass
class Mixture:
    """Probabilities of the heads at their temperatures, and the votes of the neighbours, by their shares.

    Attributes:
        lr_scale, svc_scale: inverse temperatures of the two heads.
        lr_share: weight of the first head (0–1); the support vectors have what it and the votes leave.
    """

    lr_scale: float = 1.0
    svc_scale: float = 4.0
    lr_share: float = 0.2

    def probabilities(self, scores: Scores) -> Array:
        """Shape (n, intents)."""
        result: Array = (
            self.lr_share * _softmax(scores.logits * self.lr_scale)
            + (1 - _VOTES_SHARE - self.lr_share) * _softmax(scores.margins * self.svc_scale)
            + _VOTES_SHARE * scores.votes
        )
        return result

    @classmethod
    def fit(cls, scores: Scores, labels: Array) -> Mixture:
        """The mixture with the least negative log likelihood of the labels."""
        rows = np.arange(len(labels))

        def loss(parameters: Array) -> float:
            mixed = cls._of(parameters).probabilities(scores)
            return float(-np.log(np.maximum(mixed[rows, labels], 1e-9)).mean())

        options = {"maxiter": 120, "xatol": 0.02, "fatol": 1e-4}
        return cls._of(minimize(loss, np.array([0.3, 1.5, -0.5]), method="Nelder-Mead", options=options).x)

    @classmethod
    def _of(cls, parameters: Array) -> Mixture:
        """From the logarithms of both scales, and the log odds of the first head against the second."""
        scales = np.exp(parameters[:2])
        return cls(float(scales[0]), float(scales[1]), float(expit(parameters[2])) * (1 - _VOTES_SHARE))


@dataclass
class Calibration:
    """Everything learned about one language.

    Attributes:
        mixture: how the heads and the neighbours are mixed.
        signal_means, signal_spreads: in-scope statistics of the scope signals.
        confidence: P(first intent is right).
        scope: P(the message is something the assistant serves); ``None`` without out-of-scope examples.
        tail: sum of standardised signals at the lowest in-scope quantile.
        conformal: probability that an intent needs to be a candidate.
    """

    mixture: Mixture = field(default_factory=Mixture)
    signal_means: list[float] = field(default_factory=list)
    signal_spreads: list[float] = field(default_factory=list)
    confidence: Logistic | None = None
    scope: Logistic | None = None
    tail: float = -6.0
    conformal: float = 0.02

    def probabilities(self, scores: Scores) -> Array:
        """The mixture of both heads and the neighbours, shape (n, intents)."""
        return self.mixture.probabilities(scores)

    def familiarity(self, scores: Scores) -> Array:
        """Sum of the standardised familiarity signals (larger is more familiar)."""
        signals = familiarity_signals(scores)
        total: Array = ((signals - np.array(self.signal_means)) / np.array(self.signal_spreads)).sum(axis=1)
        return total

    def judge_inputs(self, scores: Scores, intents: list[str], probabilities: Array) -> Array:
        """Inputs of the confidence and scope models, shape (n, 11); ``probabilities`` are those of the scores."""
        ordered = np.sort(probabilities, axis=1)
        best, second = ordered[:, -1], ordered[:, -2]
        logit = np.log(np.clip(best, 1e-6, 1 - 1e-6) / np.clip(1 - best, 1e-6, 1))
        foreign = probabilities[:, intents.index(OUT_OF_SCOPE)] if OUT_OF_SCOPE in intents else np.zeros(len(best))
        foreign_logit = np.log(np.clip(foreign, 1e-6, 1 - 1e-6) / np.clip(1 - foreign, 1e-6, 1))
        agree = (scores.logits.argmax(axis=1) == scores.margins.argmax(axis=1)).astype(float)
        return np.column_stack(
            [
                logit,
                np.log(np.maximum(best / np.maximum(second, 1e-9), 1)),
                foreign_logit,
                agree,
                scores.votes[np.arange(len(best)), probabilities.argmax(axis=1)],
                scores.foreign,
                familiarity_signals(scores),
            ]
        )

    def to_json(self) -> dict[str, Any]:
        """Fit for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Calibration:
        """The inverse of ``to_json``."""
        parts = dict(content)
        parts["mixture"] = Mixture(**parts["mixture"])
        for name in ("confidence", "scope"):
            parts[name] = Logistic(**parts[name]) if parts[name] else None
        return cls(**parts)


def familiarity_signals(scores: Scores) -> Array:
    """Energy, largest margin, similarity to neighbours, to the predicted intent and to its centre, shape (n, 5)."""
    highest = scores.logits.max(axis=1)
    energy = highest + np.log(np.exp(scores.logits - highest[:, None]).sum(axis=1))
    return np.column_stack([energy, scores.margins.max(axis=1), scores.similarity, scores.fit, scores.centre])


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Array = powers / powers.sum(axis=1, keepdims=True)
    return result


def calibrate(validation: Corpus, scores: Scores, intents: list[str]) -> Calibration:
    """Fit a calibration on unseen predictions of one language."""
    index = {intent: i for i, intent in enumerate(intents)}
    labels = np.array([index[intent] for intent in validation.intents])
    known = np.array(validation.intents) != OUT_OF_SCOPE
    result = Calibration()
    result.mixture = Mixture.fit(scores, labels)
    signals = familiarity_signals(scores)[known]
    result.signal_means = signals.mean(axis=0).tolist()
    result.signal_spreads = np.maximum(signals.std(axis=0), 1e-6).tolist()
    result.tail = float(np.quantile(result.familiarity(scores)[known], _TAIL))
    probabilities = result.probabilities(scores)
    truth = probabilities[np.arange(len(labels)), labels]
    result.conformal = float(np.quantile(truth[known], CONFORMAL_MISS))
    inputs = result.judge_inputs(scores, intents, probabilities)
    weights = np.where(known, 1.0, _FOREIGN_WEIGHT)
    result.confidence = Logistic.fit(inputs, probabilities.argmax(axis=1) == labels, weights)
    if (~known).sum() >= _MIN_FOREIGN:
        result.scope = Logistic.fit(inputs, known)
    return result
