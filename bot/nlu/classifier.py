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
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.clauses import accepted, clauses_of
from bot.nlu.extractor import as_rasa_entity, feature_text_of
from bot.nlu.featurizer import READINGS, VECTORS, vector_of
from bot.nlu.heads import Array, Corpus
from bot.nlu.intent_model import IntentModel, Prediction
from bot.nlu.normalizer import language_of, utterance_of
from bot.nlu.provenance import source_fingerprint

PREDICTION = "intent_prediction"
CLAUSES = "clauses"
# Where a training file says so in the metadata of an intent, its sentences calibrate and are not learned.
PART, VALIDATION = "part", "validation"
_STATE = "intent_model"


def corpus_of(messages: list[Message]) -> Corpus:
    """The featurized messages as a training corpus."""
    return Corpus(
        [feature_text_of(message) for message in messages],
        [language_of(message) for message in messages],
        np.stack([vector for message in messages if (vector := vector_of(message)) is not None]),
        [message.get(INTENT) for message in messages],
    )


def store_state(
    storage: ModelStorage, resource: Resource, name: str, arrays: dict[str, Array], metadata: dict[str, Any]
) -> None:
    """Write the state of a model into the archive."""
    with storage.write_to(resource) as folder:
        np.savez(folder / f"{name}.npz", **arrays)
        (folder / f"{name}.json").write_text(json.dumps(metadata, ensure_ascii=False), encoding="utf-8")


def load_state(storage: ModelStorage, resource: Resource, name: str) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays and metadata of a model. Raises ``ValueError`` when the archive holds none."""
    try:
        with storage.read_from(resource) as folder:
            arrays = dict(np.load(folder / f"{name}.npz", allow_pickle=False))
            metadata = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except (ValueError, FileNotFoundError) as missing:
        raise ValueError("the model archive holds no trained intent model; train again") from missing
    return arrays, metadata


def is_validation(example: Message) -> bool:
    """Whether the example belongs to the validation part."""
    metadata = example.get(METADATA) or {}
    return bool((metadata.get(METADATA_INTENT) or {}).get(PART) == VALIDATION)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class HybridIntentClassifier(GraphComponent, IntentClassifier):
    """Two calibrated linear heads over sentence vectors and n-grams."""

    def __init__(self, storage: ModelStorage, resource: Resource, model: IntentModel | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self.model = model

    @classmethod
    def required_components(cls) -> list[type]:
        """Needs a sentence vector."""
        return [Featurizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HybridIntentClassifier:
        """See the parent class."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HybridIntentClassifier:
        """Restore the trained model. Raises ``ValueError`` when the archive holds none."""
        return cls(model_storage, resource, IntentModel.restore(*load_state(model_storage, resource, _STATE)))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changed code means another model."""
        return source_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples that carry an intent and a text, calibrate on the validation part, store the model."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        if len({example.get(INTENT) for example in examples}) < 2:
            raise ValueError("intent training needs sentences of at least two intents")
        learned = [example for example in examples if not is_validation(example)]
        validation = [example for example in examples if is_validation(example)]
        self.model = IntentModel().fit(corpus_of(learned), corpus_of(validation) if validation else None)
        store_state(self._storage, self._resource, _STATE, self.model.arrays(), self.model.metadata())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets ``intent`` and ``intent_ranking``; an empty message gets no intent."""
        for message in messages:
            readings = self._readings(message)
            prediction = readings.get(feature_text_of(message)) if readings else None
            if prediction is None:
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [], add_to_output=True)
                continue
            ranking = [{"name": name, "confidence": probability} for name, probability in prediction.ranking]
            message.set(PREDICTION, prediction)
            message.set(CLAUSES, self._clauses(message, readings))
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _readings(self, message: Message) -> dict[str, Prediction]:
        """What the quick model read and, of the rest, what the full model reads, by feature text."""
        read, vectors = dict(message.get(READINGS) or {}), message.get(VECTORS) or {}
        if self.model is not None and vectors:
            texts, languages = list(vectors), [language_of(message)] * len(vectors)
            predictions = self.model.predict(texts, languages, np.stack(list(vectors.values())))
            read.update(zip(texts, predictions, strict=True))
        return read

    def _clauses(self, message: Message, readings: dict[str, Prediction]) -> list[dict[str, Any]]:
        if self.model is None:
            return []
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
