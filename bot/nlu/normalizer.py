"""Rasa component: normalises the message and identifies its language."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.utterance import DEFAULT_LANGUAGE, Language, Utterance, normalise

UTTERANCE = "utterance"


def utterance_of(message: Message) -> Utterance:
    """The normalised message; normalises on the spot when the component has not run."""
    known = message.get(UTTERANCE)
    if isinstance(known, Utterance):
        return known
    utterance = normalise(message.get(TEXT) or "")
    message.set(UTTERANCE, utterance)
    return utterance


def language_of(message: Message) -> Language:
    """The language of the message by its own words."""
    return utterance_of(message).language or DEFAULT_LANGUAGE


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class UtteranceNormalizer(GraphComponent):
    """Sets ``utterance``: NFKC, width and script folded, language tagged; the original text is not altered."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UtteranceNormalizer:
        """See the parent class."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Normalise every training example."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Normalise the messages."""
        for message in messages:
            if message.get(TEXT):
                utterance_of(message)
        return messages
