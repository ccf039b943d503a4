"""Filling what a task needs: taking values out of moves, checking them, and asking for what is missing."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.tasks import lexicon
from actions.tasks.handing import hand_over
from actions.tasks.model import Button, Entity
from actions.tasks.playbook import Need, Playbook
from actions.tasks.ports import Steps
from actions.tasks.questions import put, slot_key
from actions.tasks.reading import Move
from actions.tasks.state import Question, Task
from actions.tasks.talk import Talk
from contracts.ids import EXAMPLES, is_shaped

# One explanation each; after the last a person takes over (conversation.md, row 18).
WAY_OUT, GIVE_UP = 3, 4
MAX_FREE_TEXT = 500


def value_in(need: Need, move: Move) -> str | None:
    """The value a move gives for a plain need: a known word of its list, an entity, or nothing."""
    told = [value for kind in need.entities for value in move.values(kind)]
    if not need.values:
        return told[0] if told else None
    for given in told:
        for value, words in need.values.items():
            if given.lower() in (value, *(word.lower() for word in words)) and not _is_negated(value, words, move):
                return value
    for value, words in need.values.items():
        if any(_stands_in(word, move.text) for word in words) and not _is_negated(value, words, move):
            return value
    return None


def _is_negated(value: str, words: tuple[str, ...], move: Move) -> bool:
    """ "Not restart, shut it down": the first is what is not wanted."""
    if value in move.negated or any(word in move.negated for word in words):
        return True
    return any(re.search(lexicon.NOT_BEFORE + re.escape(word), move.text, re.I) for word in words)


def _stands_in(word: str, text: str) -> bool:
    if word.isascii():
        return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text, re.I) is not None
    return word in text


def bare_value(need: Need, move: Move) -> Move:
    """A number alone is the value of the item just asked for."""
    number = move.text.strip(" .。")
    counted = need.range is not None or number in need.values
    if move.payload or not need.entities or not counted or not re.fullmatch(r"[0-9]{1,9}", number):
        return move
    return replace(move, entities=(Entity(need.entities[0], number),), intent="inform")


def fault_of(need: Need, value: str) -> str | None:
    """Why a value cannot be right (`shape`; `range` is one of whole numbers), or None."""
    if need.shape and not is_shaped(need.shape, value):
        return "shape"
    if need.range:
        low, high = need.range
        whole = re.fullmatch(r"[0-9]{1,9}", value) is not None
        return None if whole and low <= int(value) <= high else "range"
    return None


def absorb(talk: Talk, task: Task, book: Playbook, move: Move) -> list[str]:
    """Take every plain value a move gives; returns slots whose known value changed. A bad value leaves the old one."""
    changed = []
    for need in book.needs:
        if need.resource:
            continue
        value = value_in(need, move)
        if value is None or task.slots.get(need.slot) == value:
            continue
        if fault_of(need, value):
            talk.say("error", slot_key(talk, task, need.slot, "invalid"), {"value": value})
            task.retries[need.slot] = task.retries.get(need.slot, 0) + 1
            continue
        if need.slot in task.slots:
            changed.append(need.slot)
        set_slot(talk, task, need.slot, value)
    return changed


def set_slot(talk: Talk, task: Task, slot: str, value: str) -> None:
    task.slots[slot] = value
    task.retries.pop(slot, None)
    talk.changed[slot] = value
    if task.question and task.question.slot == slot:
        task.question = None


def missing(task: Task, book: Playbook) -> Need | None:
    """The next thing to find out, in the playbook's order; defaults are filled in on the way."""
    facts = dict(task.facts) | {f"slot.{slot}": value for slot, value in task.slots.items()}
    for need in book.needs:
        if need.slot in task.slots or need.slot in task.skipped or need.when.holds(facts) is not True:
            continue
        if need.default is not None:
            task.slots[need.slot] = need.default
            continue
        if need.optional and not need.ask:
            continue
        return need
    return None


def ask_for(talk: Talk, task: Task, need: Need) -> None:
    """Ask a plain need for the first time."""
    put(talk, task, Question("slot", slot=need.slot))


def take_free_text(talk: Talk, task: Task, book: Playbook, move: Move) -> bool:
    """An open free-text question takes the whole message."""
    question = task.question
    need = book.need(question.slot) if question and question.kind == "slot" else None
    if need is None or not need.free_text or not move.text.strip():
        return False
    set_slot(talk, task, need.slot, move.text.strip()[:MAX_FREE_TEXT])
    return True


def failed_attempt(talk: Talk, task: Task, question: Question, reason: str, **values: str) -> Steps[None]:
    """One more useless answer: the reason and an example, then another explanation, a way out, a person."""
    slot = question.slot
    count = task.retries[slot] = task.retries.get(slot, 0) + 1
    if count >= GIVE_UP:
        yield from hand_over(talk, "repeated_failure", task)
        return
    shown = talk.values(task) | {"example": EXAMPLES.get(slot, ""), **values}
    parts = [talk.text(reason, shown)] if reason else []
    if count == 1:
        parts.append(talk.text(slot_key(talk, task, slot, "example"), shown))
    else:
        parts.append(talk.text(slot_key(talk, task, slot, "explain"), shown))
    buttons: tuple[Button, ...] = ()
    if count >= WAY_OUT:
        parts.append(talk.text("repair.way_out"))
        buttons = (talk.button("cancel", "cancel"), talk.button("human", "talk_to_human"))
    task.question = question
    talk.asked = True
    talk.say_text("question", "\n".join(parts), buttons)


def field_named(move: Move, task: Task, book: Playbook) -> Need | None:
    """Which filled need "change the …" names: by the field entity, or by the words for it."""
    fields = move.values("field")
    for need in book.needs:
        if need.slot not in task.slots:
            continue
        pattern = lexicon.FIELD_WORDS.get(need.slot)
        if need.slot in fields or need.resource in fields or (pattern and pattern.search(move.text)):
            return need
    return None
