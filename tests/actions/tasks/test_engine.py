"""The door: faults are answered honestly, replies of the wrong kind break nothing, old states are usable."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import ANNA, NOW, Chat, World, engine, healthy

from actions.tasks import ports, responding
from actions.tasks.engine import Engine
from actions.tasks.model import Context, Event, Utterance
from actions.tasks.state import DialogueState, Proposal, Question, Task, Watch
from actions.tasks.talk import Kit

WEB = "i-NNkaK46e"
REPLIES: list[ports.Reply] = [
    ports.Unknown("timeout"),
    ports.Resources((), 0),
    ports.Checked(()),
    ports.Checked((ports.CheckResult("instance", "ok", {}),)),
    ports.Done(),
    ports.Refused("X"),
    ports.Articles(()),
    ports.Account(),
    ports.Cases(()),
    ports.Opened("TK-20261122-0001"),
    ports.Covered("tier1", (), 300, False),
]
SCRIPTS = [
    [
        ("web-01 宕机了", "instance_down", {"instance_name": "web-01"}),
        ("是的", "affirm", {}),
        ("好了吗", "check_again", {}),
    ],
    [("重启 web-01", "instance_power", {"instance_name": "web-01", "operation": "restart"}), ("好的", "affirm", {})],
    [("提个工单", "ticket_create", {}), ("发票错了", "inform", {}), ("我的工单", "ticket_status", {})],
    [
        ("有故障吗", "incident_status", {}),
        ("我的 TAM", "tam_contact", {}),
        ("怎么登录", "how_to", {}),
        ("人工", "talk_to_human", {}),
    ],
]


class Confused(World):
    """Answers some requests with a reply of another kind."""

    def __init__(self, wrong: list[ports.Reply | None]) -> None:
        super().__init__({WEB: healthy(WEB, "web-01", metrics__gap_minutes=9)})
        self.wrong = wrong

    def answer(self, request: ports.Request) -> ports.Reply:
        right = super().answer(request)
        reply = self.wrong.pop(0) if self.wrong else None
        return reply if reply is not None else right


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SCRIPTS), st.lists(st.none() | st.sampled_from(REPLIES), max_size=12))
def test_replies_of_the_wrong_kind_are_unknown_and_never_a_fault(script: Any, wrong: list[ports.Reply | None]) -> None:
    chat = Chat(Confused(wrong))
    chat.event("opened")
    for text, intent, entities in script:
        assert chat.say(text, intent, entities)


def test_a_fault_inside_is_answered_honestly_and_leaves_the_state_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01", metrics__gap_minutes=9)}))
    chat.say("web-01 宕机了", "instance_down", {"instance_name": "web-01"})
    before = chat.memory

    def broken(*_: Any) -> None:
        raise RuntimeError("the playbook's fault")

    monkeypatch.setattr(responding, "moves", broken)
    context = Context("c-1", NOW, ANNA, "zh")
    turn = ports.drive(engine().turn(before, Utterance("好的", "m-9", "affirm", 1.0), context), chat.world.answer)
    assert turn.fault and "the playbook's fault" in turn.fault
    assert "出了点问题" in turn.messages[0].text and turn.handoff is None
    assert turn.state.task and turn.state.task.proposal and chat.world.acts == []


def test_a_newer_set_of_playbooks_leaves_old_tasks_behind() -> None:
    old = DialogueState(
        stack=[Task("k1", "gone_skill", question=Question("slot", slot="x"))],
        watching=[Task("k2", "gone_skill", watch=Watch("reboot"))],
        shelved=Task("k3", "gone_skill"),
        finished=Task("k4", "gone_skill"),
    )
    turn = ports.drive(engine().turn(old, Event("wakeup", {"task_id": "k2"}), Context("c", NOW, ANNA)), World().answer)
    assert turn.fault is None and turn.state.idle and not turn.state.watching and turn.messages == ()


def test_a_proposal_of_a_remedy_that_no_longer_exists_is_never_run() -> None:
    proposal = Proposal("p1", "gone", "instance.reboot", "instance", WEB, "web-01", {}, NOW.timestamp())
    task = Task("k1", "instance_down", {"instance_id": WEB}, question=Question("confirm"), proposal=proposal)
    world = World({WEB: healthy(WEB, "web-01")})
    turn = ports.drive(
        engine().turn(DialogueState(stack=[task]), Utterance("好的", "m", "affirm", 1.0), Context("c", NOW, ANNA)),
        world.answer,
    )
    assert turn.fault is None and world.acts == [] and turn.messages


def test_a_wake_up_nothing_waits_for_is_no_news() -> None:
    chat = Chat(World())
    assert chat.event("wakeup", task_id="k99") == "" and chat.event("wakeup") == ""


def test_the_queue_is_answered_without_any_diagnosis() -> None:
    world = World({WEB: healthy(WEB, "web-01")})
    context = Context("c", NOW, ANNA, "en", owner="queue")
    said = Utterance("web-01 is down", "m", "instance_down", 0.9)
    turn = ports.drive(engine().turn(DialogueState(language="en"), said, context), world.answer)
    assert world.requests == [] and turn.messages[0].buttons[0].payload == "/back_to_bot"


def test_the_same_turn_twice_is_the_same_turn() -> None:
    said, context = Utterance("web-01 宕机了", "m-1", "instance_down", 0.9), Context("c", NOW, ANNA)
    worlds = [World({WEB: healthy(WEB, "web-01", metrics__gap_minutes=9)}) for _ in range(2)]
    turns = [ports.drive(engine().turn(DialogueState(), said, context), world.answer) for world in worlds]
    assert turns[0].messages == turns[1].messages and turns[0].state.to_json() == turns[1].state.to_json()


def test_an_engine_is_made_of_playbooks_and_texts_only() -> None:
    assert isinstance(Engine(Kit({}, engine().kit.texts)), Engine)
