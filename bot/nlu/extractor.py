"""Rasa component: the findings of the rule recogniser as Rasa entities."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities import Entity, extract
from bot.nlu.normalizer import utterance_of
from bot.nlu.utterance import Utterance

FINDINGS = "entity_findings"
CUSTOMER_ZONE = ZoneInfo("Asia/Shanghai")
"""Clock times in a text are read in the zone of the cloud's home market."""


def findings_of(message: Message) -> list[Entity]:
    """The entities of the message in normalised coordinates; found on the spot when not yet known."""
    known = message.get(FINDINGS)
    if isinstance(known, list):
        return known
    found = extract(utterance_of(message).text, datetime.now(CUSTOMER_ZONE))
    message.set(FINDINGS, found)
    return found


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
