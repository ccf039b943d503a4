"""TF-IDF over character and word n-grams that fits Chinese and English alike, stored without pickle."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

_RUN = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")
_WORD_CHARACTERS = re.compile(r"^[\u3400-\u9fff]")


def terms(text: str) -> Iterator[str]:
    """Han 1–3-grams; for other words the word, word pairs, and 3–5-grams inside the padded word."""
    previous = ""
    for run in _RUN.findall(text):
        if _WORD_CHARACTERS.match(run):
            for size in (1, 2, 3):
                for start in range(len(run) - size + 1):
                    yield run[start : start + size]
            previous = ""
            continue
        word = run.strip(".,!?;:\"'()")
        if not word:
            continue
        yield f"w {word}"
        if previous:
            yield f"w {previous} {word}"
        previous = word
        padded = f"<{word}>"
        for size in (3, 4, 5):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]


class NgramVectorizer:
    """Sublinear TF-IDF rows of unit length."""

    def __init__(self, vocabulary: dict[str, int] | None = None, idf: npt.NDArray[np.float32] | None = None) -> None:
        self.vocabulary = vocabulary or {}
        self.idf = idf if idf is not None else np.zeros(0, dtype=np.float32)

    def fit(self, texts: Sequence[str], min_count: int = 2) -> NgramVectorizer:
        """Learn the terms that occur in at least ``min_count`` texts."""
        documents = Counter(term for text in texts for term in set(terms(text)))
        kept = sorted(term for term, count in documents.items() if count >= min_count)
        self.vocabulary = {term: index for index, term in enumerate(kept)}
        counts = np.array([documents[term] for term in kept], dtype=np.float64)
        self.idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        return self

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row of ``len(vocabulary)`` weights for each text."""
        indptr, indices, values = [0], [], []
        for text in texts:
            counts = Counter(index for term in terms(text) if (index := self.vocabulary.get(term)) is not None)
            row = [(1 + math.log(count)) * float(self.idf[index]) for index, count in counts.items()]
            norm = math.sqrt(sum(weight * weight for weight in row)) or 1.0
            indices += list(counts)
            values += [weight / norm for weight in row]
            indptr.append(len(indices))
        shape = (len(texts), len(self.vocabulary))
        return sparse.csr_matrix((np.array(values, dtype=np.float32), indices, indptr), shape=shape)
