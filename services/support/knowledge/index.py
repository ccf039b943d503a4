"""BM25 over the articles of one language, with scores that can be compared between questions."""

import math
from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from support.knowledge.reading import Article
from support.knowledge.words import Words

TITLE_WEIGHT = 3
KEYWORD_WEIGHT = 3
FULL_MATCH = 0.75  # share of the theoretical maximum that a question made of the title's own words reaches
LONGEST_EXCERPT = 480
VECTOR_SHARE = 0.5


class ArticleIndex:
    """Searches the articles it was built from; rebuilt whole when one changes."""

    def __init__(self, articles: Sequence[Article], words: Words, vectors: dict[str, list[float]]) -> None:
        self.articles = list(articles)
        self._words = words
        documents = [self._document(article) for article in self.articles]
        self._counts: dict[str, int] = {}
        for document in documents:
            for word in set(document):
                self._counts[word] = self._counts.get(word, 0) + 1
        self._ranking = bm25s.BM25(method="lucene")
        if documents:
            self._ranking.index(documents, show_progress=False)
        self._vectors = [vectors.get(f"{article.slug}.{article.language}") for article in self.articles]

    def _document(self, article: Article) -> list[str]:
        title, keywords = self._words.of(article.title), self._words.of(" ".join(article.keywords))
        return title * TITLE_WEIGHT + keywords * KEYWORD_WEIGHT + self._words.of(article.body)

    def search(self, query: str, limit: int, vector: list[float] | None) -> list[tuple[Article, float]]:
        """Articles with scores in 0-1, best first; none that shares nothing with the question."""
        if not self.articles:
            return []
        scores = self._word_scores(self._words.of(query))
        if vector is not None:
            scores = self._with_vectors(scores, np.asarray(vector, dtype=np.float64))
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(self.articles[place], round(float(scores[place]), 4)) for place in order if scores[place] > 0]

    def _word_scores(self, query: list[str]) -> NDArray[np.float64]:
        """What the article has of the question, each word weighted by how telling it is."""
        asked = sorted(set(query))
        best = sum(self._weight(word) for word in asked) * FULL_MATCH
        known = [word for word in asked if word in self._counts]
        if not known:
            return np.zeros(len(self.articles))
        raw = np.asarray(self._ranking.get_scores(known), dtype=np.float64)
        return np.clip(raw / best, 0.0, 1.0)

    def _weight(self, word: str) -> float:
        """Lucene's inverse document frequency; a word no article has counts as one that a single article has."""
        count, total = max(1, self._counts.get(word, 0)), len(self.articles)
        return math.log(1 + (total - count + 0.5) / (count + 0.5))

    def _with_vectors(self, scores: NDArray[np.float64], vector: NDArray[np.float64]) -> NDArray[np.float64]:
        mixed = scores.copy()
        norm = float(np.linalg.norm(vector))
        for place, stored in enumerate(self._vectors):
            if stored is not None and len(stored) == len(vector) and norm > 0:
                known: NDArray[np.float64] = np.asarray(stored, dtype=np.float64)
                cosine = float(known @ vector) / (float(np.linalg.norm(known)) * norm or 1.0)
                near = max(0.0, cosine)
                mixed[place] = (1 - VECTOR_SHARE) * scores[place] + VECTOR_SHARE * near
        return mixed

    def excerpt(self, article: Article, query: str) -> str:
        """The section that shares most with the question, cut at the end of a line."""
        asked = set(self._words.of(query))
        best = max(article.passages(), key=lambda section: len(asked & set(self._words.of(section))), default="")
        if len(best) <= LONGEST_EXCERPT:
            return best
        whole_lines = best[:LONGEST_EXCERPT].rpartition("\n")[0] or best[: LONGEST_EXCERPT - 1]
        return whole_lines + "\n…"
