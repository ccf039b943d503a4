"""What must hold whatever a customer, the cloud and time do, in any order."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from stage import ANNA, Chat, World, healthy

from actions.tasks import ports
from actions.tasks.lexicon import HESITATION, PLAIN_YES
from actions.tasks.state import MAX_JSON, MAX_PENDING, MAX_STACK, Proposal

WEB, DB, APP = "i-NNkaK46e", "i-YufwpQAe", "i-Hu7cLq2P"
INTENTS = [
    "inform",
    "affirm",
    "deny",
    "cancel",
    "correct",
    "skip",
    "explain_why",
    "repeat",
    "greet",
    "goodbye",
    "thank",
    "bot_challenge",
    "chitchat",
    "out_of_scope",
    "resume",
    "back_to_bot",
    "change_language",
    "check_again",
    "resolved",
    "opt_out",
    "instance_down",
    "instance_power",
    "instance_info",
    "list_resources",
    "how_to",
    "refund",
    "open_port",
    "ticket_create",
    "ticket_status",
    "incident_status",
    "tam_contact",
    "instance_connect",
    "nlu_fallback",
    "neither",
    "made_up_intent",
]
TEXTS = [
    "是的",
    "好的",
    "不",
    "算了",
    "web-01",
    "db-01 这台",
    "重启它",
    "第二台",
    "北京那台",
    "i-12",
    WEB,
    "i-AAAA0000",
    "为什么",
    "yes",
    "no",
    "the last one",
    "restart web-01 please",
    "那 Windows 呢？",
    "好的，但是等一下",
    "跳过",
    "",
    "   ",
    "🙂",
    "{x}",
    "换个实例",
    "都不是",
    "继续",
    "What about it?",
    "长" * 4100,
]
ENTITIES: list[dict[str, str]] = [
    {},
    {"instance_name": "web-01"},
    {"instance_id": WEB},
    {"instance_id": DB},
    {"instance_id": "i-AAAA0000"},
    {"region": "bj"},
    {"region": "hkg"},
    {"mention": "focus"},
    {"mention": "ordinal:2"},
    {"mention": "ordinal:99"},
    {"operation": "restart"},
    {"operation": "stop", "instance_name": "db-01"},
    {"operation": "resize"},
    {"field": "instance"},
    {"field": "bandwidth"},
    {"ip_address": "180.76.1.9"},
    {"ticket_id": "TK-20261122-0007"},
    {"port": "70000"},
    {"proposal": "p1"},
    {"article": "x"},
]
CHANGES: list[dict[str, Any]] = [
    {},
    {"metrics__gap_minutes": 15},
    {"metrics__memory_percent": 99.0},
    {"instance__status": "Stopped"},
    {"instance__status": "Stopped", "billing__in_arrears": True, "billing__balance": -1.0},
    {"instance__status": "Error"},
    {"instance__status": "Starting"},
    {
        "instance__expired": True,
        "instance__status": "Expired",
        "instance__payment": "Prepaid",
        "instance__expire_at": "2026-11-20T00:00:00Z",
    },
    {
        "events__open": 1,
        "events__status": "Inquiring",
        "events__event_id": "ev-Qk31bTzW",
        "events__operations": ["Redeploy"],
    },
    {"events__open": 1, "events__status": "Abnormal", "events__event_id": "ev-Qk31bTzW", "events__operations": []},
    {"metrics__available": False},
]
FINE = re.compile("没有发现异常|found nothing wrong")


class Conversation(RuleBasedStateMachine):
    """A customer who says anything, a cloud that answers or not, a clock that jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.chat = Chat(self.world)
        self.before: Proposal | None = None
        self.wakeups: list[Any] = []
        self.asked_for_yes = False

    @initialize(
        language=st.sampled_from(["zh", "en"]),
        signed_in=st.sampled_from([True, True, True, False]),
        states=st.lists(st.sampled_from(CHANGES), min_size=0, max_size=3),
    )
    def begin(self, language: Any, signed_in: bool, states: list[dict[str, Any]]) -> None:
        for (key, name, region), changes in zip(
            ((WEB, "web-01", "bj"), (DB, "db-01", "gz"), (APP, "app-01", "bj")), states, strict=False
        ):
            self.world.instances[key] = healthy(key, name, instance__region=region, **changes)
        self.chat = Chat(self.world, language, ANNA if signed_in else None)

    def _proposal(self) -> Proposal | None:
        last = next((turn for turn in reversed(self.chat.turns) if turn.messages), None)
        self.asked_for_yes = last is not None and any(message.kind == "confirmation" for message in last.messages)
        task = self.chat.memory.task
        return task.proposal if task else None

    def _checked(self, said: str, utterance: tuple[str, str, dict[str, str], bool], more: dict[str, Any]) -> None:
        """One customer turn happened: it was answered, and what it did was allowed."""
        turn = self.chat.turn
        assert turn.messages, "a silent turn"
        assert all(message.text.strip() for message in turn.messages)
        self.wakeups += turn.wakeups
        requests, self.world.requests = self.world.requests, []
        acts = [request for request in requests if isinstance(request, ports.Act)]
        assert len(acts) <= 1
        for act in acts:
            offered = self.before
            assert offered is not None, "an act that was never offered"
            assert (act.operation, act.resource_id) == (offered.operation, offered.resource_id)
            text, intent, entities, pressed = utterance
            if pressed:
                assert intent == "affirm" and entities.get("proposal", offered.id) == offered.id
            else:
                assert self.asked_for_yes, "the offer was not what was asked last"
                if PLAIN_YES.fullmatch(text):
                    assert intent == "affirm" or more["gate"] != "answer"
                    continue
                assert intent == "affirm" or (intent == "instance_power" and entities.get("operation"))
                assert not HESITATION.search(text) and more.get("gate", "answer") == "answer"
                assert more.get("confidence", 1.0) >= 0.8 and not more.get("question")
                assert (
                    offered.kind != "instance"
                    or entities.get("instance_id", offered.resource_id) == offered.resource_id
                )
                assert entities.get("instance_name", offered.resource_name) == offered.resource_name
        if any(isinstance(request, ports.RunChecks) for request in requests) and (self.world.silent or self.world.down):
            silent = self.world.silent & {"instance", "events", "billing", "metrics"}
            assert not ((silent or self.world.down) and FINE.search(said)), "unknown passed for healthy"
        if turn.handoff is not None:
            assert turn.messages[-1].kind == "farewell" and not turn.wakeups and turn.state.idle

    @rule(
        text=st.sampled_from(TEXTS),
        intent=st.sampled_from(INTENTS),
        entities=st.sampled_from(ENTITIES),
        gate=st.sampled_from(["answer", "answer", "answer", "clarify", "reject"]),
        confidence=st.sampled_from([0.95, 0.9, 0.6, 0.2]),
        question=st.booleans(),
        negated=st.sampled_from([(), ("web-01",), (WEB,)]),
        candidates=st.lists(st.sampled_from(INTENTS), max_size=3),
        second=st.sampled_from([None, None, None, "instance_power", "how_to", "instance_info", "inform"]),
    )
    def say(self, text: str, intent: str, entities: dict[str, str], second: str | None, **more: Any) -> None:
        if second:
            more["clauses"] = [(text, intent, entities), ("再看看 db-01", second, {"instance_name": "db-01"})]
        self.before = self._proposal()
        self._checked(self.chat.say(text, intent, entities, **more), (text, intent, entities, False), more)

    @rule(
        text=st.sampled_from(["web-01 宕机了", "db-01 is down"]),
        intent=st.sampled_from(["instance_down", "instance_power"]),
    )
    def report(self, text: str, intent: str) -> None:
        entities = {"instance_name": text[:6].strip(), "operation": "restart"}
        self.before = self._proposal()
        self._checked(self.chat.say(text, intent, entities), (text, intent, entities, False), {})

    @rule()
    def say_yes(self) -> None:
        self.before = self._proposal()
        self._checked(self.chat.say("是的", "affirm"), ("是的", "affirm", {}, False), {})

    @rule(which=st.integers(0, 3))
    def press(self, which: int) -> None:
        buttons = [b for message in (self.chat.turns[-1].messages if self.chat.turns else ()) for b in message.buttons]
        if not buttons:
            return
        from stage import read_payload

        button = buttons[which % len(buttons)]
        intent, entities = read_payload(button.payload)
        self.before = self._proposal()
        told = {entity.kind: entity.value for entity in entities}
        self._checked(self.chat.press(button.payload), (button.title, intent, told, True), {})

    @rule(
        name=st.sampled_from(["opened", "silence", "released", "queue_left", "proactive"]), minutes=st.integers(0, 300)
    )
    def happen(self, name: str, minutes: int) -> None:
        self.chat.now += timedelta(minutes=minutes)
        self.chat.event(
            name, agent_name="陈工", note="看过了", outcome="released", kind="expiry", resource_id=WEB, name_="web-01"
        )
        assert not [request for request in self.world.requests if isinstance(request, ports.Act)]
        self.world.requests = []

    @rule()
    def wake(self) -> None:
        if not self.wakeups:
            return
        self.chat.event("wakeup", **self.wakeups.pop(0).data)
        assert not [request for request in self.world.requests if isinstance(request, ports.Act)]
        self.world.requests = []
        self.wakeups += self.chat.turn.wakeups

    @rule(silent=st.sets(st.sampled_from(["instance", "events", "metrics", "billing", "eip"])), down=st.booleans())
    def cloud_changes(self, silent: set[str], down: bool) -> None:
        self.world.silent, self.world.down = silent, down

    @rule(which=st.sampled_from([WEB, DB, APP]), changes=st.sampled_from(CHANGES))
    def instance_changes(self, which: str, changes: dict[str, Any]) -> None:
        if which in self.world.instances:
            name = self.world.instances[which]["instance.name"]
            self.world.instances[which] = healthy(which, name, **changes)

    @rule(reply=st.sampled_from([None, ports.Unknown("timeout"), ports.Refused("AccessDenied", "permission")]))
    def acts_answer(self, reply: Any) -> None:
        self.world.act_reply = reply

    @rule()
    def cancel_reaches_idle(self) -> None:
        for _ in range(MAX_STACK + MAX_PENDING + 2):
            self.chat.say("取消", "cancel")
            if self.chat.memory.idle and not self.chat.memory.pending:
                break
        assert self.chat.memory.idle, self.chat.transcript()
        self.world.requests = []

    @invariant()
    def bounded(self) -> None:
        state = self.chat.memory
        assert len(self.chat.state) <= MAX_JSON and len(state.stack) <= MAX_STACK and len(state.pending) <= MAX_PENDING

    @invariant()
    def never_a_loop_without_a_way_out(self) -> None:
        task = self.chat.memory.task
        if task and task.question and task.question.kind == "slot" and self.chat.turns:
            count = task.retries.get(task.question.slot, 0)
            assert count <= 3, self.chat.transcript()


TestConversation = Conversation.TestCase
TestConversation.settings = settings(
    max_examples=40, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
