"""The vectors by which help articles are found: of a message while it is read, of the articles beforehand.

``python -m bot.nlu.search_vectors`` (``make train`` runs it) writes those of the articles to
``models/knowledge_vectors.npz``: ``keys`` (``contracts.articles.subject_key``) and ``vectors``, int8, a row for each.
"""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.encoder import SEARCH_ENCODER, shared_encoder
from bot.nlu.extractor import feature_text_of
from bot.nlu.utterance import Language
from contracts.articles import ArticleError, read_article, subject_key

Compact = npt.NDArray[np.int8]
KNOWLEDGE = Path("data/knowledge")
STORED = Path("models/knowledge_vectors.npz")
_LARGEST = 127

logger = logging.getLogger(__name__)


def search_vectors(texts: Sequence[str], language: Language) -> Compact:
    """Directions of feature texts, shape (texts, width), each row scaled to the whole of int8.

    Costs nothing where the full model has just read the same text.
    """
    encoder = shared_encoder(SEARCH_ENCODER)
    vectors = encoder.encode(texts, [language] * len(texts))[:, : encoder.blocks[0]]
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True, initial=0), np.finfo(np.float32).tiny)
    scaled: Compact = np.rint(vectors / largest * _LARGEST).astype(np.int8)
    return scaled


def as_text(vector: Compact) -> str:
    """As it travels with a message."""
    return base64.b64encode(vector.tobytes()).decode()


def subjects_of(folder: Path) -> dict[str, tuple[str, Language]]:
    """Texts with their languages by key, of all articles of a folder; a broken article is left out."""
    found: dict[str, tuple[str, Language]] = {}
    for path in sorted(folder.glob("*.md")):
        try:
            article = read_article(path)
        except (ArticleError, OSError, UnicodeDecodeError) as error:
            logger.warning("article left out: %s", error)
            continue
        for subject in filter(None, article.subjects()):
            found[subject_key(subject, article.language)] = (subject, article.language)
    return found


def vectors_of(folder: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of the file."""
    subjects = subjects_of(folder)
    rows = [search_vectors([feature_text_of(Message({TEXT: text}))], language) for text, language in subjects.values()]
    return {"keys": np.array(list(subjects)), "vectors": np.concatenate(rows) if rows else np.zeros((0, 0), np.int8)}


def write(folder: Path, path: Path) -> None:
    """Write the vectors of a folder's articles, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    np.savez(unfinished, **vectors_of(folder))
    unfinished.replace(path)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    write(KNOWLEDGE, STORED)
