"""Articles: reading, searching, comparing scores, changing on disk, pages."""

import asyncio
import json
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support_harness import ROOT, eventually

from contracts.articles import ArticleError, read_article, subject_key
from support.knowledge.articles import Articles
from support.knowledge.pages import render_markdown
from support.knowledge.words import Words, simplified

# Of a process of the assistant's environment.
ASSISTANT = {**os.environ, "PYTHONPATH": str(ROOT)}
STOPWORDS = ROOT / "data" / "desk" / "search_stopwords.yml"
KNOWLEDGE = ROOT / "data" / "knowledge"
MEASURED = yaml.safe_load(Path(__file__).with_name("knowledge_questions.yml").read_text("utf-8"))
# Percent, a little below what is measured (docs/knowledge.md). An article is the answer from this score on.
ANSWERS_IT = 0.55
# By words alone and with the vector of the question.
FOUND_FIRST = {"words": {"zh": 80.0, "en": 83.0}, "vectors": {"zh": 82.0, "en": 87.0}}
FOUND = {"words": {"zh": 89.0, "en": 94.0}, "vectors": {"zh": 93.0, "en": 95.5}}
ANSWERED_RIGHT = {"words": {"zh": 93.0, "en": 89.0}, "vectors": {"zh": 90.0, "en": 92.0}}
ANSWERED = {"words": {"zh": 55.0, "en": 60.0}, "vectors": {"zh": 65.0, "en": 73.0}}
ANSWERED_IN_VAIN = 8.0
# From this score on an article is given, or asked about.
WORTH_ASKING = 0.4
SHOWN_IN_VAIN = 25.0
TEXTS = {
    "mount-disk.zh": (
        "挂载云磁盘",
        ["CDS", "数据盘"],
        "## 步骤\n\n先在控制台挂载，再用 `mkfs` 格式化，最后写入 /etc/fstab。",
    ),
    "mount-disk.en": (
        "Attach a cloud disk",
        ["CDS", "volume"],
        "Attach it, format it with `mkfs`, then edit /etc/fstab.",
    ),
    "open-port.zh": ("在安全组放行端口", ["防火墙", "端口"], "安全组默认拒绝入站。添加一条规则放行 8080 端口。"),
    "open-port.en": (
        "Open a port in a security group",
        ["firewall"],
        "Inbound is denied by default. Add a rule for it.",
    ),
    "renew.zh": ("续费云服务器", ["到期"], "到期前续费可以避免停机。"),
    "renew.en": ("Renew a server", ["expiry"], "Renew before expiry to avoid a stop."),
}


