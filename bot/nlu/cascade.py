"""The two intent models: the quick one reads first, the full one what it leaves. Nothing here knows Rasa."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from bot.nlu.encoder import RememberingEncoder, SentenceEncoder, Vectors
from bot.nlu.heads import Corpus, Matrix
from bot.nlu.intent_model import IntentModel, Prediction
from bot.nlu.ngrams import TermCounts
from bot.nlu.quick import QuickModel
from bot.nlu.utterance import Language

State = tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]
"""Arrays and metadata of one model."""
STATES = ("quick_model", "intent_model")
# Sentences encoded in one call during training: bounds the activation buffers (about 30 MB).
_BATCH = 64
_TRAINING_THREADS = 2


@dataclass(frozen=True)
class Sentences:
    """Feature texts with their languages and intents; all three have the same length."""

    texts: list[str]
    languages: list[Language]
    intents: list[str]

    def encoded(self, counted: TermCounts, *encoders: SentenceEncoder) -> list[Corpus]:
        """With the counts of their terms and the vectors of each encoder, computed in batches on two threads.

        A model that several encoders share is asked once: it keeps the vectors of the batch.
        """

        def batch(start: int) -> list[Vectors]:
            end = start + _BATCH
            return [encoder.encode(self.texts[start:end], self.languages[start:end]) for encoder in encoders]

        starts = range(0, len(self.texts), _BATCH)
        with ThreadPoolExecutor(_TRAINING_THREADS) as pool:
            batches = list(tqdm(pool.map(batch, starts), "Encoding sentences", len(starts), mininterval=1))
        return [
            Corpus(self.texts, self.languages, np.concatenate(vectors), self.intents, encoder.blocks, counted)
            for encoder, vectors in zip(encoders, zip(*batches, strict=True), strict=True)
        ]


@dataclass
class Glance:
    """The feature texts of one message while they are read.

    Attributes:
        language: theirs.
        known: the readings so far.
        opinions: the quick model's probabilities of every intent for each text that it is not sure of.
    """

    language: Language
    known: dict[str, Prediction] = field(default_factory=dict)
    opinions: dict[str, Matrix] = field(default_factory=dict)


class Cascade:
    """Fit once, then ``glance`` at the texts of a message and ``complete`` what is needed of them.

    ``states`` is everything it has learned.
    """

    def __init__(
        self,
        quick_encoder: SentenceEncoder,
        encoder: SentenceEncoder,
        remembered_sentences: int,
        states: dict[str, State] | None = None,
    ) -> None:
        self._quick_encoder = quick_encoder
        self._encoder = encoder
        self._remembering = RememberingEncoder(encoder, remembered_sentences)
        self._quick = QuickModel.restore(*states["quick_model"]) if states else None
        self._full = IntentModel.restore(*states["intent_model"]) if states else None

    def fit(self, learned: Sentences, validation: Sentences) -> Cascade:
        """Fit both models; they are calibrated on the validation part before they learn it too (decision 0007)."""
        encoders = (self._encoder, self._quick_encoder)
        counted, size = TermCounts.of(learned.texts + validation.texts), len(learned.texts)
        full, quick = learned.encoded(counted.take(slice(size)), *encoders)
        judged = validation.encoded(counted.take(slice(size, None)), *encoders) if validation.texts else (None, None)
        judged_full, judged_quick = judged
        self._full = IntentModel().fit(full, judged_full)
        self._quick = QuickModel().fit(quick, judged_quick)
        return self

    def glance(self, texts: Sequence[str], language: Language) -> Glance:
        """What the quick model says of the feature texts of one message; nothing before the fit."""
        seen = Glance(language)
        if self._quick is None or not texts:
            return seen
        for text, vector in zip(texts, self._quick_encoder.encode(texts, [language] * len(texts)), strict=True):
            reading = self._quick.read(text, language, vector)
            if reading.prediction:
                seen.known[text] = reading.prediction
            else:
                seen.opinions[text] = reading.probabilities
        return seen

    def complete(self, seen: Glance, texts: Sequence[str]) -> None:
        """Have the full model read those of ``texts`` that were glanced at and are not known yet."""
        left = [text for text in dict.fromkeys(texts) if text not in seen.known and text in seen.opinions]
        if self._full is None or not left:
            return
        languages = [seen.language] * len(left)
        vectors: Vectors = self._remembering.encode(left, languages)
        predicted = self._full.predict(left, languages, vectors, np.stack([seen.opinions[text] for text in left]))
        seen.known.update(zip(left, predicted, strict=True))

    def states(self) -> dict[str, State]:
        """By name of the model; raises ``ValueError`` before the fit."""
        if self._quick is None or self._full is None:
            raise ValueError("the cascade is not fitted")
        quick, full = (self._quick.arrays(), self._quick.metadata()), (self._full.arrays(), self._full.metadata())
        return dict(zip(STATES, (quick, full), strict=True))
