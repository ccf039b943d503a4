"""The held-out sentences and what the trained model says about them, through the same door as the assistant."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.dialogue.payloads import safe_text

HELDOUT = Path("tests/nlu/heldout")
# The earlier held-out set, by other writers: its mistakes may be read, so it is for choosing.
DEVELOPMENT = Path("tests/nlu/development")
OUT_OF_SCOPE = "out_of_scope"
PARTS = ("zh", "en", "near_oos_zh", "near_oos_en", "far_oos_zh", "far_oos_en")


@dataclass(frozen=True)
class Labelled:
    """One held-out sentence: its part of the set, its intent, and its entities as (kind, value, start, end)."""

    part: str
    text: str
    intent: str
    entities: list[tuple[str, str, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Parsed:
    """A held-out sentence with the parse of the trained pipeline."""

    labelled: Labelled
    parse: dict[str, Any]

    @property
    def intent(self) -> str:
        """The intent the pipeline names first."""
        return str(self.parse["intent"]["name"])

    @property
    def right(self) -> bool:
        """Whether the first intent is the labelled one."""
        return self.intent == self.labelled.intent

    @property
    def confidence(self) -> float:
        """Calibrated probability that the first intent is right."""
        return float(self.parse["understanding"]["confidence"])

    @property
    def gate(self) -> str:
        """The judgement of the gate."""
        return str(self.parse["understanding"]["gate"])

    @property
    def wrongly_answered(self) -> bool:
        """Whether the assistant would act on a reading although the sentence is out of scope."""
        return self.gate == "answer" and self.intent != OUT_OF_SCOPE


def load(parts: Iterable[str] = PARTS, folder: Path = HELDOUT) -> list[Labelled]:
    """The held-out sentences of these parts. Raises ``FileNotFoundError`` when the set is not there."""
    return [
        _labelled(part, row) for part in parts for row in yaml.safe_load((folder / f"{part}.yml").read_text("utf-8"))
    ]


def _labelled(part: str, row: dict[str, Any]) -> Labelled:
    text, found = row["text"], []
    seen: dict[str, int] = {}
    for entity in row.get("entities", []):
        start = text.find(entity["text"], seen.get(entity["text"], 0))
        seen[entity["text"]] = start + 1
        value = str(entity.get("value", entity["text"]))
        found.append((entity["entity"], value, start, start + len(entity["text"])))
    return Labelled(part, text, row.get("intent", OUT_OF_SCOPE), found)


def parse_all(texts: Sequence[str], model: Path) -> list[dict[str, Any]]:
    """The parses of ``texts`` by the model archive, one first turn each, with the channel's guard against commands."""
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))

    async def run() -> list[dict[str, Any]]:
        return [await agent.parse_message(safe_text(text)) for text in texts]

    return asyncio.run(run())


def parse_heldout(model: Path, labelled: Sequence[Labelled]) -> list[Parsed]:
    """Held-out sentences with their parses."""
    parses = parse_all([sentence.text for sentence in labelled], model)
    return [Parsed(sentence, parse) for sentence, parse in zip(labelled, parses, strict=True)]
