"""Sentence vectors from word embeddings alone: no network is run, so they cost a tenth of a millisecond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.nlu.encoder import Vectors
from bot.nlu.onnx.graph import Weights


class WordModel(Protocol):
    """What is needed of a model: its tokens and their embeddings."""

    @property
    def weights(self) -> Weights:
        """The model's parameters; only the width is used."""
        ...

    def ids(self, text: str) -> list[int]:
        """Vocabulary ids with the begin and end marks."""
        ...

    def words(self, ids: Sequence[int]) -> Vectors:
        """Word embeddings of vocabulary ids, shape (ids, width)."""
        ...


class StaticEncoder:
    """The mean of a model's word embeddings; zero for a text without words."""

    def __init__(self, model: WordModel) -> None:
        self._model = model
        self.dimension = model.weights.hidden

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            inner = self._model.ids(text)[1:-1]
            if inner:
                vectors[row] = self._model.words(inner).mean(axis=0)
        return vectors
