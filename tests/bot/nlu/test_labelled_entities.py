"""Entities over labelled development sentences, scored as the held-out figures are, with the labelled intent.

The sentences are training sentences and others written beside them; the label guide is that of the held-out set.
"""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.nlu.entities import extract
from bot.nlu.entities.revision import revise
from bot.nlu.evaluation.figures import LABELLED_KINDS, EntityCounts, entity_counts
from bot.nlu.evaluation.heldout import Labelled, Parsed, load
from bot.nlu.extractor import as_rasa_entity
from bot.nlu.utterance import normalise

FOLDER = Path(__file__).parent
WHOLE_BAR, KIND_BAR = 0.97, 0.90
# A kind with fewer labels has no bar of its own.
ENOUGH_LABELS = 20


def now() -> datetime:
    return datetime(2026, 11, 22, 14, 0, tzinfo=timezone(timedelta(hours=8)))


def _parsed(sentence: Labelled) -> Parsed:
    utterance = normalise(sentence.text)
    findings = revise(extract(utterance.text, now), frozenset({sentence.intent}), utterance.text)
    return Parsed(sentence, {"entities": [as_rasa_entity(finding, utterance) for finding in findings]})


@pytest.fixture(params=["zh", "en"])
def parsed(request: pytest.FixtureRequest) -> list[Parsed]:
    return [_parsed(sentence) for sentence in load((f"entity_sentences_{request.param}",), FOLDER)]


def _disagreements(parsed: list[Parsed]) -> str:
    lines = []
    for p in parsed:
        counts = entity_counts([p])
        if counts.invented or counts.missed:
            found: list[dict[str, Any]] = [e for e in p.parse["entities"] if e["entity"] in LABELLED_KINDS]
            shown = [(e["entity"], e["value"], p.labelled.text[e["start"] : e["end"]]) for e in found]
            missed, invented = dict(counts.missed), dict(counts.invented)
            lines.append(f"{p.labelled.intent}: {p.labelled.text}\n    missed {missed} invented {invented}: {shown}")
    return "\n".join(lines)


def test_the_sentences_are_labelled_as_their_guide_says(parsed: list[Parsed]) -> None:
    for kind, _, start, _ in (entity for p in parsed for entity in p.labelled.entities):
        assert kind in LABELLED_KINDS
        assert start >= 0


def test_entities_reach_the_bar(parsed: list[Parsed]) -> None:
    counts = entity_counts(parsed)
    low = [kind for kind, f1 in _by_kind(counts).items() if f1 < KIND_BAR]
    assert counts.f1 >= WHOLE_BAR and not low, f"F1 {counts.f1:.4f}, low: {low}\n{_disagreements(parsed)}"


def _by_kind(counts: EntityCounts) -> dict[str, float]:
    """F1 of every kind with enough labels."""
    labels = {kind: counts.right[kind] + counts.missed[kind] for kind in counts.right | counts.missed}
    return {
        kind: 2 * counts.right[kind] / (counts.right[kind] + counts.invented[kind] + count)
        for kind, count in labels.items()
        if count >= ENOUGH_LABELS
    }
