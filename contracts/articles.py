"""One article from its file: front matter and Markdown (data/knowledge/<slug>.<language>.md)."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

Language = Literal["zh", "en"]
FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.S)
NAME = re.compile(r"([a-z0-9][a-z0-9-]*)\.(zh|en)\.md")
SECTION = re.compile(r"^(?=#{1,6} )", re.M)


class ArticleError(ValueError):
    """A file is not an article; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Article:
    """An article in one language. `body` is Markdown; `questions` are what customers say when they need it."""

    slug: str
    language: Language
    title: str
    products: tuple[str, ...]
    intents: tuple[str, ...]
    keywords: tuple[str, ...]
    questions: tuple[str, ...]
    updated: str
    sources: tuple[str, ...]
    body: str

    @property
    def url(self) -> str:
        return f"/help/{self.slug}?lang={self.language}"

    def sections(self) -> list[tuple[str, str]]:
        """Heading and Markdown of each section that has text; tables are left to the article's page."""
        found = []
        for section in SECTION.split(self.body):
            heading, _, text = section.partition("\n") if section.startswith("#") else ("", "", section)
            kept = "\n".join(line for line in text.strip().split("\n") if not line.startswith("|")).strip()
            if kept:
                found.append((heading.lstrip("# ").strip(), kept))
        return found

    def passages(self) -> list[str]:
        """The sections, each led by its heading in bold."""
        return [f"**{heading}**\n{text}" if heading else text for heading, text in self.sections()]

    def subjects(self) -> list[str]:
        """What the article is about, in short texts: of each section its heading (maybe empty), title, questions."""
        return [*(heading for heading, _ in self.sections()), self.title, *self.questions]


def _strings(meta: dict[str, Any], name: str) -> tuple[str, ...]:
    value = meta.get(name) or []
    return tuple(str(item) for item in (value if isinstance(value, list) else [value]))


def subject_key(subject: str, language: Language) -> str:
    """Under which the vector of one of an article's ``subjects`` is stored; another text has another."""
    return hashlib.sha256(f"{language}\0{subject}".encode()).hexdigest()[:32]


def read_article(path: Path) -> Article:
    """Raises ArticleError when name, front matter or title do not fit."""
    named = NAME.fullmatch(path.name)
    parts = FRONT.match(path.read_text(encoding="utf-8").replace("\r\n", "\n"))
    if named is None or parts is None:
        raise ArticleError(f"{path.name}: needs the name <slug>.<zh|en>.md and front matter between --- lines")
    try:
        meta = yaml.safe_load(parts[1])
    except yaml.YAMLError as error:
        raise ArticleError(f"{path.name}: front matter: {error}") from error
    if not isinstance(meta, dict) or not meta.get("title") or meta.get("slug", named[1]) != named[1]:
        raise ArticleError(f"{path.name}: front matter needs a title, and the slug of the file's name")
    updated = meta.get("updated", "")
    return Article(
        slug=named[1],
        language="zh" if named[2] == "zh" else "en",
        title=str(meta["title"]),
        products=_strings(meta, "products"),
        intents=_strings(meta, "intents"),
        keywords=_strings(meta, "keywords"),
        questions=_strings(meta, "questions"),
        updated=updated.isoformat() if isinstance(updated, date) else str(updated),
        sources=_strings(meta, "sources"),
        body=parts[2].strip(),
    )
