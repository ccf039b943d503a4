"""What articles are about, as the assistant's encoder sees it: how near a text comes to each of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from contracts.articles import Article, Language, subject_key

log = structlog.get_logger(__name__)
Floats = NDArray[np.float32]
Stored = Mapping[str, Floats]
# The cosine to an article's nearest subject that speaks neither for the article nor against it.
NEUTRAL: dict[Language, float] = {"zh": 0.82, "en": 0.76}


def read_vectors(path: Path) -> Stored:
    """Unit vectors by the keys of subjects; none where the file of ``bot.nlu.search_vectors`` is missing or broken."""
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            keys, rows = arrays["keys"].tolist(), arrays["vectors"].astype(np.float32)
        if rows.ndim != 2 or not np.isfinite(rows).all():
            raise ValueError(f"vectors of shape {rows.shape}, or not finite")
        return {key: _unit(row) for key, row in zip(keys, rows, strict=True) if row.any()}
    # Whatever is wrong with a file, articles are still found by their words.
    except Exception as error:
        log.error("article_vectors_left_out", error=f"{type(error).__name__}: {error}"[:300])
        return {}


def _unit(row: Floats) -> Floats:
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


class Nearness:
    """The subjects of some articles of one language."""

    def __init__(self, articles: Sequence[Article], stored: Stored, language: Language) -> None:
        keys = [subject_key(subject, language) for article in articles for subject in article.subjects()]
        self._known = np.array([key in stored for key in keys], dtype=bool)
        rows = [stored[key] for key in keys if key in stored]
        self._vectors = np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)
        self._neutral = NEUTRAL[language]

    def of(self, vector: Sequence[int]) -> Floats:
        """For each subject, in the order of the articles, how much nearer than neutral; zeros for a strange vector.

        A subject that has no vector yet is as near as others are on the average, and never nearer than neutral.
        """
        asked = np.asarray(vector, dtype=np.float32)
        if len(asked) != self._vectors.shape[1] or not asked.any():
            return np.zeros(len(self._known), dtype=np.float32)
        cosines = self._vectors @ _unit(asked)
        near = np.full(len(self._known), min(cosines.mean(), self._neutral), dtype=np.float32)
        near[self._known] = cosines
        return near - self._neutral
