"""The findings of the rule recogniser as Rasa entities."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR
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


def extract_entities(message: Message) -> None:
    """Add the entities that the rules find and normalise, every kind of the product."""
    utterance = utterance_of(message)
    found = [{**as_rasa_entity(finding, utterance), EXTRACTOR: RULE_EXTRACTOR} for finding in findings_of(message)]
    message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
