"""Rasa importer: the training data as Rasa reads them, in messages that are cheap to copy and to hash.

Rasa reads the files twice and merges the data five times on its way to the training, and copies and fingerprints every
message each time: half a minute for tens of thousands of sentences that nobody changes.
"""

from __future__ import annotations

import copy
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


class TrainingSentence(Message):
    """A message that shares its texts with its copies and keeps its fingerprint while nothing changes."""

    _cached_fingerprint: str | None

    @classmethod
    def of(cls, message: Message) -> TrainingSentence:
        """The same content, which has the same fingerprint."""
        twin = cls(message.data, set(message.output_properties), message.time, list(message.features))
        twin._cached_fingerprint = message._cached_fingerprint
        return twin

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """See the parent class; the fingerprint is forgotten only when the value is another."""
        fingerprint = self._cached_fingerprint if self.data.get(prop) == info else None
        super().set(prop, info, add_to_output)
        self._cached_fingerprint = fingerprint

    def __deepcopy__(self, memo: dict[int, Any]) -> TrainingSentence:
        twin = TrainingSentence.of(self)
        changeable = {name: value for name, value in self.data.items() if not isinstance(value, str)}
        twin.data.update(copy.deepcopy(changeable, memo))
        return twin


class SupportDataImporter(RasaFileImporter):
    """Reads the same files as Rasa's own importer, each once."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._read: dict[str | None, TrainingData] = {}

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """See the parent class; a copy each time."""
        if language not in self._read:
            parts = [load_data(file, language) for file in self._nlu_files]
            for part in parts:
                part.training_examples = [TrainingSentence.of(message) for message in part.training_examples]
            self._read[language] = TrainingData().merge(*parts)
        return TrainingData().merge(self._read[language])
