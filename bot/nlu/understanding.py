"""Assembles ``understanding``, the structure that the dialogue engine reads.

Shape (see ``docs/nlu.md``): language, mixed, confidence, gate, candidates, clauses, negation, mood, question.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.cues import asks_something, mood_of, negation_of
from bot.nlu.entities.revision import revise
from bot.nlu.extractor import FINDINGS, RULE_EXTRACTOR, as_rasa_entity, findings_of
from bot.nlu.intent_model import Prediction
from bot.nlu.normalizer import utterance_of
from bot.nlu.utterance import DEFAULT_LANGUAGE, Language

UNDERSTANDING = "understanding"
# Set by the classifier.
PREDICTION = "intent_prediction"
CLAUSES = "clauses"


def language_before(tracker: DialogueStateTracker | None) -> Language:
    """The language of the customer's last real message, for messages without words (a bare ID)."""
    parsed = tracker.latest_message.parse_data if tracker is not None and tracker.latest_message else {}
    known = parsed.get(UNDERSTANDING, {}).get("language")
    return known if known in ("zh", "en") else DEFAULT_LANGUAGE


def understand(message: Message, tracker: DialogueStateTracker | None) -> None:
    """Add ``understanding`` to the output of the parse; keep ``intent``, drop entities that do not fit it.

    Works with an empty tracker.
    """
    if isinstance(message.get(PREDICTION), Prediction):
        _revise_entities(message)
    message.set(UNDERSTANDING, _understand(message, tracker), add_to_output=True)


def _revise_entities(message: Message) -> None:
    """Keep the rule entities that fit the intent of the message or of its clauses."""
    read = {clause["intent"] for clause in message.get(CLAUSES) or []}
    read.add(message.get(PREDICTION).ranking[0][0])
    utterance = utterance_of(message)
    findings = revise(findings_of(message), frozenset(read), utterance.text)
    entities = [as_rasa_entity(finding, utterance) for finding in findings]
    others = [entity for entity in message.get(ENTITIES, []) if entity.get(EXTRACTOR) != RULE_EXTRACTOR]
    ours = [{**entity, EXTRACTOR: RULE_EXTRACTOR} for entity in entities]
    message.set(FINDINGS, findings)
    message.set(ENTITIES, others + ours, add_to_output=True)


def _understand(message: Message, tracker: DialogueStateTracker | None) -> dict[str, Any]:
    utterance = utterance_of(message)
    prediction = message.get(PREDICTION)
    judged = isinstance(prediction, Prediction)
    return {
        "language": utterance.language or language_before(tracker),
        "mixed": utterance.mixed,
        "confidence": round(prediction.confidence, 4) if judged else 0.0,
        "gate": prediction.gate if judged else "reject",
        "candidates": prediction.candidates if judged else [],
        "clauses": message.get(CLAUSES) or [],
        "negation": {**vars(negation_of(utterance.text, findings_of(message)))},
        "mood": {**vars(mood_of(utterance.text))},
        "question": bool(message.get(TEXT)) and asks_something(utterance.text),
    }