def write_article(
    folder: Path, name: str, title: str, keywords: list[str], body: str, products: Sequence[str] = ("bcc",)
) -> None:
    slug = name.partition(".")[0]
    meta = {"slug": slug, "title": title, "products": list(products), "intents": ["how_to"], "keywords": keywords}
    front = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in meta.items())
    sources = "updated: 2026-11-22\nsources: [https://example.com/doc]"
    (folder / f"{name}.md").write_text(f"---\n{front}\n{sources}\n---\n{body}\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, (title, keywords, body) in TEXTS.items():
        write_article(tmp_path, name, title, keywords, body)
    return tmp_path


@pytest.fixture
def articles(folder: Path) -> Articles:
    made = Articles(folder, STOPWORDS, folder / "vectors.npz")
    asyncio.run(made.refresh())
    return made


@pytest.mark.parametrize(
    ("question", "language", "slug"),
    [
        ("云磁盘怎么挂载到虚拟机", "zh", "mount-disk"),
        ("数据盘挂载", "zh", "mount-disk"),
        ("8080端口打不开，怎么放行", "zh", "open-port"),
        ("云服务器快到期了怎么续费", "zh", "renew"),
        ("how do I attach a disk?", "en", "mount-disk"),
        ("attaching volumes", "en", "mount-disk"),
        ("please open the firewall port", "en", "open-port"),
    ],
)
def test_that_questions_find_their_article(articles: Articles, question: str, language: Any, slug: str) -> None:
    best = articles.search(question, language, 3)[0]
    assert best["slug"] == slug and best["url"] == f"/help/{slug}?lang={language}" and best["excerpt"]


def test_that_scores_tell_a_near_question_from_a_far_one(articles: Articles) -> None:
    near = articles.search("挂载云磁盘", "zh", 1)[0]["score"]
    half = articles.search("挂载云磁盘之后人脸识别接口报错", "zh", 1)[0]["score"]
    far = articles.search("今天北京天气怎么样", "zh", 1)
    assert near > 0.8 > half > 0 and (not far or far[0]["score"] < 0.3)


Vectors = dict[str, list[int]]


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the vectors of articles and questions, by the assistant's own encoder."""
    folder = tmp_path_factory.mktemp("encoded")
    script = Path(__file__).with_name("question_vectors.py")
    subprocess.run([".venv/bin/python", str(script), str(folder)], cwd=ROOT, env=ASSISTANT, check=True)
    return folder


@pytest.fixture(scope="module")
def of_the_project(encoded: Path) -> Articles:
    made = Articles(KNOWLEDGE, STOPWORDS, encoded / "articles.npz")
    asyncio.run(made.refresh())
    return made


@pytest.fixture(params=["words", "vectors"])
def by(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def question_vectors(by: str, encoded: Path) -> Vectors:
    """Of every measured question; none where articles are to be found by words alone."""
    return json.loads((encoded / "questions.json").read_text("utf-8")) if by == "vectors" else {}


def _percent(rows: list[bool]) -> float:
    return 100 * sum(rows) / len(rows)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_questions_in_customers_words_find_their_articles(
    of_the_project: Articles, by: str, question_vectors: Vectors, language: Any
) -> None:
    rows = [row for row in MEASURED["questions"] if row["language"] == language]
    vectors = question_vectors or {row["text"]: [] for row in rows}
    found = [(row, of_the_project.search(row["text"], language, 3, vectors[row["text"]])) for row in rows]
    first = [bool(results) and results[0]["slug"] in row["articles"] for row, results in found]
    among = [any(result["slug"] in row["articles"] for result in results) for row, results in found]
    sure = [bool(results) and results[0]["score"] >= ANSWERS_IT for _, results in found]
    wrong = [row["text"] for (row, _), right in zip(found, first, strict=True) if not right]
    assert _percent(first) >= FOUND_FIRST[by][language] and _percent(among) >= FOUND[by][language], wrong
    answered_right = [right for right, answered in zip(first, sure, strict=True) if answered]
    assert _percent(sure) >= ANSWERED[by][language] and _percent(answered_right) >= ANSWERED_RIGHT[by][language]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_questions_without_an_article_are_seldom_answered(
    of_the_project: Articles, question_vectors: Vectors, language: Any
) -> None:
    rows = [row["text"] for row in MEASURED["nothing"] if row["language"] == language]
    vectors = question_vectors or {text: [] for text in rows}
    results = [of_the_project.search(text, language, 1, vectors[text]) for text in rows]
    scores = [found[0]["score"] if found else 0.0 for found in results]
    assert _percent([score >= ANSWERS_IT for score in scores]) <= ANSWERED_IN_VAIN
    assert _percent([score >= WORTH_ASKING for score in scores]) <= SHOWN_IN_VAIN


def test_that_articles_come_in_both_languages_with_what_the_search_reads(of_the_project: Articles) -> None:
    slugs = {language: {article.slug for article in of_the_project.all(language)} for language in ("zh", "en")}
    assert slugs["zh"] == slugs["en"]
    for article in of_the_project.all():
        assert article.questions and article.keywords and article.sources and article.intents, article.url


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_the_article_on_support_plans_promises_what_the_desk_keeps(
    of_the_project: Articles, language: Any
) -> None:
    targets = yaml.safe_load((ROOT / "data" / "desk" / "sla.yml").read_text("utf-8"))["targets"]
    article = of_the_project.get("support-plans", language)
    assert article is not None
    rows = [re.findall(r"(\d+) (?:min|分钟)", line) for line in article.body.splitlines() if line.startswith("|")]
    promised = [[60 * int(minutes) for minutes in row] for row in rows if row]
    kept = [
        [targets[plan][severity]["seconds"] for severity in sorted(targets[plan])]
        for plan in ("key", "business", "basic")
    ]
    assert promised == kept


def test_that_traditional_characters_and_taiwanese_terms_are_searched_as_simplified_ones() -> None:
    words = Words(STOPWORDS)
    assert words.of("硬碟快取滿了") == words.of("硬盘缓存满了")
    assert simplified("云服务器怎么扩容") == "云服务器怎么扩容"


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=80), st.sampled_from(["zh", "en"]), st.integers(1, 5), st.lists(st.integers(-128, 127), max_size=3)
)
def test_that_any_query_answers_within_bounds(query: str, language: Any, limit: int, vector: list[int]) -> None:
    results = _shared().search(query, language, limit, vector)
    assert len(results) <= limit
    scores = [one["score"] for one in results]
    assert scores == sorted(scores, reverse=True) and all(0 < score <= 1 for score in scores)


