"""The normalised form of a Rasa message: NFKC, width and script folded, language tagged; the text is not altered."""

from __future__ import annotations

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.utterance import DEFAULT_LANGUAGE, Language, Utterance, normalise

UTTERANCE = "utterance"


def utterance_of(message: Message) -> Utterance:
    """The normalised message; normalised when first asked for."""
    known = message.get(UTTERANCE)
    if isinstance(known, Utterance):
        return known
    utterance = normalise(message.get(TEXT) or "")
    message.set(UTTERANCE, utterance)
    return utterance


def language_of(message: Message) -> Language:
    """The language of the message by its own words."""
    return utterance_of(message).language or DEFAULT_LANGUAGE
