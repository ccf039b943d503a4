"""Rasa component: the sentence vector of the message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
from tqdm import tqdm

from bot.nlu.clauses import clauses_of
from bot.nlu.encoder import DEFAULT_ENCODER, RememberingEncoder, SentenceEncoder, Vectors, shared_encoder
from bot.nlu.extractor import feature_text_of
from bot.nlu.normalizer import language_of
from bot.nlu.provenance import source_fingerprint

# Sentences encoded in one call during training: bounds the activation buffers (about 30 MB).
_BATCH = 64
_TRAINING_THREADS = 2
# Predictions by feature text: of the message and its possible clauses, set where the quick model is sure.
READINGS = "readings"
# Vectors by feature text of what is not read yet.
VECTORS = "vectors_to_read"


def texts_of(message: Message) -> list[str]:
    """The feature texts to be read: of the message, then of its possible clauses; none if the message says nothing."""
    whole = feature_text_of(message) if message.get(TEXT) else ""
    return list(dict.fromkeys([whole, *(clause.features for clause in clauses_of(message))])) if whole else []


def vector_of(message: Message) -> Vectors | None:
    """The sentence vector, shape ``(dimension,)``, or ``None`` when the featurizer has not run."""
    _, sentence = message.get_dense_features(TEXT, [])
    return None if sentence is None else sentence.features[-1]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Multilingual sentence vectors; one sentence feature per message."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder: SentenceEncoder = shared_encoder(config["encoder"])
        self._remembering = RememberingEncoder(self._encoder, config["remembered_sentences"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the parent class."""
        return {**DenseFeaturizer.get_default_config(), "encoder": DEFAULT_ENCODER, "remembered_sentences": 2048}

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

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changed code means changed features."""
        return source_fingerprint()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training example, in batches on two threads."""
        spoken = [example for example in training_data.training_examples if example.get(TEXT)]
        batches = [spoken[first : first + _BATCH] for first in range(0, len(spoken), _BATCH)]
        with ThreadPoolExecutor(_TRAINING_THREADS) as pool:
            texts = [[feature_text_of(example) for example in batch] for batch in batches]
            languages = [[language_of(example) for example in batch] for batch in batches]
            computed = pool.map(self._encoder.encode, texts, languages)
            encoded = tqdm(computed, "Encoding sentences", len(batches), mininterval=1)
            for batch, vectors in zip(batches, encoded, strict=True):
                self._attach(batch, vectors)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the vectors of what the quick model has not read: of the message and of its possible clauses."""
        for message in messages:
            read = message.get(READINGS) or {}
            texts = [text for text in texts_of(message) if text not in read]
            if texts:
                vectors = self._remembering.encode(texts, [language_of(message)] * len(texts))
                message.set(VECTORS, dict(zip(texts, vectors, strict=True)))
        return messages

    def _attach(self, messages: list[Message], vectors: Vectors) -> None:
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
