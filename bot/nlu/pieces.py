"""A sub-word tokenizer: a SentencePiece vocabulary cut down to the scripts that are served.

All pieces would cost twice the memory, and no message in Chinese or English needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sentencepiece import SentencePieceProcessor
from sentencepiece.sentencepiece_model_pb2 import ModelProto

# ASCII; punctuation and symbols; Han; full-width forms. Half-open ranges of code points.
_SERVED_SCRIPTS = ((0, 0x80), (0x2000, 0x3040), (0x3400, 0xA000), (0xFF00, 0xFFF0))
_LATIN = (0, 0x250)
_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3


class PieceTokenizer:
    """Text to the ids of a published vocabulary, with its begin and end marks."""

    def __init__(self, published: Any, begin: int, end: int, replaced: Mapping[int, str] | None = None) -> None:
        """``published`` is a SentencePiece ``ModelProto``; ``replaced`` maps code points before it sees them."""
        self._marks, self._replaced = (begin, end), replaced or {}
        kept = [i for i, piece in enumerate(published.pieces) if piece.type != _NORMAL or _is_served(piece.piece)]
        self._numbers = np.array(kept)
        reduced = ModelProto(trainer_spec=published.trainer_spec, normalizer_spec=published.normalizer_spec)
        reduced.pieces.extend(published.pieces[i] for i in kept)
        self._processor = SentencePieceProcessor(model_proto=reduced.SerializeToString())

    def ids(self, text: str, limit: int) -> list[int]:
        """Ids of at most ``limit`` tokens, marks included; what is too long loses its end."""
        begin, end = self._marks
        content = self._processor.encode(text.translate(self._replaced))
        return [begin, *self._numbers[content[: limit - 2]].tolist(), end]


def unigram_model(pieces: Iterable[tuple[str, float]], unknown: int) -> Any:
    """A ``ModelProto`` of pieces with their log probabilities; those before ``unknown`` are marks."""
    model = ModelProto()
    for number, (piece, score) in enumerate(pieces):
        kind = _CONTROL if number < unknown else _UNKNOWN if number == unknown else _NORMAL
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.unk_id = unknown
    model.trainer_spec.bos_id = model.trainer_spec.eos_id = model.trainer_spec.pad_id = -1
    model.normalizer_spec.name = "identity"
    return model


def _is_served(piece: str) -> bool:
    """Whether Chinese or English needs a piece; accented letters only singly."""
    if len(piece.lstrip("▁")) == 1 and _within(piece[-1], _LATIN):
        return True
    return all(any(_within(character, script) for script in _SERVED_SCRIPTS) for character in piece)


def _within(character: str, codes: tuple[int, int]) -> bool:
    return codes[0] <= ord(character) < codes[1]
