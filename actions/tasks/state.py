"""What the assistant remembers of a conversation between turns: one JSON document, versioned and bounded.

`docs/dialogue.md` draws the state machine these fields form.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from actions.tasks.codec import CodecError, decode, encode
from actions.tasks.model import Language, MessageKind
from actions.tasks.ports import FactValue

VERSION = 1
# A task plus two levels of digression: deeper nesting loses people.
MAX_STACK = 3
MAX_PENDING = 3
MAX_WATCHING = 5
MAX_LISTED = 12
MAX_HISTORY = 20
MAX_TEXT = 1000
# Rasa stores the state once a turn; history goes first when it grows past this many characters.
MAX_JSON = 60_000

QuestionKind = Literal["slot", "assumed", "confirm", "change", "clarify", "topic", "human", "more", "resume"]
StepState = Literal["done", "failed", "unknown", "pending"]


@dataclass
class Ref:
    """A resource of the customer, as remembered: enough to name it, never its state."""

    kind: str
    id: str
    name: str = ""
    region: str = ""
    ip: str = ""
    status: str = ""


@dataclass
class Question:
    """The one thing the assistant waits for. `options` are the resources offered, in the order shown."""

    kind: QuestionKind
    slot: str = ""
    options: list[Ref] = field(default_factory=list)
    intents: list[str] = field(default_factory=list)
    reason: str = ""
    text: str = ""
    slots: dict[str, str] = field(default_factory=dict)


@dataclass
class Proposal:
    """An act that waits for a yes: bound to this id, resource and operation; taken away by the first use."""

    id: str
    remedy: str
    operation: str
    kind: str
    resource_id: str
    resource_name: str
    params: dict[str, FactValue]
    made_at: float


@dataclass
class Watch:
    """A sent act whose effect is awaited. `polls` counts the looks so far; `sent`: the cloud said it took the act.

    `before`: what was read before the act, where its effect is a change of that.
    """

    remedy: str
    polls: int = 0
    sent: bool = True
    params: dict[str, FactValue] = field(default_factory=dict)
    before: dict[str, FactValue] = field(default_factory=dict)


@dataclass
class Step:
    """One thing tried, for the person who takes over."""

    text: str
    state: StepState
    at: str | None = None
    request_id: str | None = None


@dataclass
class ApiCall:
    operation: str
    resource_id: str | None
    ok: bool
    request_id: str | None


@dataclass
class Task:
    """One piece of work for the customer, run by the playbook `skill`."""

    id: str
    skill: str
    slots: dict[str, str] = field(default_factory=dict)
    refs: dict[str, Ref] = field(default_factory=dict)
    facts: dict[str, FactValue] = field(default_factory=dict)
    finding: str | None = None
    question: Question | None = None
    proposal: Proposal | None = None
    watch: Watch | None = None
    retries: dict[str, int] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    hints: dict[str, str] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    words: str = ""
    checked: bool = False


@dataclass
class Pending:
    """A request of a multi-request message that waits its turn."""

    intent: str
    text: str
    slots: dict[str, str] = field(default_factory=dict)


@dataclass
class Topic:
    """The last knowledge answer, for follow-up questions; `turn` is when it was given."""

    query: str
    slug: str
    turn: int = 0


@dataclass
class Said:
    """What the customer said, for the packet's summary."""

    text: str
    message_id: str


@dataclass
class Spoken:
    """A message of the bot, to be repeated on request."""

    kind: MessageKind
    text: str
    buttons: list[list[str]] = field(default_factory=list)


@dataclass
class DialogueState:
    """The whole memory. Lists are bounded by the constants above; `to_json` never exceeds `MAX_JSON` characters."""

    version: int = VERSION
    language: Language = "zh"
    fixed_language: Language | None = None
    counter: int = 0
    stack: list[Task] = field(default_factory=list)
    watching: list[Task] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    shelved: Task | None = None
    question: Question | None = None
    focus: Ref | None = None
    focus_turn: int = 0
    listed: list[Ref] = field(default_factory=list)
    topic: Topic | None = None
    spoken: list[Spoken] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    calls: list[ApiCall] = field(default_factory=list)
    articles: list[list[str]] = field(default_factory=list)
    events: list[list[str]] = field(default_factory=list)
    turns: int = 0
    misses: int = 0
    silences: int = 0
    greeted: bool = False
    asked_more: bool = False
    anger: float = 0.0
    urgency: float = 0.0
    business_down: bool = False
    seen_at: float = 0.0
    note: str = ""
    finished: Task | None = None

    @property
    def task(self) -> Task | None:
        """The task on top, the one being talked about."""
        return self.stack[-1] if self.stack else None

    @property
    def open_question(self) -> Question | None:
        """What the assistant waits for now; a conversation's own question goes before a task's."""
        if self.question:
            return self.question
        return self.task.question if self.task else None

    @property
    def idle(self) -> bool:
        """Nothing is asked, nothing is being worked on (acts already sent may still be watched)."""
        return not self.stack and self.question is None

    def next_id(self, prefix: str) -> str:
        """Ids count up within the conversation, so that a turn run twice makes the same ids."""
        self.counter += 1
        return f"{prefix}{self.counter}"

    def bound(self) -> None:
        """Cut every list to its limit, oldest first."""
        del self.stack[: max(0, len(self.stack) - MAX_STACK)]
        del self.watching[: max(0, len(self.watching) - MAX_WATCHING)]
        del self.pending[MAX_PENDING:]
        del self.listed[MAX_LISTED:]
        for history in (self.said, self.steps, self.calls, self.articles, self.events, self.spoken):
            del history[: max(0, len(history) - MAX_HISTORY)]
        for said in self.said:
            said.text = said.text[:MAX_TEXT]

    def to_json(self) -> str:
        """One JSON document; what is oldest and least needed is dropped when it grows too long."""
        self.bound()
        text = json.dumps(encode(self), ensure_ascii=False)
        if len(text) > MAX_JSON:
            lean = decode(DialogueState, encode(self))
            lean.said, lean.steps, lean.calls, lean.spoken = lean.said[-3:], lean.steps[-5:], lean.calls[-5:], []
            lean.shelved = None
            text = json.dumps(encode(lean), ensure_ascii=False)
        return (
            text
            if len(text) <= MAX_JSON
            else json.dumps(encode(DialogueState(language=self.language, focus=self.focus)))
        )

    @classmethod
    def from_json(cls, text: str | None) -> DialogueState:
        """Never raises: a missing, broken or older document gives a fresh state that keeps the focus."""
        if not text:
            return cls()
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError, TypeError):
            return cls()
        if not isinstance(raw, dict):
            return cls()
        try:
            state = decode(cls, raw)
        except (CodecError, RecursionError):
            return cls._rescued(raw)
        return state if state.version == VERSION else cls._rescued(raw)

    @classmethod
    def _rescued(cls, raw: dict[str, Any]) -> DialogueState:
        fresh = cls(language="en" if raw.get("language") == "en" else "zh", greeted=raw.get("greeted") is True)
        try:
            fresh.focus = decode(Ref, raw["focus"]) if raw.get("focus") else None
        except (CodecError, RecursionError):
            fresh.focus = None
        return fresh
