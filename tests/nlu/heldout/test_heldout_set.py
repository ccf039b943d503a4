"""The held-out set keeps its shape: labels that exist, surfaces that occur, enough of everything."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parent
LANGUAGES = ("zh", "en")
IN_SCOPE_LEAST = 1000
WITH_ENTITIES_LEAST = 0.45


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


SHAPE = read("shape.yml")
LEAST_PER_INTENT = {name: group["least"] for group in SHAPE["intents"] for name in group["names"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_label_exists_and_every_surface_occurs(language: str) -> None:
    for row in read(f"{language}.yml"):
        assert row["intent"] in LEAST_PER_INTENT, row
        for entity in row["entities"]:
            assert entity["entity"] in SHAPE["entities"], row
            assert entity["text"] in row["text"], row
            assert entity["value"], row


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_intent_and_entity_has_enough_sentences(language: str) -> None:
    rows = read(f"{language}.yml")
    counts = Counter(row["intent"] for row in rows)
    assert {name: counts[name] for name, least in LEAST_PER_INTENT.items() if counts[name] < least} == {}
    assert len(rows) >= IN_SCOPE_LEAST
    assert sum(bool(row["entities"]) for row in rows) >= WITH_ENTITIES_LEAST * len(rows)
    assert {entity["entity"] for row in rows for entity in row["entities"]} == set(SHAPE["entities"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(SHAPE["out_of_scope"]))
def test_that_out_of_scope_sentences_are_many_and_varied(kind: str, language: str) -> None:
    rows = read(f"{kind}_{language}.yml")
    assert len(rows) >= SHAPE["out_of_scope"][kind]["least"]
    assert len({row["theme"] for row in rows}) >= SHAPE["out_of_scope"][kind]["themes"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_ambiguous_and_multiple_requests_name_known_intents(language: str) -> None:
    ambiguous, multiple = read("clarify.yml")[language], read("multi.yml")[language]
    assert len(ambiguous) >= 60
    assert len(multiple) >= 60
    for row in ambiguous:
        assert len(set(row["intents"])) == 2, row
        assert set(row["intents"]) <= set(LEAST_PER_INTENT), row
    for row in multiple:
        assert {clause["intent"] for clause in row.get("clauses", [])} <= set(LEAST_PER_INTENT), row
        for surface in row.get("negated", []) + row.get("asserted", []):
            assert surface in row["text"], row


def test_that_no_sentence_appears_twice() -> None:
    lists = [read(f"{name}_{language}.yml") for name in SHAPE["out_of_scope"] for language in LANGUAGES]
    lists += [read(f"{language}.yml") for language in LANGUAGES]
    lists += [read(f"{name}.yml")[language] for name in ("clarify", "multi") for language in LANGUAGES]
    counts = Counter(row["text"].strip().lower() for rows in lists for row in rows)
    assert [text for text, count in counts.items() if count > 1] == []
