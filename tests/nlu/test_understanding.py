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
    ],
)
def test_several_requests_are_told_apart(model: TrainedModel, text: str, intents: set[str]) -> None:
    clauses = model.parse(text)["understanding"]["clauses"]
    assert {clause["intent"] for clause in clauses} == intents
    for clause in clauses:
        assert text[clause["start"] : clause["end"]] == clause["text"]


def test_one_request_with_many_facts_stays_one(model: TrainedModel) -> None:
    parse = model.parse("北京的 web-01 ping 不通，SSH 也超时，十分钟前开始")
    assert parse["understanding"]["clauses"] == []
    assert {e["entity"] for e in parse["entities"]} >= {"region", "instance_name", "time"}


def test_a_correction_says_what_was_wrong(model: TrainedModel) -> None:
    understanding = model.parse("不是 i-YufwpQAe，是 i-NNkaK46e")["understanding"]
    assert understanding["negation"] == {"negated": ["i-YufwpQAe"], "asserted": ["i-NNkaK46e"]}


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
