"""Moves the conversation on: starts tasks, takes the top one to its next question or its end, returns to what waits."""

from __future__ import annotations

from collections.abc import Callable

from actions.tasks import support_desk
from actions.tasks.answering import advise, answer
from actions.tasks.asking import absorb, ask_for, missing
from actions.tasks.diagnosing import diagnose
from actions.tasks.picking import pick, remember
from actions.tasks.playbook import Playbook
from actions.tasks.ports import Steps
from actions.tasks.questions import ask_again, put
from actions.tasks.reading import Move, entities_of
from actions.tasks.state import MAX_PENDING, MAX_STACK, Pending, Question, Task
from actions.tasks.talk import Talk

Handler = Callable[[Talk, Task, Playbook], Steps[None]]
HANDLERS: dict[str, Handler] = {
    "diagnose": diagnose,
    "list": support_desk.list_resources,
    "knowledge": advise,
    "human": support_desk.human,
    "complaint": support_desk.complaint,
    "tam": support_desk.tam,
    "ticket_create": support_desk.create_case,
    "ticket_status": support_desk.case_status,
    "incidents": support_desk.incidents,
}
# More steps in one turn than any stack can need: a playbook that never rests is a fault, not a hang.
MAX_STEPS = 24


def start(talk: Talk, move: Move) -> Steps[None]:
    """Begin the skill a move asks for, on top of what is being done."""
    book = talk.kit.books[move.intent]
    state = talk.state
    if book.account and talk.context.customer is None:
        yield from sign_in_first(talk, move)
        return
    if len(state.stack) >= MAX_STACK:
        talk.say("notice", "digression.too_deep", {"work": talk.skill_title(state.stack[-1].skill)})
        wait(talk, move)
        return
    task = talk.new_task(move.intent, move.text)
    state.stack.append(task)
    state.misses, state.asked_more, state.shelved = 0, False, None
    absorb(talk, task, book, move)
    talk.move = move
    remember(task, move)


def sign_in_first(talk: Talk, move: Move) -> Steps[None]:
    """Account matters need a sign-in; what is generally known can be told without."""
    talk.say("notice", "identity.sign_in", {"work": talk.skill_title(move.intent)})
    yield from answer(talk, move)


def wait(talk: Talk, move: Move) -> None:
    """Keep a request for later."""
    if len(talk.state.pending) < MAX_PENDING:
        slots = {entity.kind: entity.value for entity in move.entities}
        talk.state.pending.append(Pending(move.intent, move.text, slots))


def resume_shelved(talk: Talk) -> None:
    """Put a cancelled or parked task back on top, as it was."""
    task, talk.state.shelved = talk.state.shelved, None
    if task is None:
        return
    task.proposal, task.checked = None, False
    if task.question and task.question.kind in ("confirm", "change"):
        task.question = None
    talk.state.stack.append(task)
    talk.say("notice", "resume.going_on", {"work": talk.skill_title(task.skill)})


def advance(talk: Talk) -> Steps[None]:
    """Go on until something is asked, handed over, or nothing is left to do."""
    state = talk.state
    for _ in range(MAX_STEPS):
        if talk.handoff is not None or talk.asked:
            return
        if state.question or (state.task and state.task.question):
            ask_again(talk)
            return
        task = state.task
        if task is not None:
            yield from _step(talk, task)
        elif state.pending:
            yield from _next_request(talk)
        else:
            _complete(talk)
            return
    raise RuntimeError(f"no rest after {MAX_STEPS} steps: {[task.skill for task in state.stack]}")


def _step(talk: Talk, task: Task) -> Steps[None]:
    book = talk.book(task)
    need = missing(task, book)
    if need is None:
        yield from HANDLERS[book.handler](talk, task, book)
    elif need.resource:
        yield from pick(talk, task, need)
    else:
        ask_for(talk, task, need)


def _next_request(talk: Talk) -> Steps[None]:
    waiting = talk.state.pending.pop(0)
    talk.say("notice", "digression.next", {"work": talk.skill_title(waiting.intent)})
    yield from start(talk, Move(waiting.intent, waiting.text, "", entities=entities_of(waiting.slots)))


def _complete(talk: Talk) -> None:
    """Once something was done and shown to work, ask once whether anything is left."""
    state = talk.state
    if talk.resolution == "state_verified" and not state.asked_more and not state.watching:
        state.asked_more = True
        put(talk, None, Question("more"))
