"""The held-out and the development set keep their shape: known labels, surfaces that occur, enough of everything."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

HELDOUT = Path(__file__).parent
DEVELOPMENT = HELDOUT.parent / "development"
LANGUAGES = ("zh", "en")
IN_SCOPE_LEAST = 1000
WITH_ENTITIES_LEAST = 0.45


def read(name: str, folder: Path) -> Any:
    return yaml.safe_load((folder / name).read_text(encoding="utf-8"))


def least_per_intent(folder: Path) -> dict[str, int]:
    return {name: group["least"] for group in read("shape.yml", folder)["intents"] for name in group["names"]}


INTENTS = set(least_per_intent(HELDOUT))
OUT_OF_SCOPE = ("near_oos", "far_oos")


@pytest.fixture(params=[HELDOUT, DEVELOPMENT], ids=["heldout", "development"])
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_label_exists_and_every_surface_occurs(folder: Path, language: str) -> None:
    kinds = read("shape.yml", folder)["entities"]
    for row in read(f"{language}.yml", folder):
        assert row["intent"] in INTENTS, row
        for entity in row["entities"]:
            assert entity["entity"] in kinds, row
            assert entity["text"] in row["text"], row
            assert entity["value"], row


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_intent_and_entity_has_enough_sentences(folder: Path, language: str) -> None:
    rows = read(f"{language}.yml", folder)
    counts = Counter(row["intent"] for row in rows)
    assert {name: counts[name] for name, least in least_per_intent(folder).items() if counts[name] < least} == {}
    assert len(rows) >= IN_SCOPE_LEAST
    assert sum(bool(row["entities"]) for row in rows) >= WITH_ENTITIES_LEAST * len(rows)
    assert {entity["entity"] for row in rows for entity in row["entities"]} == set(
        read("shape.yml", folder)["entities"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", OUT_OF_SCOPE)
def test_that_out_of_scope_sentences_are_many_and_varied(folder: Path, kind: str, language: str) -> None:
    rows = read(f"{kind}_{language}.yml", folder)
    wanted = read("shape.yml", folder)["out_of_scope"][kind]
    assert len(rows) >= wanted["least"]
    assert len({row["theme"] for row in rows}) >= wanted["themes"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_ambiguous_and_multiple_requests_name_known_intents(language: str) -> None:
    ambiguous, multiple = (read(f"{name}.yml", DEVELOPMENT)[language] for name in ("clarify", "multi"))
    assert len(ambiguous) >= 60
    assert len(multiple) >= 60
    for row in ambiguous:
        assert len(set(row["intents"])) == 2, row
        assert set(row["intents"]) <= INTENTS, row
    for row in multiple:
        assert {clause["intent"] for clause in row.get("clauses", [])} <= INTENTS, row
        for surface in row.get("negated", []) + row.get("asserted", []):
            assert surface in row["text"], row


def test_that_no_sentence_appears_twice() -> None:
    names = [f"{part}_{language}" for part in OUT_OF_SCOPE for language in LANGUAGES] + list(LANGUAGES)
    lists = [read(f"{name}.yml", folder) for name in names for folder in (HELDOUT, DEVELOPMENT)]
    lists += [read(f"{name}.yml", DEVELOPMENT)[language] for name in ("clarify", "multi") for language in LANGUAGES]
    counts = Counter(row["text"].strip().lower() for rows in lists for row in rows)
    assert [text for text, count in counts.items() if count > 1] == []
