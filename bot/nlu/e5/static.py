"""Sentence vectors from the input embeddings alone: no network is run, so they cost hundredths of a millisecond."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.nlu.e5.model import MAX_TOKENS, MultilingualE5
from bot.nlu.encoder import Vectors


class StaticE5:
    """The mean of the word embeddings of multilingual-e5-small; zero for a text without words."""

    def __init__(self, model: MultilingualE5) -> None:
        self._model = model
        self.dimension = model.weights.hidden

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            inner = self._model.pieces.ids(text, MAX_TOKENS)[1:-1]
            if inner:
                vectors[row] = self._model.words(inner).mean(axis=0)
        return vectors
