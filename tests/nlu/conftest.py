"""The trained model, loaded once, and the parses of the sentences that it is measured on."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from trained_model import TrainedModel

from bot.nlu.evaluation.heldout import Labelled, Parsed, load

MODEL = Path(os.environ.get("NLU_MODEL", "models/assistant.tar.gz"))


@pytest.fixture(scope="session")
def model() -> TrainedModel:
    assert MODEL.exists(), f"no trained model at {MODEL}: run make train first"
    return TrainedModel(MODEL)


@pytest.fixture(scope="session")
def parsed(model: TrainedModel) -> list[Parsed]:
    return [Parsed(sentence, model.parse(sentence.text)) for sentence in load()]


@pytest.fixture(scope="session")
def borderline(model: TrainedModel) -> dict[str, list[Parsed]]:
    """By language, the sentences that sit between two intents."""
    sentences: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        Path(__file__).with_name("borderline.yml").read_text("utf-8")
    )
    return {
        language: [Parsed(Labelled(language, row["text"], row["intent"]), model.parse(row["text"])) for row in rows]
        for language, rows in sentences.items()
    }
