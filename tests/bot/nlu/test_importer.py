"""The training data are the same as by Rasa's own importer, and what is shared between copies stays whole."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import importer
from bot.nlu.importer import SupportDataImporter, TrainingSentence

FILES = {
    "one.yml": """
version: "3.1"
nlu:
- intent: affirm
  metadata:
    part: validation
  examples: |
    - 好的
    - yes please
    - yes please
- intent: deny
  examples: |
    - 不用了
    - restart [web-01](instance_name) later
""",
    "two.yml": """
version: "3.1"
nlu:
- intent: "deny "
  examples: |
    - no thanks
- synonym: web
  examples: |
    - www
""",
}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return [str(tmp_path)]


def test_that_the_data_are_those_of_rasas_own_importer(files: list[str]) -> None:
    ours, theirs = (kind(training_data_paths=files).get_nlu_data() for kind in (SupportDataImporter, RasaFileImporter))
    assert ours.fingerprint() == theirs.fingerprint()
    assert [one.data for one in ours.training_examples] == [one.data for one in theirs.training_examples]
    assert ours.entity_synonyms == theirs.entity_synonyms
    assert all(isinstance(one, TrainingSentence) for one in ours.training_examples)


def test_that_the_files_are_read_once_and_every_caller_has_a_copy(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(importer, "load_data", lambda file, language: read.append(file) or load_data(file, language))
    ours = SupportDataImporter(training_data_paths=files)
    first = ours.get_nlu_data()
    before = first.fingerprint()
    first.training_examples[0].set(INTENT, "other")
    first.training_examples.pop()
    assert ours.get_nlu_data().fingerprint() == before != first.fingerprint()
    assert len(read) == len(FILES)


def test_that_the_configuration_names_it() -> None:
    named = TrainingDataImporter.load_from_config("config.yml", training_data_paths=[])
    assert [type(one) for one in named.importer._importer._importers] == [SupportDataImporter]


def test_that_a_copy_shares_its_texts_and_nothing_else() -> None:
    metadata = {"intent": {"part": "validation"}}
    sentence = TrainingSentence.of(Message({TEXT: "好的", INTENT: "affirm", METADATA: metadata}))
    before = sentence.fingerprint()
    twin = copy.deepcopy(sentence)
    assert twin == sentence and twin.data[TEXT] is sentence.data[TEXT]
    twin.data[METADATA]["intent"]["part"] = "other"
    twin.set("entities", [], add_to_output=True)
    assert sentence.get(METADATA) == {"intent": {"part": "validation"}}
    assert "entities" not in sentence.data and "entities" not in sentence.output_properties
    assert sentence.fingerprint() == before != twin.fingerprint()


def test_that_the_fingerprint_follows_the_content() -> None:
    sentence = TrainingSentence.of(Message({TEXT: "yes", INTENT: "affirm"}))
    before = sentence.fingerprint()
    sentence.set(INTENT, "affirm")
    assert sentence.fingerprint() == before
    sentence.set(INTENT, "deny")
    assert sentence.fingerprint() == Message({TEXT: "yes", INTENT: "deny"}).fingerprint() != before


def test_that_broken_data_are_refused_as_by_rasas_own_importer(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text('version: "3.1"\nnlu:\n- intent: affirm\n  examples: [\n', encoding="utf-8")
    raised = []
    for kind in (SupportDataImporter, RasaFileImporter):
        with pytest.raises(RasaException) as caught:
            kind(training_data_paths=[str(tmp_path)]).get_nlu_data()
        raised.append(type(caught.value))
    assert raised[0] is raised[1]
