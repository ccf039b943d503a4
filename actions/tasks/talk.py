"""One turn in the making: the working copy of the state, and what has been said and asked for so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actions.tasks.model import Button, Context, Language, MessageKind, Resolution, Say, Wakeup
from actions.tasks.playbook import Playbook
from actions.tasks.reading import Move
from actions.tasks.state import ApiCall, DialogueState, Ref, Spoken, Step, StepState, Task
from actions.tasks.texts import Texts


@dataclass(frozen=True)
class Kit:
    """What the engine was built from."""

    books: Mapping[str, Playbook]
    texts: Texts


def payload(intent: str, **entities: str) -> str:
    """A button's payload: `/intent` or `/intent{"entity": "value"}`."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False) if entities else ''}"


@dataclass
class Talk:
    """Flows write into it, `engine` makes the `Turn` of it. `move`: what the customer did, until a flow takes it."""

    kit: Kit
    state: DialogueState
    context: Context
    said: list[Say] = field(default_factory=list)
    wakeups: list[Wakeup] = field(default_factory=list)
    cancel_wakeups: bool = False
    handoff: dict[str, Any] | None = None
    resolution: Resolution | None = None
    confidence: float | None = None
    changed: dict[str, str] = field(default_factory=dict)
    move: Move | None = None
    asked: bool = False
    missed: bool = False

    @property
    def language(self) -> Language:
        return self.state.language

    @property
    def now(self) -> float:
        """World time as seconds since 1970."""
        return self.context.now.timestamp()

    def book(self, task: Task) -> Playbook:
        return self.kit.books[task.skill]

    # ---- texts ----

    def has(self, key: str) -> bool:
        return self.kit.texts.has(key)

    def first_key(self, *keys: str) -> str:
        """The first key that has a text; the last one otherwise, so that its absence is reported."""
        return next((key for key in keys if self.has(key)), keys[-1])

    def text(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        return self.kit.texts.render(key, self.language, values or {})

    def term(self, group: str, value: str) -> str:
        return self.kit.texts.styled(value, group, self.language)

    def label(self, resource: Ref) -> str:
        """How a resource is called in a sentence: `web-01（i-NNkaK46e）`."""
        if not resource.name or resource.name == resource.id:
            return resource.id
        return self.text("terms.resource", {"name": resource.name, "id": resource.id})

    def values(self, task: Task) -> dict[str, Any]:
        """Everything a text of a task's skill may show: facts, slots, the resource's label."""
        found: dict[str, Any] = dict(task.facts)
        found |= {f"slot.{slot}": value for slot, value in task.slots.items()}
        need = self.book(task).resource_need
        if need and need.slot in task.slots:
            named = task.refs.get(need.slot) or Ref(need.resource or "", task.slots[need.slot])
            found |= {"resource": self.label(named), "resource.id": named.id, "resource.name": named.name or named.id}
        return found

    def skill_title(self, intent: str) -> str:
        """What an intent is called in the middle of a sentence."""
        return self.text(f"intents.{intent}") if self.has(f"intents.{intent}") else intent

    # ---- messages ----

    def button(self, key: str, intent: str, **entities: str) -> Button:
        return Button(self.text(f"buttons.{key}"), payload(intent, **entities))

    def say(
        self,
        kind: MessageKind,
        key: str,
        values: Mapping[str, Any] | None = None,
        buttons: tuple[Button, ...] = (),
        card: Mapping[str, Any] | None = None,
    ) -> None:
        self.say_text(kind, self.text(key, values), buttons, card)

    def say_text(
        self, kind: MessageKind, text: str, buttons: tuple[Button, ...] = (), card: Mapping[str, Any] | None = None
    ) -> None:
        if text or card:
            self.said.append(Say(kind, text, buttons, card))

    def wake(self, after_seconds: float, **data: str) -> None:
        name = self.state.next_id("w")
        self.wakeups.append(Wakeup(f"{self.context.conversation_id[:80]}-{name}", after_seconds, data))

    # ---- memory ----

    def remember_spoken(self) -> None:
        """What was said becomes what can be repeated."""
        if self.said:
            self.state.spoken = [
                Spoken(say.kind, say.text[:2000], [[b.title, b.payload] for b in say.buttons]) for say in self.said
            ]

    def record(self, text: str, state: StepState, request_id: str | None = None) -> None:
        """One more thing tried, for whoever takes over."""
        at = self.context.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.state.steps.append(Step(text, state, at, request_id))

    def called(self, operation: str, resource_id: str | None, ok: bool, request_id: str | None) -> None:
        """A call worth telling a person about; of a reading that is repeated only the last one is."""
        call = ApiCall(operation, resource_id, ok, request_id)
        if operation.startswith("check."):
            same = (operation, resource_id, ok)
            self.state.calls = [c for c in self.state.calls if (c.operation, c.resource_id, c.ok) != same]
        self.state.calls.append(call)

    def new_task(self, skill: str, words: str = "") -> Task:
        return Task(id=self.state.next_id("k"), skill=skill, words=words[:500])

    def drop(self, task: Task) -> None:
        """Take a task off the stack, wherever it stands."""
        self.state.stack = [other for other in self.state.stack if other is not task]

    def finish(self, task: Task) -> None:
        """The task is done with; it can be looked at again by "check again"."""
        self.drop(task)
        self.state.watching = [other for other in self.state.watching if other is not task]
        task.question = task.proposal = task.watch = None
        self.state.finished = task
