"""Rasa component: intent, full ranking and the judgement of the gate."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.cascade import STATES, Cascade, Sentences, State
from bot.nlu.clauses import accepted, clauses_of
from bot.nlu.encoder import DEFAULT_ENCODER, QUICK_ENCODER, shared_encoder
from bot.nlu.extractor import as_rasa_entity, feature_text_of
from bot.nlu.intent_model import Prediction
from bot.nlu.normalizer import language_of, utterance_of
from bot.nlu.provenance import source_fingerprint

PREDICTION = "intent_prediction"
CLAUSES = "clauses"
# Where a training file says so in the metadata of an intent, its sentences calibrate before they are learned.
PART, VALIDATION = "part", "validation"


def store_states(storage: ModelStorage, resource: Resource, states: dict[str, State]) -> None:
    """Write the states of the models into the archive."""
    with storage.write_to(resource) as folder:
        for name, (arrays, metadata) in states.items():
            np.savez(folder / f"{name}.npz", **arrays)
            (folder / f"{name}.json").write_text(json.dumps(metadata, ensure_ascii=False), encoding="utf-8")


def load_states(storage: ModelStorage, resource: Resource) -> dict[str, State]:
    """The states of both models. Raises ``ValueError`` when the archive lacks one."""
    try:
        with storage.read_from(resource) as folder:
            return {
                name: (
                    dict(np.load(folder / f"{name}.npz", allow_pickle=False)),
                    json.loads((folder / f"{name}.json").read_text(encoding="utf-8")),
                )
                for name in STATES
            }
    except (ValueError, FileNotFoundError) as missing:
        raise ValueError("the model archive holds no trained intent models; train again") from missing


def _is_validation(example: Message) -> bool:
    metadata = example.get(METADATA) or {}
    return bool((metadata.get(METADATA_INTENT) or {}).get(PART) == VALIDATION)


def _sentences(examples: list[Message]) -> Sentences:
    return Sentences(
        [feature_text_of(example) for example in examples],
        [language_of(example) for example in examples],
        [example.get(INTENT) for example in examples],
    )


def _texts_of(message: Message) -> list[str]:
    """The feature texts to be read: of the message, then of its possible clauses; none if the message says nothing."""
    whole = feature_text_of(message) if message.get(TEXT) else ""
    return list(dict.fromkeys([whole, *(clause.features for clause in clauses_of(message))])) if whole else []


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class HybridIntentClassifier(GraphComponent, IntentClassifier):
    """A quick model, and behind it calibrated heads over sentence vectors and n-grams."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        states: dict[str, State] | None = None,
    ) -> None:
        self._storage = storage
        self._resource = resource
        encoders = (shared_encoder(config["quick_encoder"]), shared_encoder(config["encoder"]))
        self._cascade = Cascade(*encoders, config["remembered_sentences"], states)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the parent class."""
        return {"quick_encoder": QUICK_ENCODER, "encoder": DEFAULT_ENCODER, "remembered_sentences": 2048}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HybridIntentClassifier:
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
    ) -> HybridIntentClassifier:
        """Restore the trained models. Raises ``ValueError`` when the archive lacks one."""
        return cls(config, model_storage, resource, load_states(model_storage, resource))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changed code means another model."""
        return source_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples that carry an intent and a text, calibrate on the validation part, store the models."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        if len({example.get(INTENT) for example in examples}) < 2:
            raise ValueError("intent training needs sentences of at least two intents")
        learned = _sentences([example for example in examples if not _is_validation(example)])
        validation = _sentences([example for example in examples if _is_validation(example)])
        store_states(self._storage, self._resource, self._cascade.fit(learned, validation).states())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets ``intent`` and ``intent_ranking``; an empty message gets no intent."""
        for message in messages:
            readings = self._cascade.read(_texts_of(message), language_of(message))
            if not readings:
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [], add_to_output=True)
                continue
            prediction = readings[feature_text_of(message)]
            ranking = [{"name": name, "confidence": probability} for name, probability in prediction.ranking]
            message.set(PREDICTION, prediction)
            message.set(CLAUSES, _clauses(message, readings))
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def _clauses(message: Message, readings: dict[str, Prediction]) -> list[dict[str, Any]]:
    clauses, utterance, result = clauses_of(message), utterance_of(message), []
    predictions = [readings[clause.features] for clause in clauses]
    for clause, intent, confidence in accepted(utterance.text, clauses, predictions):
        start, end = utterance.original_span(clause.start, clause.end)
        entities = [as_rasa_entity(entity, utterance) for entity in clause.entities]
        result.append(
            {
                "text": utterance.original[start:end],
                "intent": intent,
                "confidence": round(confidence, 4),
                "entities": entities,
                "start": start,
                "end": end,
            }
        )
    return result
