"""Answers keep the shape of the golden responses, and every field says where it is known from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from golden import FILE, REQUESTS, answers, flattened, type_name

GOLDEN: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
SOURCES = {"documented", "observed", "assumed"}


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[int, Any]]:
    return answers()


@pytest.mark.parametrize("name", REQUESTS)
def test_that_an_answer_has_its_golden_shape(name: str, found: dict[str, tuple[int, Any]]) -> None:
    status, answer = found[name]
    shape = {path: type_name(leaf) for path, leaf in flattened(answer)}
    assert status == GOLDEN[name]["status"]
    assert shape == {path: field["type"] for path, field in GOLDEN[name]["fields"].items()}
    assert {field["source"] for field in GOLDEN[name]["fields"].values()} <= SOURCES


def test_that_most_fields_are_known_from_somewhere() -> None:
    sources = [field["source"] for one in GOLDEN.values() for field in one["fields"].values()]
    assert sources.count("assumed") / len(sources) < 0.25
