"""The encoder's sub-word tokenizer: the vocabulary of the weight file in the ``tokenizers`` library."""

from __future__ import annotations

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from bot.nlu.e5.weights import Vocabulary

# ASCII; punctuation and symbols; Han; full-width forms. Half-open ranges of code points.
_SERVED_SCRIPTS = ((0, 0x80), (0x2000, 0x3040), (0x3400, 0xA000), (0xFF00, 0xFFF0))
_LATIN = (0, 0x250)


class PieceTokenizer:
    """Text to vocabulary ids, with the begin and end marks."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._begin, self._end = vocabulary.begin, vocabulary.end
        self._normalisation = vocabulary.normalisation
        kept = [i for i, (piece, _) in enumerate(vocabulary.pieces) if i <= vocabulary.unknown or _is_served(piece)]
        self._numbers = np.array(kept)
        self._tokenizer = Tokenizer(
            Unigram([vocabulary.pieces[i] for i in kept], kept.index(vocabulary.unknown), False)
        )
        self._tokenizer.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme="always", split=False)

    def ids(self, text: str, limit: int) -> list[int]:
        """Ids of at most ``limit`` tokens, marks included; what is too long loses its end."""
        normalised = " ".join(part for part in text.translate(self._normalisation).split(" ") if part)
        content = self._tokenizer.encode(normalised, add_special_tokens=False).ids
        return [self._begin, *self._numbers[content[: limit - 2]].tolist(), self._end]


def _is_served(piece: str) -> bool:
    """Whether Chinese or English needs a piece; accented letters only singly. All would cost 150 MB of memory more."""
    if len(piece.lstrip("▁")) == 1 and _within(piece[-1], _LATIN):
        return True
    return all(any(_within(character, script) for script in _SERVED_SCRIPTS) for character in piece)


def _within(character: str, codes: tuple[int, int]) -> bool:
    return codes[0] <= ord(character) < codes[1]
