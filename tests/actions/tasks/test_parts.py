"""The small parts: three-valued conditions, choosing among resources, reading messages, the state's JSON."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.tasks import lexicon
from actions.tasks.codec import CodecError, decode, encode
from actions.tasks.conditions import All as AllOf
from actions.tasks.conditions import AnyOf, Fact, Not, parse
from actions.tasks.model import Clause, Customer, Entity, Understanding, Utterance
from actions.tasks.ports import Resource
from actions.tasks.reading import moves
from actions.tasks.resolve import Hints, choose, distinguishing
from actions.tasks.state import MAX_JSON, ApiCall, DialogueState, Ref, Said, Spoken, Step, Task

# ---- conditions ----

FACTS: dict[str, Any] = {"a.status": "Running", "a.gap": 7, "a.on": True, "a.list": ["x"], "a.none": None}


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ({"fact": "a.status", "is": "Running"}, True),
        ({"fact": "a.status", "is_not": "Running"}, False),
        ({"fact": "a.status", "in": ["Running", "Error"]}, True),
        ({"fact": "a.status", "not_in": ["Error"]}, True),
        ({"fact": "a.gap", "at_least": 5}, True),
        ({"fact": "a.gap", "below": 5}, False),
        ({"fact": "a.gap", "above": 7}, False),
        ({"fact": "a.gap", "at_most": 7}, True),
        ({"fact": "a.status", "at_least": 5}, None),
        ({"fact": "a.on", "at_least": 0}, None),
        ({"fact": "a.list", "contains": "x"}, True),
        ({"fact": "a.gap", "contains": "x"}, None),
        ({"fact": "a.none", "is": "x"}, None),
        ({"fact": "a.missing", "is": "x"}, None),
        ({"fact": "a.missing", "given": True}, False),
        ({"fact": "slot.field", "is": "x"}, False),
        ({"fact": "slot.field", "is_not": "x"}, True),
        ({"all": []}, True),
        ({"all": [{"fact": "a.missing", "is": 1}, {"fact": "a.gap", "is": 0}]}, False),
        ({"all": [{"fact": "a.missing", "is": 1}, {"fact": "a.gap", "is": 7}]}, None),
        ({"any": [{"fact": "a.missing", "is": 1}, {"fact": "a.gap", "is": 7}]}, True),
        ({"any": [{"fact": "a.missing", "is": 1}, {"fact": "a.gap", "is": 0}]}, None),
        ({"not": {"fact": "a.missing", "is": 1}}, None),
        ({"not": {"fact": "a.gap", "is": 0}}, True),
    ],
)
def test_a_condition_is_true_false_or_unknown(condition: dict[str, Any], truth: bool | None) -> None:
    assert parse(condition).holds(FACTS) is truth


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=4))
def test_all_and_any_are_each_others_mirror(values: list[bool | None]) -> None:
    facts = {f"a.f{i}": value for i, value in enumerate(values)}
    parts = tuple(Fact(name, "is", True) for name in facts)
    assert AllOf(parts).holds(facts) is Not(AnyOf(tuple(Not(part) for part in parts))).holds(facts)


# ---- choosing ----


def some(*places: str, bad: tuple[int, ...] = ()) -> list[Resource]:
    return [
        Resource(
            "instance",
            f"i-{n:08d}",
            f"web-{n:02d}",
            place,
            f"1.1.1.{n}",
            status="Running",
            health="bad" if n in bad else "ok",
        )
        for n, place in enumerate(places, 1)
    ]


def test_choosing_by_what_was_said() -> None:
    pool = some("bj", "gz", "gz", "su", "sin")
    assert choose([], Hints()).kind == "none"
    assert choose(pool[:1], Hints()).by == "only"
    assert choose(pool[:3], Hints()).kind == "few"
    assert choose(pool, Hints()).kind == "many"
    assert choose(pool, Hints(region="gz")).kind == "few"
    assert choose(pool, Hints(region="hkg")).kind == "none"
    assert choose(pool, Hints(text="web-04这台")).items[0].id == "i-00000004"
    assert choose(pool, Hints(text="web-0")).kind == "many"
    assert choose(pool, Hints(name="WEB-02")).items[0].name == "web-02"
    assert choose(pool, Hints(ip="1.1.1.5")).items[0].name == "web-05"
    assert choose(pool, Hints(pointed=-1)).items[0].name == "web-05"
    assert choose(pool, Hints(pointed=9, text="第九台")).kind == "many"
    assert choose(some("bj", "gz", bad=(2,)), Hints(), prefer_unhealthy=True).by == "unhealthy"
    assert choose(pool[:1], Hints(), total=40).kind == "many"


def test_the_attribute_asked_for_tells_them_apart() -> None:
    assert distinguishing(some("bj", "gz")) == "region"
    same = some("bj", "bj")
    assert distinguishing([same[0], replace(same[1], status="Stopped")]) == "status"
    assert distinguishing(same) == "name"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("第二台", 2),
        ("第 3 个", 3),
        ("the second one", 2),
        ("2", 2),
        ("最后一台", -1),
        ("the last one", -1),
        ("#3", 3),
        ("后者", 2),
        ("the 4th", 4),
        ("web-02", None),
        ("2 核 4G", None),
        ("八台机器", None),
        ("i-12345678", None),
    ],
)
def test_ordinals(text: str, position: int | None) -> None:
    assert lexicon.ordinal(text) == position


def test_a_name_is_found_as_a_word_only() -> None:
    assert lexicon.mentions("web-01", "重启web-01吧") and lexicon.mentions("web-01", "restart WEB-01.")
    assert (
        not lexicon.mentions("web-01", "web-011")
        and not lexicon.mentions("web-01", "my-web-01")
        and not lexicon.mentions("a", "a")
    )


# ---- reading ----


def test_one_message_several_moves() -> None:
    about = Understanding(
        clauses=(
            Clause("你好", "greet", 0.9),
            Clause("查下账单", "billing_question", 0.9),
            Clause("谢谢啊", "inform", 0.2),
            Clause("重启 web-1", "instance_power", 0.9, (Entity("operation", "restart"),)),
        )
    )
    found = moves(
        Utterance("你好，查下账单，谢谢啊，重启 web-1", "m-1", "billing_question", 0.9, (Entity("port", "22"),), about)
    )
    assert [move.intent for move in found] == ["billing_question", "instance_power"]
    assert found[1].value("operation") == "restart"


def test_negated_values_are_not_values() -> None:
    about = Understanding(negated=("i-A",))
    [move] = moves(
        Utterance("x", "m", "correct", 0.9, (Entity("instance_id", "i-A"), Entity("instance_id", "i-B")), about)
    )
    assert move.value("instance_id") == "i-B" and move.values("instance_id") == ["i-B"]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=12), v, max_size=3),
)


@given(json_values)
def test_any_understanding_is_read_without_an_error(raw: Any) -> None:
    keys = ("language", "gate", "candidates", "clauses", "negation", "mood", "question", "confidence")
    Understanding.from_dict(raw)
    Understanding.from_dict(dict.fromkeys(keys, raw))
    Utterance.from_parse("x", "m", {"intent": {"name": raw}, "entities": raw, "understanding": raw})


def test_a_customer_is_read_from_claims() -> None:
    customer = Customer.from_claims(
        {"sub": "u", "account_id": "a", "account_name": "蓝海", "permissions": ["x"], "verified": False}
    )
    assert (
        customer.account_name == {"zh": "蓝海", "en": "蓝海"}
        and not customer.verified
        and customer.permissions == ("x",)
    )


# ---- state ----


def full_state() -> DialogueState:
    task = Task("k1", "instance_down", {"instance_id": "i-1"}, {"instance_id": Ref("instance", "i-1", "web")})
    task.facts = {"a.b": ["x"], "a.c": 1.5, "a.d": None, "a.e": True}
    return DialogueState(
        stack=[task],
        focus=Ref("instance", "i-1"),
        said=[Said("x" * 5000, "m")] * 50,
        steps=[Step("s", "done")] * 50,
        calls=[ApiCall("o", None, True, None)] * 50,
        spoken=[Spoken("answer", "y" * 2000, [["a", "/b"]])] * 30,
    )


def test_the_state_survives_json_and_stays_bounded() -> None:
    state = full_state()
    text = state.to_json()
    assert len(text) <= MAX_JSON and DialogueState.from_json(text).to_json() == text
    state.stack[0].facts = {f"a.f{i}": "z" * 500 for i in range(400)}
    assert len(state.to_json()) <= MAX_JSON and DialogueState.from_json(state.to_json()).focus == state.focus


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        "1",
        '{"version": 1, "stack": 3}',
        '{"version": 1, "unknown": 1}',
        "[" * 5000,
        '{"version": 1, "language": "fr"}',
        '{"version": 1, "stack": [{"id": "k"}]}',
    ],
)
def test_a_broken_state_is_a_fresh_one(text: str | None) -> None:
    assert DialogueState.from_json(text).idle


def test_an_older_version_keeps_the_focus_and_the_language() -> None:
    raw = json.loads(full_state().to_json()) | {"version": 0, "language": "en", "greeted": True}
    state = DialogueState.from_json(json.dumps(raw))
    assert state.idle and state.focus == Ref("instance", "i-1") and state.language == "en" and state.greeted


@given(json_values)
def test_any_json_as_a_state_is_no_error(raw: Any) -> None:
    DialogueState.from_json(json.dumps(raw))
    DialogueState.from_json(json.dumps({"version": 1, "stack": raw, "focus": raw}))


def test_the_codec_names_the_place_of_a_fault() -> None:
    with pytest.raises(CodecError, match=r"\.stack\[\]\.facts"):
        decode(DialogueState, encode(full_state()) | {"stack": [{"id": "k", "skill": "s", "facts": 3}]})
