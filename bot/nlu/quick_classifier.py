"""Rasa component: asks the quick model before the sentence encoder runs; stands before the featurizer."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.classifier import is_validation, load_state, store_state
from bot.nlu.encoder import QUICK_ENCODER, shared_encoder
from bot.nlu.extractor import feature_text_of
from bot.nlu.featurizer import READINGS, texts_of
from bot.nlu.heads import Corpus
from bot.nlu.normalizer import language_of
from bot.nlu.provenance import source_fingerprint
from bot.nlu.quick import QuickModel

_STATE = "quick_model"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuickIntentClassifier(GraphComponent, IntentClassifier):
    """Reads the messages that need no network; leaves the others to the classifier behind the featurizer."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: QuickModel | None = None
    ) -> None:
        self._encoder = shared_encoder(config["encoder"])
        self._storage = storage
        self._resource = resource
        self.model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the parent class."""
        return {"encoder": QUICK_ENCODER}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuickIntentClassifier:
        """See the parent class."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> QuickIntentClassifier:
        """Restore the trained model. Raises ``ValueError`` when the archive holds none."""
        state = load_state(model_storage, resource, _STATE)
        return cls(config, model_storage, resource, QuickModel.restore(*state))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changed code means another model."""
        return source_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples that carry an intent and a text, store the model."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        learned = self._corpus([example for example in examples if not is_validation(example)])
        validation = self._corpus([example for example in examples if is_validation(example)])
        self.model = QuickModel().fit(learned, validation)
        store_state(self._storage, self._resource, _STATE, self.model.arrays(), self.model.metadata())
        return self._resource

    def _corpus(self, messages: list[Message]) -> Corpus:
        texts = [feature_text_of(message) for message in messages]
        languages = [language_of(message) for message in messages]
        intents = [message.get(INTENT) for message in messages]
        return Corpus(texts, languages, self._encoder.encode(texts, languages), intents)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the readings of the messages and possible clauses that the quick model is sure of."""
        if self.model is None:
            return messages
        for message in messages:
            texts, language = texts_of(message), language_of(message)
            vectors = self._encoder.encode(texts, [language] * len(texts))
            found = [self.model.predict(text, language, vector) for text, vector in zip(texts, vectors, strict=True)]
            message.set(READINGS, {text: reading for text, reading in zip(texts, found, strict=True) if reading})
        return messages
