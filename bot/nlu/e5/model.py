"""multilingual-e5-small as a model for the ONNX encoder."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from bot.nlu.e5.weights import WeightFile, dequantise
from bot.nlu.encoder import Vectors
from bot.nlu.pieces import PieceTokenizer, unigram_model

MAX_TOKENS = 64
_HAN = re.compile(r"[\u3400-\u9fff]")


class MultilingualE5:
    """Serves Chinese and English. Raises ``WeightFileError`` when its package is not installed."""

    name = "e5-int8"

    def __init__(self) -> None:
        self.weights = weights = WeightFile()
        vocabulary = weights.vocabulary()
        published = unigram_model(vocabulary.pieces, vocabulary.unknown)
        self._pieces = PieceTokenizer(published, vocabulary.begin, vocabulary.end, vocabulary.normalisation)
        self._words = weights.stored("emb.word", weights.hidden)
        self._positions = (
            weights.floats("emb.pos", -1, weights.hidden) + weights.floats("emb.type", -1, weights.hidden)[0]
        )

    def ids(self, text: str) -> list[int]:
        """Vocabulary ids with the begin mark, at most ``MAX_TOKENS``; the end mark only for Chinese (decision 0014)."""
        ids = self._pieces.ids(text, MAX_TOKENS)
        return ids if _HAN.search(text) else ids[:-1]

    def words(self, ids: Sequence[int]) -> Vectors:
        """Word embeddings of vocabulary ids, shape (ids, hidden)."""
        return dequantise(self._words[ids])

    def embeddings(self, text: str) -> Vectors:
        """Input embeddings of the text, at most ``MAX_TOKENS`` of them, without the published prefix (docs/nlu.md)."""
        ids = self.ids(text)
        summed: Vectors = self.words(ids) + self._positions[: len(ids)]
        return summed


@functools.lru_cache(maxsize=1)
def shared_e5() -> MultilingualE5:
    """The model of this process."""
    return MultilingualE5()
