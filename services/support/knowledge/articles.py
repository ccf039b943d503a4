"""All articles, read again when a file changes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from contracts.articles import Article, ArticleError, read_article
from support.knowledge.index import ArticleIndex
from support.knowledge.vectors import read_vectors
from support.knowledge.words import Words
from support.texts import LANGUAGES, Language

log = structlog.get_logger(__name__)
Stamp = tuple[tuple[str, int], ...]


class Articles:
    """Search and lookup. `vectors_file`: what the articles are about, as the assistant's encoder sees it, if made."""

    def __init__(self, folder: Path, stopwords: Path, vectors_file: Path) -> None:
        self._folder = folder
        self._stopwords = stopwords
        self._vectors_file = vectors_file
        self._stamp: Stamp | None = None
        self._indexes: dict[Language, ArticleIndex] = {}

    async def refresh(self) -> None:
        """Rebuild when files have come, gone or changed; a file that is not an article is logged and left out."""
        stamp = await asyncio.to_thread(self._look)
        if stamp != self._stamp:
            self._indexes = await asyncio.to_thread(self._build)
            self._stamp = stamp
            counts = {language: len(index.articles) for language, index in self._indexes.items()}
            log.info("articles_indexed", **counts)

    def _look(self) -> Stamp:
        files = [*sorted(self._folder.glob("*.md")), self._vectors_file]
        return tuple((file.name, file.stat().st_mtime_ns) for file in files if file.is_file())

    def _build(self) -> dict[Language, ArticleIndex]:
        words, stored = Words(self._stopwords), read_vectors(self._vectors_file)
        articles: list[Article] = []
        for file in sorted(self._folder.glob("*.md")):
            try:
                articles.append(read_article(file))
            except (ArticleError, OSError, UnicodeDecodeError) as error:
                log.error("article_left_out", error=str(error)[:300])
        return {
            language: ArticleIndex([one for one in articles if one.language == language], words, stored, language)
            for language in LANGUAGES
        }

    def search(self, query: str, language: Language, limit: int, vector: Sequence[int] = ()) -> list[dict[str, Any]]:
        """Results of contracts section 3."""
        index = self._indexes.get(language)
        if index is None:
            return []
        return [
            {
                "slug": article.slug,
                "title": article.title,
                "url": article.url,
                "excerpt": excerpt,
                "score": score,
                "products": list(article.products),
                "intents": list(article.intents),
            }
            for article, score, excerpt in index.search(query, limit, vector)
        ]

    def get(self, slug: str, language: Language) -> Article | None:
        """The article in that language, else in the other, else None."""
        found = {article.language: article for article in self.all() if article.slug == slug}
        return found.get(language) or next(iter(found.values()), None)

    def all(self, language: Language | None = None) -> list[Article]:
        chosen = [language] if language else list(LANGUAGES)
        return [article for name in chosen if name in self._indexes for article in self._indexes[name].articles]
