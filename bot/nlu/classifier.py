"""Rasa component: intent, full ranking, the judgement of the gate, and ``understanding`` for the dialogue."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.cascade import STATES, Cascade, Glance, Sentences, State
from bot.nlu.clauses import Reading, accepted, clauses_of, may_stand_apart
from bot.nlu.encoder import DEFAULT_ENCODER, QUICK_ENCODER, shared_encoder
from bot.nlu.extractor import as_rasa_entity, feature_text_of
from bot.nlu.normalizer import language_of, utterance_of
from bot.nlu.provenance import source_fingerprint
from bot.nlu.understanding import CLAUSES, PREDICTION, understand
from bot.nlu.utterance import Utterance

# Where a training file says so in the metadata of an intent, its sentences calibrate before they are learned.
PART, VALIDATION = "part", "validation"


def store_states(storage: ModelStorage, resource: Resource, states: dict[str, State]) -> None:
    """Write the states of the models into the archive.

    Compressed: Rasa packs the archive as small as gzip can, which takes 12 s for plain arrays and 1 s for these.
    """
    with storage.write_to(resource) as folder:
        for name, (arrays, metadata) in states.items():
            np.savez_compressed(folder / f"{name}.npz", **arrays)
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

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Sets ``intent``, ``intent_ranking`` and ``understanding``; an empty message gets no intent."""
        for message in messages:
            self._classify(message)
            understand(message, tracker)
        return messages

    def _classify(self, message: Message) -> None:
        whole = feature_text_of(message) if message.get(TEXT) else ""
        texts = [whole, *(clause.features for clause in clauses_of(message))] if whole else []
        seen = self._cascade.glance(list(dict.fromkeys(texts)), language_of(message))
        self._cascade.complete(seen, [whole])
        if whole not in seen.known:
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            return
        prediction = seen.known[whole]
        ranking = [{"name": name, "confidence": probability} for name, probability in prediction.ranking]
        message.set(PREDICTION, prediction)
        message.set(CLAUSES, self._clauses(message, seen))
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _clauses(self, message: Message, seen: Glance) -> list[dict[str, Any]]:
        """The requests of a message that holds several; the full model is asked no more than that takes."""
        clauses, utterance = clauses_of(message), utterance_of(message)
        features = [clause.features for clause in clauses]
        for asked in (features[1:], features):
            if not may_stand_apart(clauses, [seen.known.get(text) for text in features]):
                return []
            self._cascade.complete(seen, asked)
        readings = accepted(utterance.text, clauses, [seen.known[text] for text in features])
        return [_as_dictionary(reading, utterance) for reading in readings]


def _as_dictionary(reading: Reading, utterance: Utterance) -> dict[str, Any]:
    clause, intent, confidence = reading
    start, end = utterance.original_span(clause.start, clause.end)
    return {
        "text": utterance.original[start:end],
        "intent": intent,
        "confidence": round(confidence, 4),
        "entities": [as_rasa_entity(entity, utterance) for entity in clause.entities],
        "start": start,
        "end": end,
    }
