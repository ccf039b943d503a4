"""Article pages, rendered here: readable without scripts, by screen readers and in the dark."""

from html import escape, unescape
from pathlib import Path
from string import Template
from urllib.parse import urlencode

import nh3
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt

from contracts.articles import Article
from support.services import Services
from support.texts import Language, as_language
from support.web import Parts, request_language

router = APIRouter(prefix="/help", include_in_schema=False)
PAGE = Template((Path(__file__).parent / "templates" / "page.html").read_text(encoding="utf-8"))
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
OTHER: dict[Language, Language] = {"zh": "en", "en": "zh"}
# The chapters of the help centre in order, with their products; an article stands where its first product does.
CHAPTERS = {
    "servers": ("bcc", "gpu", "dcc", "as"),
    "storage": ("cds", "bos", "cfs"),
    "network": ("vpc", "eip", "security_group", "blb", "ddos"),
    "domains": ("domain", "dns", "ssl"),
    "delivery": ("cdn", "live"),
    "databases": ("rds", "scs", "dts"),
    "operations": ("bcm", "bls", "kafka", "cce", "cfc"),
    "ai": ("face", "ocr", "speech"),
    "account": ("billing", "account", "iam", "support"),
    "more": (),
}
CHAPTER_OF = {product: chapter for chapter, products in CHAPTERS.items() for product in products}
LONGEST_QUERY = 300
SHOWN_RESULTS = 10
LONGEST_PREVIEW = 160


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
async def contents(request: Request, services: Parts, lang: str | None = None, q: str = "") -> HTMLResponse:
    """Every article of the language by chapter; with `q`, those that answer it."""
    language, query = _language(request, lang), q.strip()[:LONGEST_QUERY]
    found = _found(services, language, query) if query else _chapters(services, language)
    other = "?" + urlencode({"lang": OTHER[language]} | ({"q": query} if query else {}))
    title = services.texts("article_home", language)
    body = _search_field(services, language, query) + found
    return HTMLResponse(_page(services, language, title, f"/help/{other}", body=body))


def _search_field(services: Services, language: Language, query: str) -> str:
    label = escape(services.texts("article_search", language))
    return (
        f'<form role="search" action="/help/"><input type="hidden" name="lang" value="{language}">'
        f'<input type="search" name="q" value="{escape(query)}" maxlength="{LONGEST_QUERY}" aria-label="{label}" '
        f'placeholder="{label}"><button>{label}</button></form>'
    )


def _chapters(services: Services, language: Language) -> str:
    chapters: dict[str, list[Article]] = {chapter: [] for chapter in CHAPTERS}
    for article in sorted(services.articles.all(language), key=lambda article: article.title):
        chapters[next((CHAPTER_OF[one] for one in article.products if one in CHAPTER_OF), "more")].append(article)
    return "".join(
        f"<h2>{escape(services.texts(f'chapter_{chapter}', language))}</h2>"
        f"<ul>{''.join(f'<li>{_link(article.url, article.title)}</li>' for article in articles)}</ul>"
        for chapter, articles in chapters.items()
        if articles
    )


def _found(services: Services, language: Language, query: str) -> str:
    results = services.articles.search(query, language, SHOWN_RESULTS)
    if not results:
        return f'<p role="status">{escape(services.texts("article_nothing_found", language))}</p>'
    items = "".join(
        f"<li>{_link(one['url'], one['title'])}<br><small>{escape(_plain(one['excerpt']))}</small></li>"
        for one in results
    )
    return f'<ol role="status" class="found">{items}</ol>'


def _link(url: str, title: str) -> str:
    return f'<a href="{escape(url)}">{escape(title)}</a>'


def _plain(markdown: str) -> str:
    """The words of an excerpt in one line, cut."""
    words = " ".join(nh3.clean(MARKDOWN.render(markdown), tags=set()).split())
    return unescape(words)[:LONGEST_PREVIEW]


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
