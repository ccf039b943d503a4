"""Articles of one language by words (BM25) and nearness; scores can be compared between questions."""

import math
from collections import Counter
from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from contracts.articles import Article, Language
from support.knowledge.vectors import Nearness, Stored
from support.knowledge.words import Words

TITLE_WEIGHT = 3
KEYWORD_WEIGHT = 3
QUESTION_WEIGHT = 2
HEADING_WEIGHT = 2
FULL_MATCH = 0.75  # share of the theoretical maximum that a question made of the title's own words reaches
# Weight of an article's best part beside the whole article: one section or one example question that says what was
# asked counts for more than the same words scattered (docs/knowledge.md has the figures).
PART_WEIGHT = 0.5
LONGEST_EXCERPT = 480
# Weight of the nearness of an article's nearest subject, and of a section's heading where a section is chosen.
NEARNESS_WEIGHT = 2.0


class _Ranking:
    """BM25 of some documents; scores are shares of what a question could reach at most, and may exceed 1."""

    def __init__(self, documents: Sequence[list[str]]) -> None:
        self._size = len(documents)
        self._counts = Counter(word for document in documents for word in set(document))
        self._ranking = bm25s.BM25(method="lucene")
        if self._counts:
            self._ranking.index(documents, show_progress=False)

    def scores(self, query: Sequence[str]) -> NDArray[np.float64]:
        """What each document has of the question, each word weighted by how telling it is."""
        asked = sorted(set(query))
        known = [word for word in asked if word in self._counts]
        if not known:
            return np.zeros(self._size)
        best = sum(self._weight(word) for word in asked) * FULL_MATCH
        return np.asarray(self._ranking.get_scores(known), dtype=np.float64) / best

    def _weight(self, word: str) -> float:
        """Lucene's inverse document frequency; a word no document has counts as one that a single document has."""
        count = max(1, self._counts[word])
        return math.log(1 + (self._size - count + 0.5) / (count + 0.5))


class ArticleIndex:
    """Searches the articles it was built from; rebuilt whole when one changes."""

    def __init__(self, articles: Sequence[Article], words: Words, stored: Stored, language: Language) -> None:
        self.articles = list(articles)
        self._words = words
        self._whole = _Ranking([self._document(article) for article in self.articles])
        parts = [self._parts(article) for article in self.articles]
        self._parts_ranking = _Ranking([part for of_article in parts for part in of_article])
        self._first_parts = np.cumsum([0, *map(len, parts)])
        self._nearness = Nearness(self.articles, stored, language)
        self._first_subjects = np.cumsum([0, *(len(article.subjects()) for article in self.articles)])

    def _document(self, article: Article) -> list[str]:
        title, keywords = self._words.of(article.title), self._words.of(" ".join(article.keywords))
        questions = [word for question in article.questions for word in self._words.of(question)]
        return (
            title * TITLE_WEIGHT
            + keywords * KEYWORD_WEIGHT
            + questions * QUESTION_WEIGHT
            + self._words.of(article.body)
        )

    def _parts(self, article: Article) -> list[list[str]]:
        """The words of the passages, in their order; of the title with the keywords; of the example questions."""
        passages = []
        for passage in article.passages():
            heading, _, text = passage.partition("\n")
            passages.append(self._words.of(heading) * HEADING_WEIGHT + self._words.of(text))
        named = self._words.of(" ".join([article.title, *article.keywords]))
        return [*passages, named, *map(self._words.of, article.questions)]

    def search(self, query: str, limit: int, vector: Sequence[int] = ()) -> list[tuple[Article, float, str]]:
        """Articles with scores in 0-1 and the passage to quote, best first.

        With the vector of the question an article may be found without a word of it, by what it is about.
        """
        if not self.articles:
            return []
        words = self._words.of(query)
        parts = self._parts_ranking.scores(words)
        best_parts = np.maximum.reduceat(parts, self._first_parts[:-1])
        scores = (self._whole.scores(words) + PART_WEIGHT * best_parts) / (1 + PART_WEIGHT)
        near = NEARNESS_WEIGHT * self._nearness.of(vector)
        scores = scores + np.maximum.reduceat(near, self._first_subjects[:-1])
        order = np.argsort(-scores, kind="stable")[:limit]
        return [
            (self.articles[n], round(min(1.0, float(scores[n])), 4), self._excerpt(n, parts, near))
            for n in order
            if scores[n] > 0
        ]

    def _excerpt(self, number: int, parts: NDArray[np.float64], near: NDArray[np.float32]) -> str:
        """The article's passage with the highest score, cut at the end of a line."""
        passages = self.articles[number].passages()
        words, headings = (
            values[first : first + len(passages)]
            for values, first in ((parts, self._first_parts[number]), (near, self._first_subjects[number]))
        )
        best = passages[int((words + headings).argmax())] if passages else ""
        if len(best) <= LONGEST_EXCERPT:
            return best
        whole_lines = best[:LONGEST_EXCERPT].rpartition("\n")[0] or best[: LONGEST_EXCERPT - 1]
        return whole_lines + "\n…"
