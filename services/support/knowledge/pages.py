"""Article pages, rendered here: readable without scripts, by screen readers and in the dark."""

from html import escape
from pathlib import Path
from string import Template

import nh3
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt

from support.knowledge.reading import Article
from support.services import Services
from support.texts import Language, as_language
from support.web import Parts, request_language

router = APIRouter(prefix="/help", include_in_schema=False)
PAGE = Template((Path(__file__).parent / "templates" / "page.html").read_text(encoding="utf-8"))
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
OTHER: dict[Language, Language] = {"zh": "en", "en": "zh"}


def render_markdown(text: str) -> str:
    """Markdown to HTML that cannot run anything."""
    return nh3.clean(MARKDOWN.render(text))


def _language(request: Request, lang: str | None) -> Language:
    return as_language(lang, request_language(request)) if lang else request_language(request)


def _page(services: Services, language: Language, title: str, other_url: str, **parts: str) -> str:
    texts = services.texts
    banner = f'<div class="banner" role="note">{escape(texts("demo_banner", language))}</div>'
    return PAGE.substitute(
        lang=language,
        title=escape(title),
        skip=escape(texts("article_skip", language)),
        banner=banner if services.settings.demo else "",
        home=escape(texts("article_home", language)),
        other_url=escape(other_url),
        other_lang=OTHER[language],
        other_name=escape(texts("article_other_language", language)),
        facts=parts.get("facts", ""),
        body=parts.get("body", ""),
        footer=parts.get("footer", ""),
    )


@router.get("/", response_class=HTMLResponse)
async def contents(request: Request, services: Parts, lang: str | None = None) -> HTMLResponse:
    """Every article of the language."""
    language = _language(request, lang)
    items = "".join(
        f'<li><a href="{escape(article.url)}">{escape(article.title)}</a></li>'
        for article in sorted(services.articles.all(language), key=lambda article: article.title)
    )
    title = services.texts("article_home", language)
    return HTMLResponse(_page(services, language, title, f"/help/?lang={OTHER[language]}", body=f"<ul>{items}</ul>"))


@router.get("/{slug}", response_class=HTMLResponse)
async def article_page(request: Request, services: Parts, slug: str, lang: str | None = None) -> HTMLResponse:
    """One article; 404 with a way back when there is none."""
    language = _language(request, lang)
    article = services.articles.get(slug, language)
    if article is None:
        title = services.texts("article_not_found", language)
        return HTMLResponse(_page(services, language, title, f"/help/?lang={OTHER[language]}"), 404)
    return HTMLResponse(_article(services, article))


def _article(services: Services, article: Article) -> str:
    texts, language = services.texts, article.language
    facts = []
    if article.updated:
        facts.append(texts("article_updated", language, date=article.updated))
    if article.products:
        facts.append(f"{texts('article_products', language)}: {', '.join(article.products).upper()}")
    sources = "".join(f"<li>{_source(source)}</li>" for source in article.sources)
    footer = f"<footer><h2>{escape(texts('article_sources', language))}</h2><ul>{sources}</ul></footer>"
    return _page(
        services,
        language,
        article.title,
        f"/help/{article.slug}?lang={OTHER[language]}",
        facts=f'<p class="facts">{escape(" · ".join(facts))}</p>' if facts else "",
        body=render_markdown(article.body),
        footer=footer if sources else "",
    )


def _source(source: str) -> str:
    shown = escape(source)
    if source.startswith(("https://", "http://")):
        return f'<a href="{shown}" rel="noopener noreferrer">{shown}</a>'
    return shown
