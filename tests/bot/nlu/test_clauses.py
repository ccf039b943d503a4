"""Which pieces of a message are requests of their own, for given readings of the pieces."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.clauses import REQUESTS, TROUBLES, accepted, may_stand_apart, split
from bot.nlu.entities import extract
from bot.nlu.intent_model import Prediction
from bot.nlu.utterance import normalise


def now() -> datetime:
    return datetime(2026, 11, 22, tzinfo=timezone.utc)


def read(text: str, *readings: str | tuple[str, float]) -> list[tuple[str, str]]:
    """The accepted clauses of ``text`` whose pieces are read as ``readings`` (surely, unless a figure is given)."""
    text = normalise(text).text
    clauses = split(text, extract(text, now))
    told = [(one, 0.97) if isinstance(one, str) else one for one in readings]
    predictions = [Prediction([(intent, sure)], sure, 1.0, "answer") for intent, sure in told]
    return [(clause.text, intent) for clause, intent, _ in accepted(text, clauses, predictions)]


def intents(text: str, *readings: str | tuple[str, float]) -> list[str]:
    """As ``read``, without the texts."""
    return [intent for _, intent in read(text, *readings)]


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("续费三个月，发票也开一下", ("renewal", "invoice")),
        ("列出我的云服务器，给快到期的续一年", ("list_resources", "renewal")),
        ("先改 db-02 的密码，接着重启一下", ("password_reset", "instance_power")),
        ("刷新一下缓存，要是不行就帮我转人工", ("cdn_refresh", "talk_to_human")),
        ("extend web-04 by three months, and issue an invoice for it", ("renewal", "invoice")),
        ("open a ticket about the slow network and let our TAM know", ("ticket_create", "tam_contact")),
        ("purge the cache, and if that doesn't help connect me to an agent", ("cdn_refresh", "talk_to_human")),
        ("any news on TK-20261118-0007? also who is our account manager", ("ticket_status", "tam_contact")),
    ],
)
def test_two_things_asked_for_are_two(text: str, readings: tuple[str, ...]) -> None:
    assert intents(text, *readings) == list(readings)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("续费三个月，发票也开一下", ("renewal", ("invoice", 0.6))),
        ("open a ticket and let our TAM know", (("ticket_create", 0.5), "tam_contact")),
    ],
)
def test_a_mere_pause_needs_two_sure_readings(text: str, readings: tuple[str | tuple[str, float], ...]) -> None:
    assert read(text, *readings) == []


def test_a_matter_that_is_announced_needs_less() -> None:
    assert intents("续费三个月，顺便开发票", ("renewal", 0.6), ("invoice", 0.6)) == ["renewal", "invoice"]


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("证书过期了，请问账单在哪里怎么续期", ("ssl_expiry", "renewal")),
        ("网站返回 502，帮忙找人刷新一下", ("cdn_error", "cdn_refresh")),
        ("server is down, get somebody to reboot it", ("instance_down", "instance_power")),
    ],
)
def test_a_trouble_with_its_remedy_is_one_matter(text: str, readings: tuple[str, ...]) -> None:
    assert read(text, *readings) == []


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("数据盘满了，另外上个月的发票还没收到", ("disk_full", "invoice")),
        ("直播很卡，麻烦转人工", ("live_stutter", "talk_to_human")),
        ("web-09宕机了，是不是你们苏州出故障了", ("instance_down", "incident_status")),
        ("丢包很多，不然就把带宽加到20M", ("network_slow", "resize_bandwidth")),
        ("the data disk is full. By the way, last month's invoice never came", ("disk_full", "invoice")),
        ("the livestream keeps freezing, transfer me to a human", ("live_stutter", "talk_to_human")),
    ],
)
def test_a_trouble_and_another_matter_are_two(text: str, readings: tuple[str, ...]) -> None:
    assert intents(text, *readings) == list(readings)


@pytest.mark.parametrize(
    ("text", "readings", "several"),
    [
        ("ping不通，ssh也连不上", ("instance_down", "instance_connect"), False),
        ("BOS 报 403，直播也卡住了", ("bos_access_denied", "live_stutter"), True),
        ("ssh连不上，数据库也是好的", ("instance_connect", "rds_connection"), False),
        ("BOS returns 403, and our livestream is frozen as well", ("bos_access_denied", "live_stutter"), True),
        ("it does not ping, and ssh times out too", ("instance_down", "instance_connect"), False),
    ],
)
def test_symptoms_are_one_trouble_unless_of_two_products(
    text: str, readings: tuple[str, ...], *, several: bool
) -> None:
    assert intents(text, *readings) == (list(readings) if several else [])


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("test-01关机，test-02重启", True),
        ("turn test-01 off and reboot test-02", True),
        ("把test-01关机，再开机", False),
        ("turn test-01 off and start it", False),
    ],
)
def test_one_intent_is_two_requests_only_on_two_machines(text: str, *, several: bool) -> None:
    assert len(read(text, "instance_power", "instance_power")) == (2 if several else 0)


@pytest.mark.parametrize(
    ("text", "readings", "expected"),
    [
        ("别重启了，直接叫个工程师过来", ("instance_power", "talk_to_human"), ["deny", "talk_to_human"]),
        ("don't restart anything, just get me an engineer", ("how_to", "talk_to_human"), ["deny", "talk_to_human"]),
        ("算了，看看我账户里还有多少钱", ("cancel", "billing_question"), ["cancel", "billing_question"]),
        ("跳过，为什么要问我这个", ("skip", "explain_why"), ["skip", "explain_why"]),
        ("说中文吧，再查下web-01的状态", ("change_language", "instance_info"), ["change_language", "instance_info"]),
        ("skip that, and show me the status of web-01", ("skip", "instance_info"), ["skip", "instance_info"]),
        ("go ahead and restart it", ("affirm", "instance_power"), ["affirm", "instance_power"]),
        ("i-Ab3dEf9H，重启会丢数据吗", ("inform", "how_to"), ["inform", "how_to"]),
        ("i-Ab3dEf9H, does a restart lose data", ("list_resources", "how_to"), ["inform", "how_to"]),
    ],
)
def test_a_reply_may_stand_before_a_request(text: str, readings: tuple[str, ...], expected: list[str]) -> None:
    assert intents(text, *readings) == expected


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("别重启，把它关机", ("deny", "instance_power")),
        ("不升级了，请退款", ("cancel", "refund")),
        ("可以，会丢数据吗", ("affirm", "how_to")),
        ("同意，请重启", ("affirm", "instance_power")),
        ("no, restart web-07", ("deny", "instance_power")),
        ("yes, will I lose data?", ("affirm", "storage_advice")),
        ("yes, restart web-07", ("affirm", "instance_power")),
    ],
)
def test_a_correction_and_a_yes_to_be_explained_stay_one(text: str, readings: tuple[str, ...]) -> None:
    assert read(text, *readings) == []


def test_pieces_that_do_not_stand_apart_join_the_one_before() -> None:
    text = "帮我查下账单，给我看明细，顺便重启web-01"
    assert read(text, "billing_question", ("billing_question", 0.6), "instance_power") == [
        ("帮我查下账单,给我看明细", "billing_question"),
        ("重启web-01", "instance_power"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "你好，帮我重启web-01",
        "谢谢，帮我重启web-01",
        "CPU跑满了，怎么办",
        "web-01连不上，北京的，昨晚开始",
        "开通的时候，怎么选地域",
        "hello, please restart web-01",
        "CPU is pegged, what should I do?",
        "web-01 is down, Beijing, since 9 pm",
        "when I log in, how do I change the password",
        "show the specs of web-02 and web-03",
        "查账单，再重启web-01" * 25,
    ],
)
def test_no_cut_is_offered_that_cannot_win(text: str) -> None:
    text = normalise(text).text
    assert split(text, extract(text, now)) == []


def test_at_most_four_clauses_are_offered_the_surest_cuts_first() -> None:
    text = normalise("查账单，查工单，查发票，开端口，另外重启web-01，然后查备案").text
    pieces = [clause.text for clause in split(text, extract(text, now))]
    assert len(pieces) == 4
    assert pieces[2:] == ["重启web-01", "查备案"]


SEVERAL = (
    "web-01 宕机了，另外发票还没收到，顺便续费三个月",
    "先改 db-02 的密码，接着重启一下",
    "extend web-04 by three months, and issue an invoice for it",
    "open a ticket about the slow network and let our TAM know, also restart web-01",
    "web-02, what is its IP?",
    "不要重启，我想先看看监控",
)
INTENTS = sorted(TROUBLES | REQUESTS | {"affirm", "deny", "cancel", "skip", "explain_why", "greet", "inform"})
some_reading = st.builds(
    lambda intent, sure: Prediction([(intent, sure)], sure, 1.0, "answer"), st.sampled_from(INTENTS), st.floats(0, 1)
)


@given(st.sampled_from(SEVERAL), st.lists(some_reading, min_size=4, max_size=4), st.lists(st.booleans(), min_size=4))
def test_what_may_not_stand_apart_by_some_readings_does_not_by_all(
    text: str, readings: list[Prediction], seen: list[bool]
) -> None:
    text = normalise(text).text
    clauses = split(text, extract(text, now))
    readings = readings[: len(clauses)]
    if accepted(text, clauses, readings):
        known = [reading if look else None for reading, look in zip(readings, seen, strict=False)]
        assert may_stand_apart(clauses, known)


def test_a_reading_that_settles_it_spares_the_others() -> None:
    text = normalise("重启一下 web-01，然后开个发票").text
    clauses = split(text, extract(text, now))
    doubtful, request = (Prediction([("invoice", sure)], sure, 1.0, "answer") for sure in (0.2, 0.9))
    assert may_stand_apart(clauses, [None, None]) and may_stand_apart(clauses, [None, request])
    assert not may_stand_apart(clauses, [None, doubtful]) and not may_stand_apart(clauses, [doubtful, None])
    assert not may_stand_apart([], [])