def _shared(cache: list[Articles] = []) -> Articles:  # noqa: B006
    if not cache:
        from tempfile import mkdtemp

        folder = Path(mkdtemp())
        for name, (title, keywords, body) in TEXTS.items():
            write_article(folder, name, title, keywords, body)
        _write_vectors(folder / "vectors.npz", {"续费云服务器": [127, 0], "挂载云磁盘": [0, 127]})
        cache.append(Articles(folder, STOPWORDS, folder / "vectors.npz"))
        asyncio.run(cache[0].refresh())
    return cache[0]


def _write_vectors(path: Path, subjects: dict[str, list[int]]) -> None:
    keys = [subject_key(subject, "zh") for subject in subjects]
    np.savez(path, keys=np.array(keys), vectors=np.array([*subjects.values()], dtype=np.int8))


def test_that_an_article_is_found_by_what_it_is_about_without_a_word_of_it(folder: Path) -> None:
    _write_vectors(folder / "vectors.npz", {"续费云服务器": [127, 0], "挂载云磁盘": [0, 127]})
    made = Articles(folder, STOPWORDS, folder / "vectors.npz")
    asyncio.run(made.refresh())
    assert [one["slug"] for one in made.search("完全无关的话", "zh", 3, [50, 1])] == ["renew"]
    assert made.search("续费", "zh", 1, [50, 1])[0]["score"] > made.search("续费", "zh", 1, [1, 50])[0]["score"]


@pytest.mark.parametrize("strange", [[], [0, 0], [1], [1, 0, 0]])
def test_that_a_strange_vector_counts_for_nothing(folder: Path, strange: list[int]) -> None:
    _write_vectors(folder / "vectors.npz", {"续费云服务器": [127, 0]})
    made = Articles(folder, STOPWORDS, folder / "vectors.npz")
    asyncio.run(made.refresh())
    assert made.search("续费", "zh", 1, strange) == made.search("续费", "zh", 1)
    assert made.search("完全无关的话", "zh", 1, strange) == []


def test_that_a_text_without_a_vector_gains_nothing_by_that(folder: Path) -> None:
    """An article edited since the vectors were made is not ahead in questions that are about something else."""
    subjects = {"续费云服务器": [127, 0], "挂载云磁盘": [0, 127]}
    _write_vectors(folder / "vectors.npz", subjects)
    made = Articles(folder, STOPWORDS, folder / "vectors.npz")
    asyncio.run(made.refresh())
    far, by_words = (made.search("端口怎么开 qqqq", "zh", 1, vector)[0] for vector in ([100, 80], []))
    assert far["slug"] == by_words["slug"] == "open-port" and far["score"] < by_words["score"]


