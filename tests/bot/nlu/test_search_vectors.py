"""The vectors by which help articles are found: their numbers, their way through a message, their file."""

from pathlib import Path

import numpy as np
import pytest

from actions.tasks.model import Understanding
from bot.nlu.encoder import SEARCH_ENCODER, shared_encoder
from bot.nlu.search_vectors import as_text, search_vectors, subjects_of, write
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


def test_a_vector_keeps_its_direction_in_one_byte_a_number() -> None:
    texts, encoder = ["how do i grow a disk", "磁盘怎么扩容"], shared_encoder(SEARCH_ENCODER)
    exact = encoder.encode(texts, ["en", "en"])[:, : encoder.blocks[0]]
    compact = search_vectors(texts, "en")
    assert compact.dtype == np.int8 and np.abs(compact).max(axis=1).tolist() == [127, 127]
    kept = (compact * exact).sum(axis=1) / np.linalg.norm(compact, axis=1) / np.linalg.norm(exact, axis=1)
    assert (kept > 0.999).all()
    assert search_vectors([], "zh").shape == (0, encoder.blocks[0])


def test_the_dialogue_reads_the_vector_that_a_message_carries() -> None:
    vector = search_vectors(["how do i grow a disk"], "en")[0]
    assert Understanding.from_dict({"vector": as_text(vector)}).vector == tuple(vector.tolist())


@pytest.mark.parametrize("raw", [None, "", "?", "a", 7, ["AAAA"], "ÄÄÄÄ", {"a": 1}])
def test_what_is_no_vector_is_left_out(raw: object) -> None:
    assert Understanding.from_dict({"vector": raw}).vector == ()


def test_an_article_is_about_its_title_headings_and_questions(folder: Path) -> None:
    texts = [text for text, _ in subjects_of(folder).values()]
    assert texts == ["Steps", "Grow a disk", "bigger hard drive"]


def test_the_file_holds_a_row_for_each_subject(folder: Path) -> None:
    write(folder, folder / "made" / "vectors.npz")
    with np.load(folder / "made" / "vectors.npz") as arrays:
        rows = dict(zip(arrays["keys"].tolist(), arrays["vectors"], strict=True))
    assert rows.keys() == {subject_key(text, "en") for text in ("Steps", "Grow a disk", "bigger hard drive")}
    assert rows[subject_key("Steps", "en")].tolist() == search_vectors(["steps"], "en")[0].tolist()
    assert [path.name for path in (folder / "made").iterdir()] == ["vectors.npz"]


def test_a_folder_without_articles_makes_an_empty_file(tmp_path: Path) -> None:
    write(tmp_path, tmp_path / "vectors.npz")
    with np.load(tmp_path / "vectors.npz") as arrays:
        assert len(arrays["keys"]) == 0 == len(arrays["vectors"])
