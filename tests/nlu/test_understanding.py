"""The structure that the dialogue reads: its shape, several requests, corrections, language of a bare ID."""

import asyncio

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from trained_model import TrainedModel

_KEYS = {"language", "mixed", "confidence", "gate", "candidates", "clauses", "negation", "mood", "question"}


@pytest.mark.parametrize(
    "text", ["我的虚拟机宕机了", "my VM is down", "i-YufwpQAe", "?", " ", "a" * 20_000, "\u200b", "💥💥"]
)
def test_every_message_has_the_whole_structure(model: TrainedModel, text: str) -> None:
    understanding = model.parse(text)["understanding"]
    assert set(understanding) == _KEYS
    assert understanding["gate"] in ("answer", "clarify", "reject")
    assert 0 <= understanding["confidence"] <= 1 and len(understanding["candidates"]) <= 3


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("查下账单，再把 web-1 重启", {"billing_question", "instance_power"}),
        ("restart web-01 and tell me my balance", {"instance_power", "billing_question"}),
        ("续费三个月，发票也开一下", {"renewal", "invoice"}),
        ("web-01的数据盘满了，另外上个月的发票还没收到", {"disk_full", "invoice"}),
        ("别重启了，直接叫个工程师过来", {"deny", "talk_to_human"}),
        ("extend web-04 by three months, and issue an invoice for it", {"renewal", "invoice"}),
        ("purge the CDN cache, otherwise connect me to an agent", {"cdn_refresh", "talk_to_human"}),
        ("any news on TK-20261118-0007? also who is our account manager", {"ticket_status", "tam_contact"}),
    ],
)
def test_several_requests_are_told_apart(model: TrainedModel, text: str, intents: set[str]) -> None:
    clauses = model.parse(text)["understanding"]["clauses"]
    assert {clause["intent"] for clause in clauses} == intents
    for clause in clauses:
        assert text[clause["start"] : clause["end"]] == clause["text"]


@pytest.mark.parametrize(
    "text",
    [
        "磁盘满了，帮我扩容",
        "证书过期了，怎么续期",
        "不是这台，重启 web-07",
        "可以，会丢数据吗",
        "web-01宕机了，ping不通，ssh也连不上，赶紧帮忙看看",
        "the disk is full, please expand it",
        "my certificate expired, how do I renew it",
        "no, restart web-07",
        "yes, will I lose data?",
        "server is down, no ping, ssh times out too, please check",
    ],
)
def test_one_matter_is_not_split(model: TrainedModel, text: str) -> None:
    assert model.parse(text)["understanding"]["clauses"] == []


def test_one_request_with_many_facts_stays_one(model: TrainedModel) -> None:
    parse = model.parse("北京的 web-01 ping 不通，SSH 也超时，十分钟前开始")
    assert parse["understanding"]["clauses"] == []
    assert {e["entity"] for e in parse["entities"]} >= {"region", "instance_name", "time"}


@pytest.mark.parametrize(
    ("text", "negated", "asserted"),
    [
        ("不是 i-YufwpQAe，是 i-NNkaK46e", "i-YufwpQAe", "i-NNkaK46e"),
        ("db-03没事，坏的是db-04", "db-03", "db-04"),
        ("别关机，重启一下就行", "stop", "restart"),
        ("don't shut it down, a reboot will do", "stop", "restart"),
        ("Shanghai works, Suzhou is unreachable", "fsh", "su"),
    ],
)
def test_a_correction_says_what_was_wrong(model: TrainedModel, text: str, negated: str, asserted: str) -> None:
    understanding = model.parse(text)["understanding"]
    assert understanding["negation"] == {"negated": [negated], "asserted": [asserted]}


def test_places_refer_to_what_was_typed(model: TrainedModel) -> None:
    text = "請重啟　ｉ－ＹｕｆｗｐＱＡｅ"
    found = next(e for e in model.parse(text)["entities"] if e["entity"] == "instance_id")
    assert (found["value"], text[found["start"] : found["end"]]) == ("i-YufwpQAe", "ｉ－ＹｕｆｗｐＱＡｅ")


def test_a_bare_identifier_is_answered_in_the_language_of_the_message_before(model: TrainedModel) -> None:
    before = model.parse("my VM is down")
    tracker = DialogueStateTracker.from_events("customer", [UserUttered("my VM is down", parse_data=before)])
    message = UserMessage("i-YufwpQAe", sender_id="customer")
    parse = asyncio.run(model.agent.processor.parse_message(message, tracker))
    assert parse["understanding"]["language"] == "en"


def test_the_structure_survives_the_tracker_store(model: TrainedModel) -> None:
    event = UserUttered("查下账单，再把 web-1 重启", parse_data=model.parse("查下账单，再把 web-1 重启"))
    restored = Event.from_parameters(event.as_dict())
    assert isinstance(restored, UserUttered)
    assert restored.parse_data["understanding"] == event.parse_data["understanding"]


@pytest.mark.parametrize(
    "text",
    [
        "就那个啥嘛呜哩哇",
        "阿巴阿巴阿巴",
        "qqqq www",
        "asdf qwer zxcv",
        "whatsit stuff thing",
        "the thingy with the doodad",
        "wibble wobble",
    ],
)
def test_nonsense_is_not_acted_on(model: TrainedModel, text: str) -> None:
    assert model.parse(text)["understanding"]["gate"] != "answer"
