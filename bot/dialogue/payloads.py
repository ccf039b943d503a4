"""Buttons and events reach the engine as parse data of their own: nothing is classified, nothing can be injected."""

import json
from typing import Any

_UNDERSTOOD: dict[str, Any] = {
    "mixed": False,
    "confidence": 1.0,
    "gate": "answer",
    "clauses": [],
    "negation": {"negated": [], "asserted": []},
    "mood": {"anger": 0.0, "urgency": 0.0, "business_down": False},
    "question": False,
}


class PayloadError(ValueError):
    """A payload that is not `/intent` or `/intent{json object}`."""


def safe_text(text: str) -> str:
    """A customer's text that starts with "/" is text: the full-width slash keeps Rasa from reading it as an intent."""
    stripped = text.strip()
    return "／" + stripped[1:] if stripped.startswith("/") else stripped


def parse_payload(payload: str, title: str | None, language: str | None) -> dict[str, Any]:
    """Parse data of a button the bot offered; raises PayloadError."""
    if not payload.startswith("/"):
        raise PayloadError("a payload starts with '/'")
    intent, brace, rest = payload[1:].partition("{")
    if not intent.replace("_", "").isalnum():
        raise PayloadError(f"{intent!r} is not an intent")
    values: Any = {}
    if brace:
        try:
            values = json.loads(brace + rest)
        except ValueError as error:
            raise PayloadError("what follows the intent is not JSON") from error
    entities = [
        {"entity": name, "value": value, "start": 0, "end": 0, "extractor": "payload"} for name, value in values.items()
    ]
    return _parse_data(intent, title or payload, entities, language)


def event_data(name: str) -> dict[str, Any]:
    """Parse data of a turn that starts from an event; its data travel in the message's metadata."""
    return _parse_data(f"EXTERNAL_{name}", f"EXTERNAL: {name}", [], None)


def _parse_data(intent: str, text: str, entities: list[dict[str, Any]], language: str | None) -> dict[str, Any]:
    ranked = {"name": intent, "confidence": 1.0}
    return {
        "text": text,
        "intent": ranked,
        "intent_ranking": [ranked],
        "entities": entities,
        "understanding": {**_UNDERSTOOD, "language": language, "candidates": [intent]},
    }
