"""What goes into a turn (`Input`, `Context`) and what comes out of it (`Turn`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from actions.tasks.state import DialogueState

Language = Literal["zh", "en"]
Gate = Literal["answer", "clarify", "reject"]
Severity = Literal["sev1", "sev2", "sev3", "sev4"]
MessageKind = Literal["answer", "question", "confirmation", "progress", "result", "error", "farewell", "notice"]
EventName = Literal["opened", "wakeup", "silence", "released", "queue_left", "proactive"]
Resolution = Literal["confirmed", "state_verified", "assumed"]

EVENT_NAMES: tuple[EventName, ...] = ("opened", "wakeup", "silence", "released", "queue_left", "proactive")


def _language(value: object) -> Language:
    return "en" if value == "en" else "zh"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


@dataclass(frozen=True)
class Entity:
    """One thing named in an utterance; `start` and `end` count characters of the text (0, 0 in a button's payload)."""

    kind: str
    value: str
    start: int = 0
    end: int = 0

    @classmethod
    def many(cls, dicts: object) -> tuple[Entity, ...]:
        """From Rasa's entity dictionaries; those without a name or a value are left out."""
        found = []
        for item in _items(dicts):
            entry = _mapping(item)
            if entry.get("entity") and entry.get("value") is not None:
                start, end = int(_number(entry.get("start"))), int(_number(entry.get("end")))
                found.append(cls(str(entry["entity"]), str(entry["value"]), start, end))
        return tuple(found)


@dataclass(frozen=True)
class Clause:
    """One request of a message that may hold several."""

    text: str
    intent: str
    confidence: float
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True)
class Mood:
    """Anger and urgency from 0 (none) to 1; `business_down`: the customer says that business stands still."""

    anger: float = 0.0
    urgency: float = 0.0
    business_down: bool = False


@dataclass(frozen=True)
class Understanding:
    """What the understanding says about one message beyond its intent."""

    language: Language = "zh"
    mixed: bool = False
    confidence: float = 1.0
    gate: Gate = "answer"
    candidates: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    negated: tuple[str, ...] = ()
    asserted: tuple[str, ...] = ()
    mood: Mood = field(default_factory=Mood)
    question: bool = False

    @classmethod
    def from_dict(cls, raw: object) -> Understanding:
        """Tolerant: a missing or malformed part takes its neutral value."""
        data = _mapping(raw)
        negation, mood = _mapping(data.get("negation")), _mapping(data.get("mood"))
        clauses = (
            Clause(
                str(c.get("text", "")),
                str(c.get("intent", "")),
                _number(c.get("confidence")),
                Entity.many(c.get("entities")),
            )
            for c in map(_mapping, _items(data.get("clauses")))
        )
        gate = data.get("gate")
        return cls(
            language=_language(data.get("language")),
            mixed=data.get("mixed") is True,
            confidence=_number(data.get("confidence", 1.0)),
            gate=gate if gate in ("answer", "clarify", "reject") else "answer",
            candidates=tuple(str(c) for c in _items(data.get("candidates")))[:3],
            clauses=tuple(clauses)[:6],
            negated=tuple(str(v) for v in _items(negation.get("negated"))),
            asserted=tuple(str(v) for v in _items(negation.get("asserted"))),
            mood=Mood(_number(mood.get("anger")), _number(mood.get("urgency")), mood.get("business_down") is True),
            question=data.get("question") is True,
        )


@dataclass(frozen=True)
class Utterance:
    """A customer's message, or a pressed button (`payload`: `text` is its title, intent and entities are exact)."""

    text: str
    message_id: str
    intent: str
    confidence: float
    entities: tuple[Entity, ...] = ()
    understanding: Understanding = field(default_factory=Understanding)
    payload: bool = False

    @classmethod
    def from_parse(cls, text: str, message_id: str, parse: Mapping[str, Any], payload: bool = False) -> Utterance:
        """From Rasa's `latest_message`: `intent{name,confidence}`, `entities`, `understanding`."""
        intent = _mapping(parse.get("intent"))
        return cls(
            text=text,
            message_id=message_id,
            intent=str(intent.get("name") or "nlu_fallback"),
            confidence=1.0 if payload else _number(intent.get("confidence")),
            entities=Entity.many(parse.get("entities")),
            understanding=Understanding() if payload else Understanding.from_dict(parse.get("understanding")),
            payload=payload,
        )


