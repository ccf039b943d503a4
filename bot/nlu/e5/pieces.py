"""The encoder's sub-word tokenizer: the vocabulary of the weight file in the ``tokenizers`` library."""

from __future__ import annotations

from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from bot.nlu.e5.weights import Vocabulary


class PieceTokenizer:
    """Text to vocabulary ids, with the begin and end marks."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._begin, self._end = vocabulary.begin, vocabulary.end
        self._normalisation = vocabulary.normalisation
        self._tokenizer = Tokenizer(Unigram(vocabulary.pieces, vocabulary.unknown, False))
        self._tokenizer.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme="always", split=False)

    def ids(self, text: str, limit: int) -> list[int]:
        """Ids of at most ``limit`` tokens, marks included; what is too long loses its end."""
        normalised = " ".join(part for part in text.translate(self._normalisation).split(" ") if part)
        content = self._tokenizer.encode(normalised, add_special_tokens=False).ids
        return [self._begin, *content[: limit - 2], self._end]
