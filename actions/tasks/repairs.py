"""What a customer does about the conversation itself: cancel, why, skip, repeat, another language, look again."""

from __future__ import annotations

import re
from collections.abc import Callable

from actions.tasks.acting import look_again
from actions.tasks.flow import resume_shelved
from actions.tasks.handing import hand_over
from actions.tasks.model import Button
from actions.tasks.picking import pick
from actions.tasks.ports import Steps
from actions.tasks.questions import ask_again, put, slot_key
from actions.tasks.reading import Move
from actions.tasks.state import Question, Task
from actions.tasks.talk import Talk

_ENGLISH = re.compile(r"英文|英语|english", re.I)
_CHINESE = re.compile(r"中文|汉语|普通话|chinese|mandarin", re.I)


def cancel(talk: Talk, move: Move) -> Steps[None]:
    """Forget the task on top, and nothing else; it can be brought back."""
    state = talk.state
    had_question, state.question = state.question is not None, None
    task = state.task
    if task is not None:
        _shelve(talk, task)
        talk.say("notice", "repair.cancelled", {"work": talk.skill_title(task.skill)})
    elif state.pending:
        dropped = state.pending.pop(0)
        talk.say("notice", "repair.cancelled", {"work": talk.skill_title(dropped.intent)})
    elif state.watching:
        talk.say("notice", "repair.already_sent")
    else:
        talk.say("notice", "repair.closed" if had_question else "repair.nothing_to_cancel")
    return
    yield


def _shelve(talk: Talk, task: Task) -> None:
    talk.drop(task)
    task.proposal = None
    task.checked = False
    task.retries.clear()
    talk.state.shelved = task


def skip(talk: Talk, move: Move) -> Steps[None]:
    """An optional item is left out; a required one says why it is needed."""
    question, task = talk.state.open_question, talk.state.task
    if question is None or task is None or talk.state.question:
        talk.state.question = None
        talk.say("notice", "repair.skipped" if question else "repair.nothing_open")
        return
    need = talk.book(task).need(question.slot)
    if need is not None and need.optional:
        task.skipped.append(need.slot)
        task.question = None
        talk.say("notice", "repair.skipped")
    elif question.kind in ("confirm", "change"):
        decline(talk, task)
    else:
        talk.say("notice", "repair.cannot_skip", {"why": talk.text(slot_key(talk, task, question.slot, "why"))})
    return
    yield


def decline(talk: Talk, task: Task) -> None:
    """The offered act is not wanted: nothing is done, and that is said."""
    values = talk.values(task)
    _shelve(talk, task)
    talk.say("notice", "confirm.declined", values)


def explain_why(talk: Talk, move: Move) -> Steps[None]:
    """Why the open question is asked."""
    question, task = talk.state.open_question, talk.state.task
    if question is None:
        talk.say("answer", "repair.why_nothing")
    elif talk.state.question or task is None:
        talk.say("answer", f"repair.why_{question.kind}")
    elif question.kind in ("slot", "assumed"):
        talk.say("answer", slot_key(talk, task, question.slot, "why"), talk.values(task))
    else:
        key = f"{task.skill}.finding.{task.finding}.says"
        reason = talk.text(key, talk.values(task)) if talk.has(key) else talk.skill_title(task.skill)
        talk.say("answer", "repair.why_confirm", {"reason": reason})
    return
    yield


def repeat(talk: Talk, move: Move) -> Steps[None]:
    """The last message again, buttons and all."""
    spoken = talk.state.spoken
    if not spoken:
        talk.say("notice", "repair.nothing_to_repeat")
    for message in spoken:
        talk.say_text(message.kind, message.text, tuple(Button(title, payload) for title, payload in message.buttons))
    talk.asked = True
    return
    yield


def change_language(talk: Talk, move: Move) -> Steps[None]:
    """From here on in the language asked for."""
    if _ENGLISH.search(move.text):
        talk.state.language = talk.state.fixed_language = "en"
    elif _CHINESE.search(move.text):
        talk.state.language = talk.state.fixed_language = "zh"
    else:
        talk.state.language = talk.state.fixed_language = "en" if talk.state.language == "zh" else "zh"
    talk.say("notice", "repair.language")
    return
    yield


def resume(talk: Talk, move: Move) -> Steps[None]:
    """ "Let us go on after all": what was cancelled or parked comes back."""
    state = talk.state
    if state.question and state.question.kind == "resume":
        state.question = None
    if state.shelved:
        resume_shelved(talk)
    elif state.task is None and state.watching:
        yield from check_again(talk, move)
    elif not ask_again(talk) and state.task is None:
        talk.say("notice", "repair.nothing_to_resume")


def check_again(talk: Talk, move: Move) -> Steps[None]:
    """Look again: at an act in progress, at the offer's ground, or at what was last looked at."""
    state = talk.state
    if state.question and state.question.kind != "clarify":
        state.question = None
    task = state.task
    if task is None and state.watching:
        yield from look_again(talk, state.watching[-1], asked=True)
        return
    if task is None:
        task = state.finished
        if task is None:
            talk.say("notice", "repair.nothing_to_check")
            return
        state.finished = None
        task.tried = []
        state.stack.append(task)
        talk.say("progress", "repair.checking_again", {"work": talk.skill_title(task.skill)})
    need = talk.book(task).resource_need
    if task.question and need and task.question.slot == need.slot:
        yield from pick(talk, task, need)
        return
    task.checked, task.question, task.proposal = False, None, None


def resolved(talk: Talk, move: Move) -> Steps[None]:
    """The customer says it works again; that settles something only if there was something."""
    state = talk.state
    task = state.task
    if any((task, state.finished, state.watching, state.shelved)):
        talk.resolution = "confirmed"
    if task is not None:
        talk.finish(task)
    state.question = None
    state.asked_more = True
    talk.say("answer", "completion.glad")
    if not state.stack and not state.pending:
        put(talk, None, Question("more"))
    return
    yield


def talk_to_human(talk: Talk, move: Move) -> Steps[None]:
    """A person, at once: works as the very first message and in the middle of anything."""
    question = talk.state.question
    unreachable = question is not None and question.kind == "human" and question.reason == "cloud_unreachable"
    yield from hand_over(talk, "cloud_unreachable" if unreachable else "customer_asked")


def back_to_bot(talk: Talk, move: Move) -> Steps[None]:
    """The customer prefers the assistant after all."""
    talk.say("notice", "handoff.back_to_bot")
    if talk.state.shelved and not talk.state.stack:
        resume_shelved(talk)
    return
    yield


def opt_out(talk: Talk, move: Move) -> Steps[None]:
    """Notices are not wanted: said honestly where they are switched off."""
    talk.say("answer", "repair.opt_out")
    return
    yield


META: dict[str, Callable[[Talk, Move], Steps[None]]] = {
    "cancel": cancel,
    "skip": skip,
    "explain_why": explain_why,
    "repeat": repeat,
    "change_language": change_language,
    "resume": resume,
    "check_again": check_again,
    "resolved": resolved,
    "talk_to_human": talk_to_human,
    "back_to_bot": back_to_bot,
    "opt_out": opt_out,
}
