"""TF-IDF over character and word n-grams that fits Chinese and English alike, stored without pickle."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

_RUN = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")


@functools.lru_cache(maxsize=64)
def terms(text: str) -> tuple[str, ...]:
    """Han 1–3-grams; for other words the word, word pairs, and 3–5-grams inside the padded word.

    Those of the latest texts are kept: two models ask for them in turn.
    """
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
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def _inside(word: str) -> tuple[str, ...]:
    """The 3–5-grams of the padded word."""
    padded = f"<{word}>"
    return tuple(padded[start : start + size] for size in (3, 4, 5) for start in range(len(padded) - size + 1))


@dataclass(frozen=True)
class TermCounts:
    """How often each term occurs in each text: counted once for all models that are fitted on some of the texts.

    Attributes:
        terms: every term that was found, by its column.
        counts: shape (texts, terms).
    """

    terms: list[str]
    counts: sparse.csr_matrix

    @classmethod
    def of(cls, texts: Sequence[str]) -> TermCounts:
        """Count the terms of texts."""
        columns: dict[str, int] = {}
        found = [[columns.setdefault(term, len(columns)) for term in terms(text)] for text in texts]
        indptr = np.cumsum([0, *map(len, found)])
        indices = np.fromiter((column for row in found for column in row), dtype=np.int32, count=indptr[-1])
        ones = np.ones(len(indices), dtype=np.float32)
        counts = sparse.csr_matrix((ones, indices, indptr), shape=(len(texts), len(columns)))
        counts.sum_duplicates()
        return cls(list(columns), counts)

    def take(self, rows: npt.NDArray[np.int_] | slice) -> TermCounts:
        """The counts of these texts."""
        return TermCounts(self.terms, self.counts[rows])

    @staticmethod
    def join(parts: Sequence[TermCounts]) -> TermCounts:
        """The counts of several parts. Raises ``ValueError`` when they were not counted together."""
        if any(part.terms is not parts[0].terms for part in parts):
            raise ValueError("the terms of these texts were not counted together")
        return TermCounts(parts[0].terms, sparse.vstack([part.counts for part in parts], format="csr"))


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

    def fit_transform(self, counted: TermCounts, min_count: int = 2) -> sparse.csr_matrix:
        """Learn the terms that occur in at least ``min_count`` texts; one row of their weights for each text."""
        documents = np.bincount(counted.counts.indices, minlength=len(counted.terms))
        kept = sorted(np.flatnonzero(documents >= min_count), key=counted.terms.__getitem__)
        self.vocabulary = {counted.terms[column]: number for number, column in enumerate(kept)}
        self.idf = (np.log((1 + counted.counts.shape[0]) / (1 + documents[kept])) + 1).astype(np.float32)
        weights = counted.counts[:, kept]
        weights.data = (1 + np.log(weights.data)) * self.idf[weights.indices]
        lengths = np.sqrt(weights.multiply(weights).sum(axis=1).A1)
        return sparse.diags(1 / np.maximum(lengths, 1e-9)).astype(np.float32) @ weights

    def weights(self, text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The numbers of the known terms of one text, and their weights (of unit length together)."""
        return self.weights_and_share(text)[:2]

    def weights_and_share(self, text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], float]:
        """As ``weights``, and the share of the text's terms that are known (0–1)."""
        found = [*map(self.vocabulary.get, terms(text))]
        counts = Counter(found)
        unknown = counts.pop(None, 0)
        indices = np.fromiter(counts.keys(), np.int64, len(counts))
        values = np.fromiter(counts.values(), np.float32, len(counts))
        weights = (1 + np.log(values)) * self.idf[indices]
        unit = weights / max(math.sqrt(weights @ weights), 1e-9)
        return indices, unit, (len(found) - unknown) / max(1, len(found))