def _broken_vectors(folder: Path) -> list[bytes]:
    """Files that numpy reads, but of the wrong form."""
    key = subject_key("续费云服务器", "zh")
    arrays: list[dict[str, Any]] = [
        {"keys": [key], "vectors": [127]},
        {"keys": [key], "vectors": [[[127, 0]]]},
        {"keys": [key], "vectors": [[np.nan, 1.0]]},
        {"keys": [key], "vectors": [[0, 0]]},
        {"keys": [key, key], "vectors": [[1, 0]]},
        {"keys": [key]},
        {"keys": [{}], "vectors": [[1, 0]]},
    ]
    made = []
    for number, one in enumerate(arrays):
        np.savez(folder / f"{number}.npz", **{name: np.array(values) for name, values in one.items()})
        made.append((folder / f"{number}.npz").read_bytes())
    np.save(folder / "array.npy", np.zeros(3))
    return [*made, (folder / "array.npy").read_bytes()]


def test_that_vectors_are_read_again_when_they_change_and_broken_ones_are_left_out(folder: Path) -> None:
    made = Articles(folder, STOPWORDS, folder / "vectors.npz")
    asyncio.run(made.refresh())
    assert made.search("完全无关的话", "zh", 1, [1, 0]) == []
    _write_vectors(folder / "vectors.npz", {"续费云服务器": [127, 0]})
    asyncio.run(made.refresh())
    assert made.search("完全无关的话", "zh", 1, [1, 0])[0]["slug"] == "renew"
    whole = (folder / "vectors.npz").read_bytes()
    for broken in [*_broken_vectors(folder), b"broken", b"PK\x03\x04", b"", whole[:-30], whole[:60] + whole[80:]]:
        (folder / "vectors.npz").write_bytes(broken)
        asyncio.run(made.refresh())
        assert made.search("完全无关的话", "zh", 1, [1, 0]) == []
        assert made.search("续费", "zh", 1, [1, 0])[0]["slug"] == "renew"


def test_that_the_section_whose_heading_is_nearest_is_quoted(tmp_path: Path) -> None:
    write_article(tmp_path, "snapshots.zh", "快照", [], "## 怎么建\n\n选磁盘。\n\n## 价钱\n\n按空间算。\n")
    _write_vectors(tmp_path / "vectors.npz", {"怎么建": [127, 0], "价钱": [0, 127]})
    made = Articles(tmp_path, STOPWORDS, tmp_path / "vectors.npz")
    asyncio.run(made.refresh())
    quoted = [made.search("快照", "zh", 1, vector)[0]["excerpt"] for vector in ([9, 1], [1, 9])]
    assert [text.split("\n")[0] for text in quoted] == ["**怎么建**", "**价钱**"]


def test_that_articles_without_a_word_or_a_section_break_nothing(tmp_path: Path) -> None:
    write_article(tmp_path, "mute.en", "The of", [], "")
    made = Articles(tmp_path, STOPWORDS, tmp_path / "vectors.npz")
    asyncio.run(made.refresh())
    assert made.search("anything", "en", 3) == [] == made.search("", "en", 3)
    write_article(tmp_path, "brief.en", "Snapshots", [], "")
    asyncio.run(made.refresh())
    assert [(one["slug"], one["excerpt"]) for one in made.search("snapshot", "en", 3)] == [("brief", "")]


def test_that_the_section_that_answers_is_quoted(tmp_path: Path) -> None:
    body = "## Create one\n\nChoose the disk.\n\n## What it costs\n\nThe space is charged.\n"
    write_article(tmp_path, "snapshots.en", "Snapshots", [], body)
    made = Articles(tmp_path, STOPWORDS, tmp_path / "vectors.npz")
    asyncio.run(made.refresh())
    quoted = {query: made.search(query, "en", 1)[0]["excerpt"] for query in ("snapshot costs", "create snapshots")}
    assert quoted["snapshot costs"].startswith("**What it costs**")
    assert quoted["create snapshots"].startswith("**Create one**")


