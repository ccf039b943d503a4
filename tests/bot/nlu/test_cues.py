"""Mood, question, negation and the seams between requests."""

from datetime import datetime, timezone

import pytest

from bot.nlu.cues import asks_something, mood_of, negation_of, split_at_seams
from bot.nlu.entities import extract

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "negated", "asserted"),
    [
        ("不是 i-YufwpQAe，是 i-NNkaK46e", ["i-YufwpQAe"], ["i-NNkaK46e"]),
        ("是web-02不是web-01", ["web-01"], ["web-02"]),
        ("not web-01 but web-02", ["web-01"], ["web-02"]),
        ("restart web-02 instead of web-01", ["web-01"], ["web-02"]),
        ("web-01 ping 不通", [], []),
    ],
)
def test_what_is_denied_and_what_is_meant(text: str, negated: list[str], asserted: list[str]) -> None:
    found = negation_of(text, [e for e in extract(text, NOW) if e.kind != "operation"])
    assert (found.negated, found.asserted) == (negated, asserted)


@pytest.mark.parametrize("text", ["垃圾云，又挂了", "this is ridiculous", "WHY IS MY SERVER DOWN AGAIN"])
def test_anger_is_heard(text: str) -> None:
    assert mood_of(text).anger >= 0.5


@pytest.mark.parametrize("text", ["线上业务全挂了", "our whole site is down", "用户都登不上了"])
def test_a_standstill_is_heard(text: str) -> None:
    assert mood_of(text).business_down


def test_a_calm_report_is_calm() -> None:
    mood = mood_of("web-01 ping 不通")
    assert (mood.anger, mood.urgency, mood.business_down) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("重启会丢数据吗?", True),
        ("how much is it", True),
        ("can you restart web-01?", False),
        ("帮我重启 web-01", False),
    ],
)
def test_a_polite_request_is_no_question(text: str, asks: bool) -> None:
    assert asks_something(text) is asks


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("查下账单，再把 web-1 重启", ["查下账单", "把 web-1 重启"]),
        ("restart web-01 and tell me my balance", ["restart web-01", "tell me my balance"]),
        ("web-01 ping 不通", ["web-01 ping 不通"]),
    ],
)
def test_requests_are_split_at_their_seams(text: str, parts: list[str]) -> None:
    spans = split_at_seams(text, extract(text, NOW))
    assert [text[start:end] for start, end in spans] == parts


def test_an_identifier_is_never_split() -> None:
    text = "https://a.com/x;y?z and i-YufwpQAe"
    for start, end in split_at_seams(text, extract(text, NOW)):
        assert "https://a.com/x;y?z" in text[start:end] or "https" not in text[start:end]
