"""TF-IDF over character and word n-grams that fits Chinese and English alike, stored without pickle."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

_RUN = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")


def terms(text: str) -> list[str]:
    """Han 1–3-grams; for other words the word, word pairs, and 3–5-grams inside the padded word."""
    found: list[str] = []
    previous = ""
    for run in _RUN.findall(text):
        if "\u3400" <= run[0] <= "\u9fff":
            found += [run[start : start + size] for size in (1, 2, 3) for start in range(len(run) - size + 1)]
            previous = ""
            continue
        word = run.strip(".,!?;:\"'()")
        if not word:
            continue
        found.append(f"w {word}")
        if previous:
            found.append(f"w {previous} {word}")
        previous = word
        found += _inside(word)
    return found


@functools.lru_cache(maxsize=4096)
def _inside(word: str) -> tuple[str, ...]:
    """The 3–5-grams of the padded word."""
    padded = f"<{word}>"
    return tuple(padded[start : start + size] for size in (3, 4, 5) for start in range(len(padded) - size + 1))


class NgramVectorizer:
    """Sublinear TF-IDF rows of unit length."""

    def __init__(self, vocabulary: dict[str, int] | None = None, idf: npt.NDArray[np.float32] | None = None) -> None:
        self.vocabulary = vocabulary or {}
        self.idf = idf if idf is not None else np.zeros(0, dtype=np.float32)

    @classmethod
    def of(cls, ordered: Sequence[str], idf: npt.NDArray[np.float32]) -> NgramVectorizer:
        """From the terms in the order of their numbers."""
        return cls({term: number for number, term in enumerate(ordered)}, idf)

    def ordered_terms(self) -> list[str]:
        """The terms in the order of their numbers."""
        return sorted(self.vocabulary, key=self.vocabulary.__getitem__)

    def fit(self, texts: Sequence[str], min_count: int = 2) -> NgramVectorizer:
        """Learn the terms that occur in at least ``min_count`` texts."""
        documents = Counter(term for text in texts for term in set(terms(text)))
        kept = sorted(term for term, count in documents.items() if count >= min_count)
        self.vocabulary = {term: index for index, term in enumerate(kept)}
        counts = np.array([documents[term] for term in kept], dtype=np.float64)
        self.idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        return self

    def weights(self, text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The numbers of the known terms of one text, and their weights (of unit length together)."""
        return self.weights_and_share(text)[:2]

    def weights_and_share(self, text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], float]:
        """As ``weights``, and the share of the text's terms that are known (0–1)."""
        found = [self.vocabulary.get(term) for term in terms(text)]
        known = [number for number in found if number is not None]
        counts = Counter(known)
        indices = np.array(list(counts), dtype=np.int64)
        values = np.array(list(counts.values()), dtype=np.float32)
        weights = (1 + np.log(values)) * self.idf[indices]
        unit = weights / max(float(np.sqrt(weights @ weights)), 1e-9)
        return indices, unit, len(known) / max(1, len(found))

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row of ``len(vocabulary)`` weights for each text."""
        rows = [self.weights(text) for text in texts]
        indptr = np.cumsum([0, *(len(indices) for indices, _ in rows)])
        shape = (len(texts), len(self.vocabulary))
        if not rows:
            return sparse.csr_matrix(shape, dtype=np.float32)
        indices = np.concatenate([indices for indices, _ in rows])
        values = np.concatenate([weights for _, weights in rows])
        return sparse.csr_matrix((values, indices, indptr), shape=shape)
