"""The trained model, loaded once, and the parses of the held-out sentences."""

import os
from pathlib import Path

import pytest
from trained_model import TrainedModel

from bot.nlu.evaluation.heldout import Parsed, load

MODEL = Path(os.environ.get("NLU_MODEL", "models/assistant.tar.gz"))


@pytest.fixture(scope="session")
def model() -> TrainedModel:
    assert MODEL.exists(), f"no trained model at {MODEL}: run make train first"
    return TrainedModel(MODEL)


@pytest.fixture(scope="session")
def parsed(model: TrainedModel) -> list[Parsed]:
    return [Parsed(sentence, model.parse(sentence.text)) for sentence in load()]
