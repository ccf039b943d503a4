"""What articles are about, as the assistant's encoder sees it: how near a message comes to each of them."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from contracts.articles import Article, Language, subject_key

log = structlog.get_logger(__name__)
Floats = NDArray[np.float32]
Stored = Mapping[str, Floats]
# The cosine that speaks neither for an article nor against it: of most questions to their own article it is higher.
NEUTRAL: dict[Language, float] = {"zh": 0.82, "en": 0.76}


def read_vectors(path: Path) -> Stored:
    """Unit vectors by the keys of subjects; none where the file of ``bot.nlu.search_vectors`` is missing or broken."""
    if not path.is_file():
        return {}
    try:
        with np.load(path) as arrays:
            rows = arrays["vectors"].astype(np.float32)
            return dict(zip(arrays["keys"].tolist(), _unit(rows), strict=True))
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        log.error("article_vectors_left_out", error=str(error)[:300])
        return {}


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


class Nearness:
    """The subjects of some articles of one language; one without a vector is neutral."""

    def __init__(self, articles: Sequence[Article], stored: Stored, language: Language) -> None:
        keys = [subject_key(subject, language) for article in articles for subject in article.subjects()]
        self._known = np.array([key in stored for key in keys], dtype=bool)
        rows = [stored[key] for key in keys if key in stored]
        self._vectors = np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)
        self._neutral = NEUTRAL[language]

    def of(self, vector: Sequence[float]) -> Floats:
        """For each subject, in the order of the articles, how much nearer than neutral; zeros for a strange vector."""
        near = np.zeros(len(self._known), dtype=np.float32)
        asked = np.asarray(vector, dtype=np.float32)
        if len(asked) == self._vectors.shape[1] and np.isfinite(asked).all() and asked.any():
            near[self._known] = self._vectors @ _unit(asked) - self._neutral
        return near
