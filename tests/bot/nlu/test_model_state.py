"""The state of the intent models in an archive: what is stored is read back, an archive without it is named."""

from pathlib import Path

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource

from bot.nlu.classifier import load_state, store_state


def test_what_is_stored_is_read_back(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage(tmp_path), Resource("model")
    store_state(storage, resource, "quick_model", {"idf": np.ones(3)}, {"intents": ["续费", "renewal"]})
    arrays, metadata = load_state(storage, resource, "quick_model")
    assert arrays["idf"].tolist() == [1, 1, 1] and metadata == {"intents": ["续费", "renewal"]}


def test_an_archive_of_before_the_quick_model_says_to_train_again(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage(tmp_path), Resource("model")
    with pytest.raises(ValueError, match="train again"):
        load_state(storage, resource, "quick_model")
    store_state(storage, resource, "intent_model", {"idf": np.ones(3)}, {})
    with pytest.raises(ValueError, match="train again"):
        load_state(storage, resource, "quick_model")
