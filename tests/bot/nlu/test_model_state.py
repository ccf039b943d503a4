"""The state of the intent models in an archive: what is stored is read back, an archive without it is named."""

from pathlib import Path

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource

from bot.nlu.cascade import STATES, Cascade
from bot.nlu.classifier import load_states, store_states
from bot.nlu.encoder import QUICK_ENCODER, shared_encoder


def test_what_is_stored_is_read_back(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage(tmp_path), Resource("model")
    store_states(storage, resource, {name: ({"idf": np.ones(3)}, {"intents": ["续费", name]}) for name in STATES})
    for name, (arrays, metadata) in load_states(storage, resource).items():
        assert arrays["idf"].tolist() == [1, 1, 1] and metadata == {"intents": ["续费", name]}


def test_an_archive_without_one_of_the_models_says_to_train_again(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage(tmp_path), Resource("model")
    with pytest.raises(ValueError, match="train again"):
        load_states(storage, resource)
    store_states(storage, resource, {"intent_model": ({"idf": np.ones(3)}, {})})
    with pytest.raises(ValueError, match="train again"):
        load_states(storage, resource)


def test_nothing_is_read_or_stored_before_the_fit() -> None:
    encoder = shared_encoder(QUICK_ENCODER)
    cascade = Cascade(encoder, encoder, 8)
    seen = cascade.glance(["restart it"], "en")
    cascade.complete(seen, ["restart it"])
    assert seen.known == {}
    with pytest.raises(ValueError, match="not fitted"):
        cascade.states()
