"""A cloud and a desk of dictionaries, and a customer who talks to the engine; every state goes through JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from actions.tasks import ports
from actions.tasks.engine import Engine
from actions.tasks.model import Clause, Context, Customer, Entity, Event, Language, Mood, Turn, Understanding, Utterance
from actions.tasks.state import DialogueState
from contracts.schema import check

DATA = Path(__file__).parents[3] / "data"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=timezone.utc)
ANNA = Customer("acc-1", "u-1", "安娜", {"zh": "蓝海电商", "en": "Blue Sea"}, plan="business", industry="retail")


@cache
def engine() -> Engine:
    return Engine.load(DATA)


def healthy(instance_id: str, name: str, **changes: Any) -> dict[str, Any]:
    """The facts of one instance by check; `changes` are full fact names with `__` for the dot."""
    facts: dict[str, Any] = {
        "instance.id": instance_id,
        "instance.name": name,
        "instance.status": "Running",
        "instance.region": "bj",
        "instance.payment": "Postpaid",
        "instance.expired": False,
        "instance.charge_status": "normal",
        "instance.ip": "192.168.0.9",
        "instance.public_ip": "180.76.1.9",
        "instance.spec": "bcc.g5.c4m16",
        "instance.os": "Ubuntu 22.04",
        "instance.has_local_disk": False,
        "events.open": 0,
        "billing.balance": 120.0,
        "billing.in_arrears": False,
        "metrics.available": True,
        "metrics.gap_minutes": 0,
        "metrics.cpu_percent": 12.0,
        "metrics.memory_percent": 41.0,
        "metrics.load": 0.3,
        "eip.bound": True,
        "eip.ip": "180.76.1.9",
        "eip.status": "binded",
        "eip.bandwidth_mbps": 5,
        "eip.paused": False,
        "security_group.port": 22,
        "security_group.allowed": True,
        "security_group.rule_id": "r-1",
        "security_group.group_id": "g-iutg5rtcydsk",
        "ddos.status": "normal",
        "ddos.blackhole": False,
        "volumes.local": 0,
        "volumes.cds": 1,
    }
    return facts | {name.replace("__", "."): value for name, value in changes.items()}


@dataclass
class World:
    """Answers the engine's requests. `silent`: checks the cloud does not answer; `down`: nothing answers."""

    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    unhealthy: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    down: bool = False
    act_reply: ports.Reply | None = None
    on_act: Callable[[World, ports.Act], None] | None = None
    articles: list[ports.Article] = field(default_factory=list)
    account: ports.Account = field(default_factory=ports.Account)
    cases: list[ports.Case] = field(default_factory=list)
    cover: ports.Reply = field(default_factory=lambda: ports.Covered("tier1", ("陈工",), 300, True, 0))
    requests: list[ports.Request] = field(default_factory=list)

    @property
    def acts(self) -> list[ports.Act]:
        return [request for request in self.requests if isinstance(request, ports.Act)]

    def answer(self, request: ports.Request) -> ports.Reply:
        self.requests.append(request)
        if isinstance(request, ports.ListResources):
            return ports.Unknown("timeout") if self.down else self._list(request.filters)
        if isinstance(request, ports.RunChecks):
            return ports.Unknown("timeout") if self.down else self._checks(request)
        if isinstance(request, ports.Act):
            return self._act(request)
        return self._support(request)

    def _list(self, filters: Mapping[str, str]) -> ports.Reply:
        found = []
        for key, facts in self.instances.items():
            known = {
                "id": {key},
                "name": {facts["instance.name"]},
                "region": {facts["instance.region"]},
                "status": {facts["instance.status"]},
                "ip": {facts["instance.ip"], facts["instance.public_ip"]},
            }
            if all(value in known[name] for name, value in filters.items()):
                bad = key in self.unhealthy or facts["instance.status"] != "Running"
                found.append(
                    ports.Resource(
                        "instance",
                        key,
                        facts["instance.name"],
                        facts["instance.region"],
                        facts["instance.public_ip"],
                        facts["instance.ip"],
                        facts["instance.status"],
                        "bad" if bad else "ok",
                    )
                )
        return ports.Resources(tuple(found), len(found))

    def _checks(self, request: ports.RunChecks) -> ports.Reply:
        facts = self.instances.get(str(request.params.get("instance_id")))
        results = []
        for number, name in enumerate(request.names):
            ids = (f"req-{len(self.requests)}-{number}",)
            if facts is None:
                results.append(ports.CheckResult(name, "unknown", {}, ids, missing=True))
            elif name in self.silent:
                results.append(ports.CheckResult(name, "unknown", {"error": "timeout"}, ids))
            else:
                own = {k.split(".", 1)[1]: v for k, v in facts.items() if k.startswith(f"{name}.")}
                results.append(ports.CheckResult(name, "ok", own, ids))
        return ports.Checked(tuple(results))

    def _act(self, act: ports.Act) -> ports.Reply:
        if self.on_act:
            self.on_act(self, act)
        return self.act_reply or ports.Done("req-act")

    def _support(self, request: ports.Request) -> ports.Reply:
        if isinstance(request, ports.SearchKnowledge):
            return ports.Articles(tuple(self.articles))
        if isinstance(request, ports.AccountContext):
            return self.account
        if isinstance(request, ports.ListCases):
            return ports.Cases(tuple(self.cases))
        if isinstance(request, ports.GetCase):
            return ports.Cases(tuple(case for case in self.cases if case.id == request.ticket_id))
        if isinstance(request, ports.OpenCase):
            check("handoff", dict(request.packet))
            return ports.Opened("TK-20261122-0042")
        return self.cover


