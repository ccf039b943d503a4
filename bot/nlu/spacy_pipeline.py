"""The spaCy pipeline of the assistant: one tokenizer for Chinese and English, and the rule recogniser.

Chinese is cut into characters, other text at spaces and punctuation; a protected span (ID, address, error
code, version, name) is always one token, and no token is a space.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import spacy
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.nlu.entities import protected_spans

_PIECE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[A-Za-z]+(?:'[A-Za-z]+)?|\d+(?:\.\d+)?|[^\s]")

_MOST_WORDS = 100_000


def token_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every token; spaces belong to no token."""
    position = 0
    for start, end in [*protected_spans(text), (len(text), len(text))]:
        for match in _PIECE.finditer(text, position, start):
            yield match.span()
        if end > start:
            yield start, end
        position = end


class SupportTokenizer:
    """A spaCy tokenizer that never cuts protected spans.

    spaCy keeps every word it has seen for good; identifiers never come again, so the vocabulary is begun anew when it
    is full.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Tokenize; the character offset of every token is kept in ``doc.user_data['offsets']``."""
        spans = list(token_spans(text))
        words = [text[start:end] for start, end in spans]
        following = [*(start for start, _ in spans[1:]), len(text)]
        spaces = [after > end for (_, end), after in zip(spans, following, strict=False)]
        if len(self.vocab) > _MOST_WORDS:
            self.vocab = _vocabulary()
        doc = Doc(self.vocab, words=words, spaces=spaces)
        doc.user_data["offsets"] = spans
        return doc


def _vocabulary() -> Vocab:
    """Empty, and without the lexical attributes (is it like a number, a URL …) that nothing here reads."""
    return Vocab(lex_attr_getters={})


@functools.lru_cache(maxsize=1)
def create_pipeline() -> SpacyLanguage:
    """The shared pipeline object."""
    nlp = spacy.blank("xx")
    nlp.tokenizer = SupportTokenizer(_vocabulary())
    return nlp
