"""Rasa component: the findings of the rule recogniser as Rasa entities."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities import Entity, extract, identifiers
from bot.nlu.features import feature_text
from bot.nlu.normalizer import utterance_of
from bot.nlu.utterance import Utterance
from contracts.clock import WorldClock

FINDINGS = "entity_findings"
RULE_EXTRACTOR = "RuleEntityExtractor"
FEATURE_TEXT = "feature_text"
# Where the customers are; a message may say otherwise in its metadata (``timezone``).
DEFAULT_TIMEZONE = "Asia/Shanghai"
_CLOCK = WorldClock()


def findings_of(message: Message) -> list[Entity]:
    """The entities of the message in normalised coordinates; found on the spot when not yet known."""
    known = message.get(FINDINGS)
    if isinstance(known, list):
        return known
    found = extract(utterance_of(message).text, lambda: _now(message))
    message.set(FINDINGS, found)
    return found


def _now(message: Message) -> datetime:
    metadata = message.get("metadata") or {}
    try:
        zone = ZoneInfo(str(metadata.get("timezone") or DEFAULT_TIMEZONE))
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo(DEFAULT_TIMEZONE)
    return _CLOCK.now().astimezone(zone)


def feature_text_of(message: Message) -> str:
    """The text that features of this message are computed from."""
    known = message.get(FEATURE_TEXT)
    if isinstance(known, str):
        return known
    utterance = utterance_of(message)
    text = feature_text(utterance, identifiers(utterance.text))
    message.set(FEATURE_TEXT, text)
    return text


def as_rasa_entity(entity: Entity, utterance: Utterance) -> dict[str, Any]:
    """The Rasa dictionary of a finding, with positions in the customer's own text."""
    start, end = utterance.original_span(entity.start, entity.end)
    return {"entity": entity.kind, "value": entity.value, "start": start, "end": end, **entity.details}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RuleEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Extracts and normalises every entity kind of the product by rules."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RuleEntityExtractor:
        """See the parent class."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities of each message."""
        for message in messages:
            if not message.get(TEXT):
                continue
            utterance = utterance_of(message)
            entities = [as_rasa_entity(finding, utterance) for finding in findings_of(message)]
            known = message.get(ENTITIES, [])
            message.set(ENTITIES, known + self.add_extractor_name(entities), add_to_output=True)
        return messages
