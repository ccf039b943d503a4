"""The vectors by which help articles are found: of a text when the search asks for it, of the articles beforehand.

``python -m bot.nlu.search_vectors FOLDER FILE`` (``make train`` runs it) writes those of a folder's articles to an
``.npz``: ``keys`` (``contracts.articles.subject_key``) and ``vectors``, int8, a row for each.
"""

from __future__ import annotations

import logging
import os
import sys
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
_LARGEST = 127

logger = logging.getLogger(__name__)


def search_vector(text: str, language: Language) -> Compact:
    """The direction of a text, shape (width,), its largest number 127 or -127; zeros for a text without words.

    Costs nothing where the full model has just read the same text, else the 2 to 3 ms of one encoder.
    """
    features = feature_text_of(Message({TEXT: text}))
    encoder = shared_encoder(SEARCH_ENCODER)
    width = encoder.blocks[0]
    if not features:
        return np.zeros(width, dtype=np.int8)
    vector = encoder.encode([features], [language])[0, :width]
    compact: Compact = np.rint(vector / np.abs(vector).max() * _LARGEST).astype(np.int8)
    return compact


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
    rows = [search_vector(text, language) for text, language in subjects.values()]
    return {"keys": np.array(list(subjects)), "vectors": np.stack(rows) if rows else np.zeros((0, 0), dtype=np.int8)}


def write(folder: Path, path: Path) -> None:
    """Write the vectors of a folder's articles, in one step."""
    arrays = vectors_of(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    try:
        np.savez(unfinished, **arrays)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    write(*map(Path, sys.argv[1:]))
