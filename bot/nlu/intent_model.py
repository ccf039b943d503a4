"""The intent model: heads, calibration and the decision of the gate. Nothing here knows Rasa.

A model is calibrated on predictions of heads that are fitted on seven eighths of its corpus: for the last eighth and
for the validation corpus, when one is given. The heads that serve are then fitted on everything. Out-of-scope
sentences are held out by theme (clusters of their vectors), so that the gate is judged on themes it has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans

from bot.nlu.calibration import Array, Calibration, calibrate
from bot.nlu.heads import OUT_OF_SCOPE, Corpus, Heads, HeadSettings, Matrix, Scores
from bot.nlu.neighbours import Neighbourhood
from bot.nlu.ngrams import NgramVectorizer
from bot.nlu.utterance import LANGUAGES, Language

Gate = Literal["answer", "clarify", "reject"]

# Costs in units of one needless question, agreed with how a support desk ranks them: acting on a wrong reading makes
# the customer undo something; a needless handoff costs an agent's minutes and the customer's wait.
COST_WRONG_ANSWER = 6.0
COST_NEEDLESS_HANDOFF = 3.0
# Answering beats asking when (1 - p) * COST_WRONG_ANSWER < 1.
ANSWER_ABOVE = 1 - 1 / COST_WRONG_ANSWER
# However sure the confidence model is: of readings less likely than not that it would answer, a third are wrong.
ANSWER_LIKELY = 0.5
# Handing off beats asking when P(foreign) * 1 > P(served) * COST_NEEDLESS_HANDOFF.
REJECT_BELOW = 1 / (1 + COST_NEEDLESS_HANDOFF)
MAX_CANDIDATES = 3
# Two readings are offered only where they have this much together: of those below, two in five pairs miss the truth
# (below 0.5 in cross-validation over the training sentences, from there to 0.6 on the development set), and an open
# question serves the customer better.
PAIR_LIKELY = 0.6
_FOLDS = 8
_FOREIGN_THEMES = 24
# Each validation sentence counts as so many: sentences of independent writers lead (decision 0007).
_VALIDATION_WEIGHT = 6
_MIN_CALIBRATION_ROWS = 200


@dataclass(frozen=True)
class Prediction:
    """What the model says about one utterance.

    Attributes:
        ranking: every intent with its probability, best first.
        confidence: probability that the first intent is right (0–1, calibrated).
        scope: probability that the assistant serves this at all (0–1), or the standardised familiarity when the
            training data has no out-of-scope intent.
        gate: what the assistant may do with it.
        candidates: conformal set, best first, at most three; when asked about (``clarify``) at least two, or only the
            first where even two are not likely to hold the truth.
    """

    ranking: list[tuple[str, float]]
    confidence: float
    scope: float
    gate: Gate
    candidates: list[str] = field(default_factory=list)


class IntentModel:
    """Fit once, then ``predict``; ``arrays`` and ``metadata`` are its whole state."""

    def __init__(self, settings: HeadSettings | None = None) -> None:
        self.settings = settings or HeadSettings()
        self.heads = Heads(self.settings)
        self.calibrations: dict[str, Calibration] = {}

    @property
    def intents(self) -> list[str]:
        """The intents in column order."""
        return self.heads.intents

    def fit(self, corpus: Corpus, validation: Corpus | None = None, learn_validation: bool = True) -> IntentModel:
        """Fit on both; calibrate on an eighth of ``corpus`` and on ``validation``. Uses two threads.

        Without ``learn_validation`` the heads never see the validation part, which benchmarks need.
        """
        intents = sorted(set(corpus.intents))
        learned, judged, weighted = calibration_parts(corpus, validation, self.settings.seed)
        everything = Corpus.join([corpus, validation]) if validation and learn_validation else corpus
        with ThreadPoolExecutor(2) as pool:
            final = pool.submit(Heads(self.settings).fit, everything, intents)
            scores = Heads(self.settings).fit(learned, intents).scores(judged.texts, judged.languages, judged.vectors)
            self.heads = final.result()
        judged, scores = judged.take(weighted), scores.take(weighted)
        languages = np.array(judged.languages)
        for language in LANGUAGES:
            rows = np.flatnonzero(languages == language)
            rows = rows if len(rows) >= _MIN_CALIBRATION_ROWS else np.arange(len(judged))
            self.calibrations[language] = calibrate(judged.take(rows), scores.take(rows), intents)
        return self

    def predict(
        self, texts: Sequence[str], languages: Sequence[Language], vectors: Matrix, opinions: Matrix | None = None
    ) -> list[Prediction]:
        """Predictions for feature texts and their vectors.

        ``opinions`` are another model's probabilities, shape (n, intents): they have a say in what is offered behind
        the first reading.
        """
        scores = self.heads.scores(texts, languages, vectors)
        return [
            self._judge(
                scores.take(slice(row, row + 1)),
                self.calibrations[name],
                opinions if opinions is None else opinions[row],
            )
            for row, name in enumerate(languages)
        ]

    def _judge(self, scores: Scores, calibration: Calibration, opinion: Matrix | None) -> Prediction:
        mixed = calibration.probabilities(scores)
        probabilities = mixed[0]
        order = np.argsort(-probabilities)
        ranking = [(self.intents[i], float(probabilities[i])) for i in order]
        inputs = calibration.judge_inputs(scores, self.intents, mixed)
        confidence = float(calibration.confidence.probability(inputs)[0]) if calibration.confidence else ranking[0][1]
        if calibration.scope:
            scope = float(calibration.scope.probability(inputs)[0])
            foreign = scope < REJECT_BELOW
        else:
            scope = float(calibration.familiarity(scores)[0])
            foreign = scope < calibration.tail
        top = ranking[0][0]
        gate: Gate = "clarify"
        if foreign or (top == OUT_OF_SCOPE and confidence >= ANSWER_ABOVE):
            gate = "reject"
        elif top != OUT_OF_SCOPE and confidence >= ANSWER_ABOVE and ranking[0][1] >= ANSWER_LIKELY:
            gate = "answer"
        least = 2 if gate == "clarify" else 1
        candidates = _candidates(ranking, calibration.conformal, least)
        likely = probabilities if opinion is None else (probabilities + opinion) / 2
        return Prediction(ranking, confidence, scope, gate, self._offered(candidates, likely, gate))

    def _offered(self, candidates: list[str], likely: Array, gate: Gate) -> list[str]:
        """As many candidates with the same first one, behind it the likeliest; only the first of an unlikely pair."""
        served = [self.intents[i] for i in np.argsort(-likely) if self.intents[i] != OUT_OF_SCOPE]
        offered = [candidates[0], *(name for name in served if name != candidates[0])][: len(candidates)]
        together = sum(float(likely[self.intents.index(name)]) for name in offered[:2])
        return offered[:1] if gate == "clarify" and together < PAIR_LIKELY else offered

    def arrays(self) -> dict[str, Array]:
        """The numeric state."""
        near = {
            f"near.{language}.{name}": array
            for language, neighbourhood in self.heads.neighbourhoods.items()
            for name, array in neighbourhood.arrays().items()
        }
        return {**self.heads.state, **near, "idf": self.heads.ngrams.idf}

    def metadata(self) -> dict[str, Any]:
        """The rest of the state, fit for JSON."""
        return {
            "intents": self.intents,
            "calibrations": {language: c.to_json() for language, c in self.calibrations.items()},
            "terms": self.heads.ngrams.ordered_terms(),
        }

    @classmethod
    def restore(cls, arrays: dict[str, Array], metadata: dict[str, Any]) -> IntentModel:
        """A model from ``arrays()`` and ``metadata()``."""
        model = cls()
        model.heads.state = {name: array for name, array in arrays.items() if name != "idf" and "." not in name}
        model.heads.ngrams = NgramVectorizer.of(metadata["terms"], arrays["idf"])
        model.heads.intents = metadata["intents"]
        for language in LANGUAGES:
            prefix = f"near.{language}."
            parts = {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
            if parts:
                model.heads.neighbourhoods[language] = Neighbourhood.restore(parts)
        model.calibrations = {name: Calibration.from_json(c) for name, c in metadata["calibrations"].items()}
        return model


def _candidates(ranking: list[tuple[str, float]], threshold: float, least: int) -> list[str]:
    """The conformal set without ``out_of_scope``, at least ``least`` intents."""
    served = [(name, probability) for name, probability in ranking if name != OUT_OF_SCOPE]
    chosen = sum(probability >= threshold for _, probability in served)
    return [name for name, _ in served[: min(MAX_CANDIDATES, max(least, chosen))]]


def calibration_parts(
    corpus: Corpus, validation: Corpus | None, seed: int
) -> tuple[Corpus, Corpus, npt.NDArray[np.int_]]:
    """What a trial learns; what it is judged on; and the rows of that, those of the validation part by their weight.

    It is judged on an eighth of the corpus and on the validation part.
    """
    held_out = _held_out_rows(corpus, seed)
    eighth = corpus.take(np.flatnonzero(held_out))
    judged = Corpus.join([eighth, validation]) if validation else eighth
    weighted = [np.arange(len(eighth)), *[np.arange(len(eighth), len(judged))] * _VALIDATION_WEIGHT]
    return corpus.take(np.flatnonzero(~held_out)), judged, np.concatenate(weighted)


def _held_out_rows(corpus: Corpus, seed: int) -> npt.NDArray[np.bool_]:
    """One row in ``_FOLDS`` of each intent and language; of the out-of-scope rows one theme in ``_FOLDS``."""
    strata = np.array([f"{i}/{lang}" for i, lang in zip(corpus.intents, corpus.languages, strict=True)])
    held_out = np.zeros(len(corpus), dtype=np.bool_)
    generator = np.random.default_rng(seed)
    for stratum in np.unique(strata):
        rows = generator.permutation(np.flatnonzero(strata == stratum))
        held_out[rows[: len(rows) // _FOLDS]] = True
    foreign = np.flatnonzero(np.array(corpus.intents) == OUT_OF_SCOPE)
    if len(foreign) >= _FOREIGN_THEMES * _FOLDS:
        themes = MiniBatchKMeans(_FOREIGN_THEMES, random_state=seed, n_init=3)
        held_out[foreign] = themes.fit_predict(corpus.vectors[foreign, -corpus.blocks[-1] :]) % _FOLDS == 0
    return held_out