def test_that_changes_on_disk_are_seen_and_broken_files_left_out(folder: Path, articles: Articles) -> None:
    write_article(folder, "new-thing.en", "Freeze an invoice", [], "Text.")
    (folder / "broken.en.md").write_text("no front matter")
    (folder / "bytes.en.md").write_bytes(b"\xff\xfe")
    (folder / "open-port.en.md").unlink()
    asyncio.run(articles.refresh())
    assert articles.search("freeze invoice", "en", 1)[0]["slug"] == "new-thing"
    assert {article.slug for article in articles.all("en")} == {"mount-disk", "renew", "new-thing"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.fr.md", "---\ntitle: T\n---\nbody"),
        ("UPPER.en.md", "---\ntitle: T\n---\nbody"),
        ("x.en.md", "---\nslug: y\ntitle: T\n---\nbody"),
        ("x.en.md", "---\ntitle:\n---\nbody"),
        ("x.en.md", "---\n[\n---\nbody"),
        ("x.en.md", "body"),
    ],
)
def test_that_a_file_that_is_no_article_says_what_is_wrong(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ArticleError, match=name.replace(".", r"\.")):
        read_article(tmp_path / name)


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=alert(1)>"]
)
def test_that_markdown_cannot_run_anything(hostile: str) -> None:
    shown = render_markdown(hostile)
    assert "<script" not in shown and "<img" not in shown and 'href="javascript' not in shown


def test_article_pages(start: Any, folder: Path) -> None:
    service = start(KNOWLEDGE_DIR=str(folder))
    eventually(lambda: service.get("/help/mount-disk?lang=zh").status_code == 200, "the index")
    page = service.get("/help/mount-disk?lang=zh")
    assert '<html lang="zh">' in page.text and "<h1>挂载云磁盘</h1>" in page.text and "演示环境" in page.text
    assert 'href="/help/mount-disk?lang=en"' in page.text and "https://example.com/doc" in page.text
    assert page.headers["content-security-policy"] and "<script" not in page.text
    assert "Attach a cloud disk" in service.get("/help/mount-disk?lang=en").text
    assert "Renew a server" in service.get("/help/?lang=en").text
    for path in ("/help/none?lang=en", "/help/..%2f..%2fetc?lang=en", "/help/%3Cscript%3E"):
        missing = service.get(path)
        assert missing.status_code == 404 and "<script>" not in missing.text
    write_article(folder, "fresh.en", "Fresh article", [], "Just written.")
    eventually(lambda: service.get("/help/fresh?lang=en").status_code == 200, "the new article")


def test_the_contents_by_chapter_and_a_search(start: Any, folder: Path) -> None:
    write_article(folder, "poem.en", "A poem", [], "Nothing of the cloud.", ["poetry"])
    service = start(KNOWLEDGE_DIR=str(folder))
    eventually(lambda: service.get("/help/poem?lang=en").status_code == 200, "the index")
    page = service.get("/help/?lang=en").text
    assert page.index("<h2>Servers</h2>") < page.index("Attach a cloud disk") < page.index("<h2>More</h2>")
    assert page.index("<h2>More</h2>") < page.index("A poem")
    found = service.get("/help/", params={"lang": "en", "q": "attach a volume"}).text
    assert 'value="attach a volume"' in found and "Attach a cloud disk" in found and "A poem" not in found
    assert "/help/?lang=zh&amp;q=attach+a+volume" in found
    assert "挂载云磁盘" in service.get("/help/", params={"lang": "zh", "q": "掛載雲硬碟"}).text


@pytest.mark.parametrize(
    "query", ["<script>alert(1)</script>", '" onfocus=alert(1) x="', "x" * 5000, "\x00", "🙂", "zzzz"]
)
def test_that_no_query_runs_or_breaks_anything(start: Any, folder: Path, query: str) -> None:
    service = start(KNOWLEDGE_DIR=str(folder))
    answer = service.get("/help/", params={"lang": "en", "q": query})
    assert answer.status_code == 200 and "<script" not in answer.text and '" onfocus=alert' not in answer.text
    assert "Nothing found" in answer.text and len(answer.text) < 10_000
