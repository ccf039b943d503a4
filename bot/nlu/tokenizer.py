"""Rasa component: tokens from the spaCy pipeline, with offsets into the customer's own text, and the rules' entities.

Both are read off the same shapes. One component, since each node of Rasa's graph costs every message some 40 µs.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.extractor import extract_entities
from bot.nlu.normalizer import utterance_of
from bot.nlu.spacy_pipeline import create_pipeline
from bot.nlu.utterance import normalise


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=False,
)
class SupportTokenizer(Tokenizer):
    """Never cuts an ID, address, error code, version or name; yields no space tokens."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the parent class."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """As it was: no component of the pipeline learns from tokens."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the tokens and the entities of each message."""
        for message in super().process(messages):
            if message.get(TEXT):
                extract_entities(message)
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute."""
        text = message.get(attribute)
        utterance = utterance_of(message) if attribute == TEXT else normalise(text)
        document = create_pipeline().make_doc(utterance.text)
        tokens = []
        for start, end in document.user_data["offsets"]:
            first, last = utterance.original_span(start, end)
            tokens.append(Token(utterance.original[first:last], first, last))
        return tokens