@dataclass(frozen=True)
class Event:
    """A turn that the customer did not write: contracts §1."""

    name: EventName
    data: Mapping[str, Any] = field(default_factory=dict)
    event_id: str = ""


Input = Utterance | Event


@dataclass(frozen=True)
class Customer:
    """Who signed in, from the connection's signed claims and never from text."""

    account_id: str
    user_id: str
    user_name: str = ""
    account_name: Mapping[str, str] = field(default_factory=dict)
    plan: str = "basic"
    industry: str = ""
    permissions: tuple[str, ...] = ()
    verified: bool = True

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> Customer:
        """From the JWT of contracts §1 (already verified); `account_name` may be a text or `{zh, en}`."""
        name = claims.get("account_name")
        names = (
            {str(k): str(v) for k, v in name.items()}
            if isinstance(name, Mapping)
            else {"zh": str(name or ""), "en": str(name or "")}
        )
        return cls(
            account_id=str(claims["account_id"]),
            user_id=str(claims.get("sub", "")),
            user_name=str(claims.get("user_name") or ""),
            account_name=names,
            plan=str(claims.get("plan") or "basic"),
            industry=str(claims.get("industry") or ""),
            permissions=tuple(str(p) for p in _items(claims.get("permissions"))),
            verified=claims.get("verified") is not False,
        )


@dataclass(frozen=True)
class Context:
    """What surrounds a turn. `now` is world time (UTC); `customer` is None for an anonymous one.

    `owner` is who has the floor; the engine diagnoses nothing while it is not the bot.
    """

    conversation_id: str
    now: datetime
    customer: Customer | None = None
    language_hint: Language | None = None
    owner: Literal["bot", "queue", "agent"] = "bot"


@dataclass(frozen=True)
class Button:
    """`payload` is `/intent` or `/intent{"entity": "value"}`."""

    title: str
    payload: str


@dataclass(frozen=True)
class Say:
    """One message of the bot: Markdown text, at most a few buttons, at most one card (contracts §1)."""

    kind: MessageKind
    text: str
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None

    def to_json(self, message_id: str) -> dict[str, Any]:
        """The `message` of one line of a turn's answer."""
        buttons = [{"title": b.title, "payload": b.payload} for b in self.buttons]
        return {
            "id": message_id,
            "text": self.text,
            "kind": self.kind,
            "buttons": buttons,
            "card": dict(self.card) if self.card else None,
        }


@dataclass(frozen=True)
class Wakeup:
    """Please start a turn `Event("wakeup", data)` after so many seconds, once."""

    id: str
    after_seconds: float
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Turn:
    """What a turn came to. `fault` is a programming error's trace for the log; the customer got an honest message."""

    messages: tuple[Say, ...]
    state: DialogueState
    language: Language
    intent: str | None = None
    confidence: float | None = None
    wakeups: tuple[Wakeup, ...] = ()
    cancel_wakeups: bool = False
    handoff: Mapping[str, Any] | None = None
    resolution: Resolution | None = None
    task: Mapping[str, str] | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None

    def summary(self) -> dict[str, Any]:
        """The `summary` line of contracts §1."""
        wakeups = [{"id": w.id, "after_seconds": w.after_seconds, "data": dict(w.data)} for w in self.wakeups]
        return {
            "intent": self.intent,
            "confidence": None if self.confidence is None else min(1.0, max(0.0, self.confidence)),
            "language": self.language,
            "task": dict(self.task) if self.task else None,
            "slots": dict(self.slots),
            "wakeups": wakeups,
            "cancel_wakeups": self.cancel_wakeups,
            "handoff": dict(self.handoff) if self.handoff else None,
            "resolution": self.resolution,
        }
