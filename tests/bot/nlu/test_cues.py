"""Mood, question, negation and the seams between requests."""

from datetime import datetime, timezone

import pytest

from bot.nlu.cues import Negation, asks_something, mood_of, negation_of, split_at_seams
from bot.nlu.entities import extract
from bot.nlu.entities.model import Value


def now() -> datetime:
    return datetime(2026, 11, 22, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "negated", "asserted"),
    [
        ("不是 i-YufwpQAe，是 i-NNkaK46e", ["i-YufwpQAe"], ["i-NNkaK46e"]),
        ("是web-02不是web-01", ["web-01"], ["web-02"]),
        ("not web-01 but web-02", ["web-01"], ["web-02"]),
        ("restart web-02 instead of web-01", ["web-01"], ["web-02"]),
        ("不是这台，是 web-02", ["focus"], ["web-02"]),
        ("neither web-11 nor web-12, web-13", ["web-11", "web-12"], ["web-13"]),
        ("web-01 ping 不通", [], []),
    ],
)
def test_what_is_denied_and_what_is_meant(text: str, negated: list[str], asserted: list[str]) -> None:
    assert _negation(text) == (negated, asserted)


@pytest.mark.parametrize(
    ("text", "negated", "asserted"),
    [
        ("db-03没事，坏的是db-04", ["db-03"], ["db-04"]),
        ("上海那边正常，是苏州的机器连不上", ["fsh"], ["su"]),
        ("2核不够，换成4核", [2], [4]),
        ("重置不用，重启就好", ["reset"], ["restart"]),
        ("db-03 is fine, db-04 is the broken one", ["db-03"], ["db-04"]),
        ("Shanghai works, Suzhou is unreachable", ["fsh"], ["su"]),
        ("20M is not enough, 50M please", [20], [50]),
        ("web-11没事了", [], []),
        ("带宽20M不够", [], []),
        ("web-11 works again", [], []),
        ("业务恢复正常，可以关闭了", [], []),
    ],
)
def test_what_is_in_order_or_does_not_suit_is_denied_only_beside_another(
    text: str, negated: list[Value], asserted: list[Value]
) -> None:
    assert _negation(text) == (negated, asserted)


@pytest.mark.parametrize(
    ("text", "negated", "asserted"),
    [
        ("别关机，重启一下就行", ["stop"], ["restart"]),
        ("我没让你们回滚，只是打个快照", ["restore"], ["backup"]),
        ("千万不要释放", ["release"], []),
        ("谁说是广州了，我说的是苏州", ["gz"], ["su"]),
        ("don't shut it down, a reboot will do", ["stop"], ["restart"]),
        ("I never asked for a rollback, only a snapshot", ["restore"], ["backup"]),
        ("no need for a reset, just restart it", ["reset"], ["restart"]),
        ("who said Guangzhou? Suzhou please", ["gz"], ["su"]),
        ("web-11 does not start", [], []),
        ("要不要重启", [], []),
        ("不用重启吗", [], []),
        ("why don't you restart it", [], []),
    ],
)
def test_an_act_refused_is_found_also_where_it_is_no_entity(
    text: str, negated: list[Value], asserted: list[Value]
) -> None:
    kept = [entity for entity in extract(text, now) if entity.kind not in ("operation", "mention")]
    found = negation_of(text, kept)
    assert (found.negated, found.asserted) == (negated, asserted if negated else found.asserted)


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("不要重启web-11", ["restart"]),
        ("不要重启web-11，重启web-12", ["web-11"]),
        ("不要重启web-11，把web-12关机", ["restart", "web-11"]),
        ("web-11、web-12和web-13都别动，只关web-14", ["web-11", "web-12", "web-13"]),
        ("please don't restart web-11", ["restart"]),
        ("don't restart web-11, restart web-12", ["web-11"]),
        ("don't restart web-11, shut down web-12", ["restart", "web-11"]),
        ("leave web-11 and web-12 alone, just stop web-14", ["web-11", "web-12"]),
        ("是不是北京的机房出问题了", []),
        ("特别慢，北京的机器", []),
        ("谁说要升级，我要降配", []),
    ],
)
def test_a_refused_act_on_a_machine_denies_what_the_customer_means(text: str, negated: list[str]) -> None:
    assert negation_of(text, extract(text, now)).negated == negated


def test_a_pasted_log_denies_nothing() -> None:
    assert _negation("不是 web-01，是 web-02\n" * 60) == ([], [])


def _negation(text: str) -> tuple[list[Value], list[Value]]:
    found = negation_of(text, [e for e in extract(text, now) if e.kind != "operation"])
    return found.negated, found.asserted if found.negated else []


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
        ("改完密码帮我重启", ["改完密码帮我重启"]),
        ("密码改完帮我重启", ["密码改", "帮我重启"]),
        ("还有哪些机器快到期", ["还有哪些机器快到期"]),
        ("restart web-01 and tell me my balance", ["restart web-01", "tell me my balance"]),
        ("restart web-01. Otherwise get me an engineer", ["restart web-01", "get me an engineer"]),
        ("web-01 is also not working", ["web-01 is also not working"]),
        ("web-01 ping 不通", ["web-01 ping 不通"]),
    ],
)
def test_requests_are_split_at_their_seams(text: str, parts: list[str]) -> None:
    pieces = split_at_seams(text, extract(text, now))
    assert [text[piece.start : piece.end] for piece in pieces] == parts


def test_an_identifier_is_never_split() -> None:
    text = "https://a.com/x;y?z and i-YufwpQAe"
    for piece in split_at_seams(text, extract(text, now)):
        part = text[piece.start : piece.end]
        assert "https://a.com/x;y?z" in part or "https" not in part


def test_nothing_is_denied_in_a_pasted_log() -> None:
    said = "不是北京，是广州。"
    assert negation_of(said, extract(said, now)).negated == ["bj"]
    log = said * 200
    assert negation_of(log, extract(log, now)) == Negation()
