"""Turns the customer did not write: the chat was opened, a look is due, silence, a person gave it back."""

from __future__ import annotations

from collections.abc import Callable

from actions.tasks.acting import look_again
from actions.tasks.flow import advance, resume_shelved
from actions.tasks.model import Event
from actions.tasks.ports import Account, AccountContext, Steps
from actions.tasks.questions import ask_again, put, work_of
from actions.tasks.state import Question, Ref
from actions.tasks.talk import Talk

# After this long a task is offered to be resumed rather than just continued.
RESUME_AFTER_SECONDS = 30 * 60
MAX_NEWS = 3


def opened(talk: Talk, event: Event) -> Steps[None]:
    """Greet by name and plan and say what concerns this customer; a task left behind is offered again."""
    state = talk.state
    away = talk.now - state.seen_at if state.seen_at else None
    if state.greeted and (away is None or away < RESUME_AFTER_SECONDS):
        return
    if state.greeted and not state.stack and not state.shelved:
        return
    if not state.greeted:
        yield from _greet(talk)
    state.greeted = True
    task = state.task or state.shelved
    if task is not None and away is not None:
        put(talk, None, Question("resume", text=work_of(talk, task)))


def _greet(talk: Talk) -> Steps[None]:
    customer = talk.context.customer
    if customer is None:
        talk.say("answer", "greeting.anonymous")
        return
    names = customer.account_name
    values = {
        "name": customer.user_name or customer.user_id,
        "account": names.get(talk.language) or next(iter(names.values()), ""),
        "plan": customer.plan,
    }
    parts = [talk.text("greeting.named", values)]
    account = yield AccountContext(talk.language)
    if isinstance(account, Account):
        parts += _news(talk, account)
    talk.say_text("answer", "\n".join(parts))


def _news(talk: Talk, account: Account) -> list[str]:
    """Open incidents, instance events and cases, the most pressing first."""
    lines = [talk.text("greeting.incident", {"title": incident.title}) for incident in account.incidents]
    for event in account.events:
        if event.get("instance_id"):
            lines.append(talk.text("greeting.event", {"resource": event.get("name") or event["instance_id"]}))
    lines = lines[:MAX_NEWS]
    if account.open_cases:
        latest = max(account.open_cases, key=lambda case: case.created_at)
        key = "greeting.case" if len(account.open_cases) == 1 else "greeting.cases"
        values = {"ticket": latest.id, "title": latest.title, "count": len(account.open_cases)}
        lines.append(talk.text(key, values))
    return lines


def wakeup(talk: Talk, event: Event) -> Steps[None]:
    """A look that was asked for came due. One that nothing waits for any more is no news."""
    task_id = str(event.data.get("task_id", ""))
    task = next((task for task in talk.state.watching if task.id == task_id), None)
    if task is None:
        return
    yield from look_again(talk, task)
    if talk.said and talk.handoff is None:
        yield from advance(talk)


def silence(talk: Talk, event: Event) -> Steps[None]:
    """First ask whether the customer is still there, then close kindly; an open task can be resumed."""
    state = talk.state
    state.silences += 1
    if state.silences == 1:
        waiting = state.open_question is not None
        talk.say("question" if waiting else "notice", "silence.there_waiting" if waiting else "silence.there")
        return
    if state.silences > 2:
        return
    task = state.task
    if task is not None:
        state.shelved = task
        state.stack = []
        talk.say("farewell", "silence.closed_waiting", {"work": work_of(talk, task)})
    else:
        talk.say("farewell", "silence.closed")
        if state.finished is not None:
            talk.resolution = "assumed"
    state.question = None
    return
    yield


def released(talk: Talk, event: Event) -> Steps[None]:
    """A person gave the conversation back: what they noted is said, what is closed stays closed."""
    state = talk.state
    agent = str(event.data.get("agent_name") or "")
    note = str(event.data.get("note") or "").strip()
    solved = event.data.get("outcome") == "resolved"
    state.misses, state.note, state.anger, state.urgency, state.business_down = 0, note[:500], 0.0, 0.0, False
    parts = [
        talk.text("released.solved" if solved else "released.back", {"agent": agent or talk.text("released.somebody")})
    ]
    if note:
        parts.append(talk.text("released.note", {"note": note[:500]}))
    if solved:
        state.shelved = None
        state.stack, state.question = [], None
        talk.resolution = "confirmed"
    talk.say_text("notice", "\n".join(parts))
    if not solved and state.shelved is not None and not state.stack:
        put(talk, None, Question("resume", text=work_of(talk, state.shelved)))
    return
    yield


def queue_left(talk: Talk, event: Event) -> Steps[None]:
    """The customer went back from the queue: go on where it stopped."""
    talk.say("notice", "handoff.back_to_bot")
    talk.state.misses = 0
    if talk.state.shelved is not None and not talk.state.stack:
        resume_shelved(talk)
        yield from advance(talk)
    else:
        ask_again(talk)


def proactive(talk: Talk, event: Event) -> Steps[None]:
    """The cloud has news for the customer; the resource becomes what "it" means in the reply."""
    key = f"proactive.{event.data.get('kind', '')}"
    name, resource_id = str(event.data.get("name") or ""), str(event.data.get("resource_id") or "")
    if resource_id:
        talk.state.focus_turn = talk.state.turns
        talk.state.focus = Ref(str(event.data.get("resource_kind") or "instance"), resource_id, name)
    values = {"resource": name or resource_id, "detail": str(event.data.get("detail") or "")}
    talk.say("notice", key if talk.has(key) else "proactive.other", values)
    return
    yield


EVENTS: dict[str, Callable[[Talk, Event], Steps[None]]] = {
    "opened": opened,
    "wakeup": wakeup,
    "silence": silence,
    "released": released,
    "queue_left": queue_left,
    "proactive": proactive,
}
