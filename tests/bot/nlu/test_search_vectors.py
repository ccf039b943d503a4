"""The vectors by which help articles are found: their numbers and their file."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import DEFAULT_ENCODER, SEARCH_ENCODER, shared_encoder
from bot.nlu.onnx.encoder import OnnxEncoder
from bot.nlu.search_vectors import search_vector, subjects_of, write
from contracts.articles import subject_key

ARTICLE = """---
title: Grow a disk
questions: [bigger hard drive]
---
Before all.

## Steps
Do this.

## A table
| a | b |
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "grow-disk.en.md").write_text(ARTICLE, "utf-8")
    (tmp_path / "broken.en.md").write_text("no front matter", "utf-8")
    return tmp_path


@pytest.mark.parametrize("text", ["how do i grow a disk", "磁盘怎么扩容"])
def test_a_vector_keeps_its_direction_in_one_byte_a_number(text: str) -> None:
    encoder = shared_encoder(SEARCH_ENCODER)
    exact = encoder.encode([text], ["en"])[0, : encoder.blocks[0]]
    compact = search_vector(text, "en")
    assert compact.dtype == np.int8 and np.abs(compact).max() == 127
    assert compact @ exact / np.linalg.norm(compact) / np.linalg.norm(exact) > 0.999


def test_a_text_that_the_full_model_has_just_read_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shared_encoder(DEFAULT_ENCODER).encode(["a text of this test"], ["en"])
    monkeypatch.setattr(OnnxEncoder, "_computed", lambda *_: pytest.fail("encoded again"))
    assert search_vector("a text of this test", "en").any()


def test_an_article_is_about_its_title_headings_and_questions(folder: Path) -> None:
    texts = [text for text, _ in subjects_of(folder).values()]
    assert texts == ["Steps", "Grow a disk", "bigger hard drive"]


def test_the_file_holds_a_row_for_each_subject(folder: Path) -> None:
    write(folder, folder / "made" / "vectors.npz")
    with np.load(folder / "made" / "vectors.npz") as arrays:
        rows = dict(zip(arrays["keys"].tolist(), arrays["vectors"], strict=True))
    assert rows.keys() == {subject_key(text, "en") for text in ("Steps", "Grow a disk", "bigger hard drive")}
    assert rows[subject_key("Steps", "en")].tolist() == search_vector("Steps", "en").tolist()
    assert [path.name for path in (folder / "made").iterdir()] == ["vectors.npz"]


def test_a_folder_without_articles_makes_an_empty_file(tmp_path: Path) -> None:
    write(tmp_path, tmp_path / "vectors.npz")
    with np.load(tmp_path / "vectors.npz") as arrays:
        assert len(arrays["keys"]) == 0 == len(arrays["vectors"])