@dataclass
class Chat:
    """A customer's conversation. `say` and the others return what the assistant said in that turn, as one text."""

    world: World
    language: Language = "zh"
    customer: Customer | None = ANNA
    state: str = ""
    now: datetime = NOW
    turns: list[Turn] = field(default_factory=list)
    count: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def turn(self) -> Turn:
        return self.turns[-1]

    @property
    def memory(self) -> DialogueState:
        return DialogueState.from_json(self.state)

    def say(self, text: str, intent: str = "inform", entities: Mapping[str, str] | None = None, **more: Any) -> str:
        """One message. `more`: confidence, gate, candidates, clauses (text, intent, entities), negated, mood …"""
        found = _entities(text, entities or {})
        clauses = tuple(Clause(t, i, 0.95, _entities(t, e)) for t, i, e in more.get("clauses", ()))
        understanding = Understanding(
            language=more.get("language", self.language),
            mixed=more.get("mixed", False),
            gate=more.get("gate", "answer"),
            candidates=tuple(more.get("candidates", ())),
            clauses=clauses,
            negated=tuple(more.get("negated", ())),
            asserted=tuple(more.get("asserted", ())),
            question=more.get("question", False),
            mood=Mood(more.get("anger", 0.0), more.get("urgency", 0.0), more.get("business_down", False)),
        )
        confidence = more.get("confidence", 0.95)
        return self._run(Utterance(text, self._id(), intent, confidence, found, understanding), f"> {text}")

    def press(self, title_or_payload: str) -> str:
        """Press a button of the last turn by its title, or send a payload."""
        offered = {b.title: b.payload for message in self.turn.messages for b in message.buttons} if self.turns else {}
        payload = offered.get(title_or_payload, title_or_payload)
        intent, entities = read_payload(payload)
        return self._run(
            Utterance(title_or_payload, self._id(), intent, 1.0, entities, payload=True), f"> [{title_or_payload}]"
        )

    def event(self, name: Any, **data: Any) -> str:
        return self._run(Event(name, data, self._id()), f"* {name} {data or ''}")

    def wake(self, times: int = 1) -> str:
        """Let the wake-up that is due ring, so many times."""
        said = ""
        for _ in range(times):
            wakeup = next(w for turn in reversed(self.turns) for w in turn.wakeups)
            self.now += timedelta(seconds=wakeup.after_seconds)
            said = self.event("wakeup", **wakeup.data)
        return said

    def buttons(self) -> list[str]:
        return [button.title for message in self.turn.messages for button in message.buttons]

    def transcript(self) -> str:
        return "\n".join(self.lines)

    def _id(self) -> str:
        self.count += 1
        return f"m-{self.count}"

    def _run(self, given: Any, shown: str) -> str:
        context = Context("c-1", self.now, self.customer, self.language)
        before = DialogueState.from_json(self.state)
        kept = before.to_json()
        turn = ports.drive(engine().turn(before, given, context), self.world.answer)
        assert before.to_json() == kept, "the given state was changed"
        assert turn.fault is None, turn.fault
        self.state = turn.state.to_json()
        assert DialogueState.from_json(self.state).to_json() == self.state
        for number, message in enumerate(turn.messages):
            check("turn_line", {"type": "message", "message": message.to_json(f"t{number}")})
        check("turn_line", {"type": "summary", "summary": turn.summary()})
        self.turns.append(turn)
        text = "\n".join(message.text for message in turn.messages)
        self.lines += [shown, *(f"  {message.kind}: {message.text}" for message in turn.messages)]
        return text


def _entities(text: str, entities: Mapping[str, str]) -> tuple[Entity, ...]:
    found = []
    for kind, value in entities.items():
        for one in value if isinstance(value, list) else [value]:
            start = max(0, text.find(one))
            found.append(Entity(kind, one, start, start + len(one)))
    return tuple(found)


def read_payload(payload: str) -> tuple[str, tuple[Entity, ...]]:
    """A button's payload as the channel reads it."""
    import json

    intent, brace, rest = payload[1:].partition("{")
    values = json.loads(brace + rest) if brace else {}
    return intent, tuple(Entity(kind, value) for kind, value in values.items())
