"""Readings that are not sure: taken where they do no harm, asked about where two are close, else admitted."""

from __future__ import annotations

from actions.tasks import lexicon
from actions.tasks.acting import OPERATIONS_SAID, operation_said
from actions.tasks.answering import answer, miss
from actions.tasks.asking import failed_attempt, value_in
from actions.tasks.ports import Steps
from actions.tasks.questions import ask_again, put
from actions.tasks.reading import SMALL_TALK, Move
from actions.tasks.state import Question
from actions.tasks.talk import Talk

# From here on anger is met with words of its own, and the way to a person gets shorter.
ANGRY = 0.7
# Below this a reading is not worth offering alone; pairs are judged by the understanding.
WORTH_OFFERING_ALONE = 0.6
# Small talk and "out of scope" as sure as this are taken as such.
LIKELY_TALK = 0.5


def look_in_a_hurry(talk: Talk, move: Move) -> str | None:
    """With business down the first reading that can be looked into is looked into; which one is asked later."""
    if not talk.state.business_down or move.gate != "clarify":
        return None
    for reading in (move.intent, *move.candidates):
        book = talk.kit.books.get(reading)
        if book is not None and book.kind == "look" and book.remedies:
            return reading
    return None


def good_enough(talk: Talk, move: Move) -> bool:
    """A doubtful reading that does no harm: talk, a look at what is plainly named, haste, an angry complaint."""
    if move.confidence < LIKELY_TALK:
        return False
    if move.intent == "out_of_scope":
        return True
    if move.gate != "clarify":
        return False
    book, state = talk.kit.books.get(move.intent), talk.state
    if book is None:
        return move.intent in SMALL_TALK
    if book.handler == "complaint":
        return state.anger >= ANGRY
    told = any(value_in(need, move) is not None for need in book.needs if not need.resource)
    return book.kind == "look" and bool(book.checks) and told


def spells_out_an_act(talk: Talk, move: Move) -> bool:
    """ "Shut it down" names the act and the one instance, whatever it was taken for; it will be confirmed anyway."""
    if move.gate == "reject" or move.question or operation_said(move) not in OPERATIONS_SAID:
        return False
    named = {*move.values("instance_id"), *move.values("instance_name")}
    return len(named) == 1 or (not named and move.value("mention") == "focus" and talk.state.focus is not None)


def _only_answers(talk: Talk, reading: str) -> bool:
    """Whether a reading leads to an article anyway: asking which of two such is meant tells nothing."""
    book = talk.kit.books.get(reading)
    return book is None or book.handler == "knowledge"


def asks_how(move: Move) -> bool:
    """ "How do I create a snapshot?", as the words say, whatever it was taken for."""
    return move.question and not move.payload and lexicon.HOW_TO.search(move.text) is not None


def unclear(talk: Talk, move: Move) -> Steps[None]:
    """Low confidence: inside a task ask again with an example; outside one question between two readings, or say so."""
    task, state = talk.state.task, talk.state
    if asks_how(move) and (move.intent == "how_to" or move.intent not in talk.kit.books):
        yield from answer(talk, move)
        return
    if task is not None and task.question is not None:
        if task.question.kind == "slot":
            yield from failed_attempt(talk, task, task.question, "")
        else:
            state.misses, talk.missed = state.misses + 1, True
            if state.misses >= 3:
                yield from miss(talk, "not_understood")
                return
            talk.say("error", "cannot.in_task")
            ask_again(talk)
        return
    readings = [c for c in move.candidates if talk.has(f"intents.{c}")]
    if readings and all(_only_answers(talk, reading) for reading in readings[:2]):
        yield from answer(talk, move)
        return
    alone = readings == [move.intent] and move.confidence >= WORTH_OFFERING_ALONE
    told = alone or len(readings) > 1
    if move.gate == "clarify" and told:
        slots = {entity.kind: entity.value for entity in move.entities}
        put(talk, None, Question("clarify", intents=readings[:2], text=move.text, slots=slots))
    else:
        yield from miss(talk, "not_understood")
