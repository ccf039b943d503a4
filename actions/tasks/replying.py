"""Whether a move answers the open question, or changes something already known; says what became of it."""

from __future__ import annotations

from dataclasses import replace

from actions.tasks import lexicon, resolve
from actions.tasks.acting import act, is_clear_yes, is_plain, is_stale, names_the_act
from actions.tasks.answering import answer
from actions.tasks.asking import absorb, bare_value, failed_attempt, field_named, take_free_text
from actions.tasks.flow import resume_shelved, start
from actions.tasks.handing import Reason, hand_over
from actions.tasks.picking import accept, hints_in, names_one, pick, remember, says_something
from actions.tasks.playbook import Need
from actions.tasks.ports import Steps
from actions.tasks.questions import ask_again, put
from actions.tasks.reading import ANSWERS, Move, entities_of
from actions.tasks.repairs import decline
from actions.tasks.state import Question, Task
from actions.tasks.talk import Talk

# What fits the question asked needs less certainty; a yes to an act needs acting.CLEAR_YES.
HARMLESS_YES = 0.5
LIKELY_NO = 0.3
CAUSES: dict[str, Reason] = {
    "cloud_unreachable": "cloud_unreachable",
    "failed_remedy": "failed_remedy",
    "unsupported": "unsupported",
    "low_confidence": "low_confidence",
}


def says_yes(move: Move) -> bool:
    worded = move.payload or any(character.isalpha() for character in move.text)
    sure = move.sure or move.confidence >= HARMLESS_YES
    return move.intent == "affirm" and sure and worded and not move.question


def says_no(move: Move) -> bool:
    return move.intent == "deny" and move.gate != "reject" and (move.sure or move.confidence >= LIKELY_NO)


def leans_to_no(move: Move) -> bool:
    """Where a no costs nothing, "no" among the readings of a doubtful answer will do."""
    return says_no(move) or (not move.sure and move.gate == "clarify" and "deny" in move.candidates)


# ---- the conversation's own questions ----


def answer_conversation(talk: Talk, move: Move, question: Question) -> Steps[bool]:
    """Use a move as the answer to a question outside any task; the question is closed either way."""
    talk.state.question = None
    if question.kind == "clarify":
        return (yield from _clarified(talk, move, question))
    if question.kind == "topic":
        return (yield from _topic_chosen(talk, move, question))
    if question.kind == "human":
        return (yield from _human_offered(talk, move, question))
    if question.kind == "resume":
        return _resume_offered(talk, move)
    return _more_offered(talk, move)


def _clarified(talk: Talk, move: Move, question: Question) -> Steps[bool]:
    chosen = move.intent if move.intent in question.intents else None
    position = lexicon.ordinal(move.text)
    if chosen is None and position is not None and position <= len(question.intents):
        chosen = question.intents[position - 1] if position > 0 else question.intents[-1]
    if chosen is None and len(question.intents) == 1 and says_yes(move):
        chosen = question.intents[0]
    if chosen is not None:
        told = {**question.slots, **{entity.kind: entity.value for entity in move.entities}}
        again = Move(chosen, question.text or move.text, move.message_id, entities=entities_of(told))
        yield from begin(talk, again)
        return True
    if says_no(move) or lexicon.NEITHER.search(move.text):
        talk.state.misses, talk.missed = talk.state.misses + 1, True
        talk.say("question", "clarify.rephrase" if len(question.intents) > 1 else "clarify.rephrase_one")
        talk.asked = True
        return True
    return False


def begin(talk: Talk, move: Move) -> Steps[None]:
    """What an intent leads to, outside any question: its playbook or an answer."""
    if move.intent == "how_to":
        yield from answer(talk, move)
    elif move.intent in talk.kit.books:
        yield from start(talk, move)
    elif talk.has(f"smalltalk.{move.intent}"):
        talk.say("answer", f"smalltalk.{move.intent}")


def _topic_chosen(talk: Talk, move: Move, question: Question) -> Steps[bool]:
    options = resolve.from_refs(question.options)
    chosen = resolve.point(options, lexicon.ordinal(move.text))
    chosen = chosen or next((option for option in options if option.name in move.text), None)
    if chosen is None:
        return False
    picked = Move("how_to", chosen.name, move.message_id, payload=True)
    yield from answer(talk, picked)
    return True


def _human_offered(talk: Talk, move: Move, question: Question) -> Steps[bool]:
    if says_yes(move):
        yield from hand_over(talk, CAUSES.get(question.reason, "customer_asked"))
        return True
    if leans_to_no(move):
        talk.say("answer", "offer_human.not_needed")
        return True
    return False


def _resume_offered(talk: Talk, move: Move) -> bool:
    if says_yes(move):
        if talk.state.shelved:
            resume_shelved(talk)
        return True
    if says_no(move):
        for task in list(talk.state.stack):
            talk.drop(task)
            talk.state.shelved = task
        talk.say("answer", "resume.left")
        return True
    return False


def _more_offered(talk: Talk, move: Move) -> bool:
    if leans_to_no(move) or (move.sure and move.intent in ("thank", "goodbye", "resolved")):
        talk.resolution = "confirmed"
        talk.say("farewell", "completion.farewell")
        return True
    if says_yes(move):
        talk.say("question", "completion.go_ahead")
        talk.asked = True
        return True
    return False


# ---- a task's questions ----


def answer_task(talk: Talk, move: Move, task: Task) -> Steps[bool]:
    """Use a move as the answer to the task's open question; true when nothing of it is left to react to."""
    question = task.question
    assert question is not None
    if question.kind == "confirm":
        return (yield from _at_confirmation(talk, move, task))
    if question.kind == "change":
        return (yield from _at_change(talk, move, task))
    if question.kind == "assumed":
        return (yield from _at_assumption(talk, move, task, question))
    need = talk.book(task).need(question.slot)
    if need is None:
        task.question = None
        return False
    if need.resource:
        return (yield from _at_resource(talk, move, task, need, question))
    return (yield from _at_value(talk, move, task, question))


def _at_confirmation(talk: Talk, move: Move, task: Task) -> Steps[bool]:
    proposal, book = task.proposal, talk.book(task)
    if proposal is None:
        task.question = None
        return False
    if move.payload and move.intent in ("affirm", "deny") and move.value("proposal") not in (None, proposal.id):
        talk.say("notice", "confirm.outdated")
        return True
    if is_clear_yes(talk, move, task, proposal):
        if not _was_just_asked(talk, move):
            return True
        if is_stale(talk, proposal):
            talk.say("notice", "confirm.stale")
            task.proposal, task.question, task.checked = None, None, False
            return True
        yield from act(talk, task, book, move)
        return True
    if names_the_act(move, proposal) and is_plain(talk, move, task):
        talk.say("notice", "confirm.unclear")
        return True
    if may_correct(move, task) and (yield from corrected(talk, move, task)):
        return True
    if says_no(move) or (move.intent == "correct" and move.sure):
        if move.payload or (move.intent == "deny" and lexicon.LEAVE_IT.search(move.text)):
            decline(talk, task)
        else:
            put(talk, task, Question("change"))
        return True
    if move.intent == "affirm" or (move.intent == "inform" and _names_own(move, task)):
        talk.say("notice", "confirm.unclear")
        return True
    return False


def may_correct(move: Move, task: Task) -> bool:
    """Whether a move can change what an offered act is about: an answer, or the same request put another way.

    A question about something else, a doubtful reading and "another machine" never do.
    """
    if move.intent in ANSWERS:
        return not (move.question and move.intent == "inform")
    return move.intent == task.skill and move.sure and not is_another(move)


def is_another(move: Move) -> bool:
    """ "I also need to shut down a machine", "web-02 as well": a request beside the one under way."""
    named = any(move.values(kind) for kind in ("instance_id", "instance_name", "ip_address"))
    return (lexicon.ALSO if named else lexicon.ONE_OF_MANY).search(move.text) is not None


def _was_just_asked(talk: Talk, move: Move) -> bool:
    """A yes in words answers what was said last: after anything else ("still there?") the offer is put again first."""
    return move.payload or any(spoken.kind == "confirmation" for spoken in talk.state.spoken)


def _names_own(move: Move, task: Task) -> bool:
    return any(_names(move, ref.id, ref.name) for ref in task.refs.values())


def _at_change(talk: Talk, move: Move, task: Task) -> Steps[bool]:
    if may_correct(move, task) and (yield from corrected(talk, move, task)):
        return True
    if says_no(move):
        decline(talk, task)
        return True
    need = talk.book(task).resource_need
    if need and move.intent == "correct" and lexicon.CHANGE.search(move.text):
        _ask_anew(talk, task, need)
        return True
    if move.intent == "affirm" or (move.intent in ANSWERS and _names_own(move, task)):
        task.question = None
        if task.proposal:
            put(talk, task, Question("confirm"))
        return True
    return False


def _at_assumption(talk: Talk, move: Move, task: Task, question: Question) -> Steps[bool]:
    need = talk.book(task).need(question.slot)
    assumed = question.options[0]
    assert need is not None
    other = names_one(need, task, move, talk.state.listed) and not _names(move, assumed.id, assumed.name)
    if (says_yes(move) or _means_it(move)) and not other:
        return accept(talk, task, need, assumed, "given")
    absorb(talk, task, talk.book(task), move)
    if says_no(move) or move.intent == "correct" or other:
        if lexicon.NEGATION.search(move.text) or says_no(move):
            task.rejected.append(assumed.id)
        task.question = None
        talk.move = move if other else None
        yield from pick(talk, task, need)
        return move.intent in ANSWERS or move.intent == task.skill
    if _names(move, assumed.id, assumed.name) and (move.intent in ANSWERS or move.intent == task.skill):
        return accept(talk, task, need, assumed, "given")
    return False


def _means_it(move: Move) -> bool:
    """ "这台" / "that one" to "is it this one?" says yes, whatever it was taken for."""
    pointed = move.value("mention") == "focus" or lexicon.DEICTIC.search(move.text) is not None
    agrees = move.intent in ("affirm", "inform") and move.gate != "reject" and not move.question
    return agrees and pointed and lexicon.NEGATION.search(move.text) is None


def _names(move: Move, resource_id: str, name: str) -> bool:
    return resource_id in move.text or lexicon.mentions(name, move.text)


def _at_resource(talk: Talk, move: Move, task: Task, need: Need, question: Question) -> Steps[bool]:
    if only_points(move):
        move = replace(move, intent="inform")
    others = move.intent in talk.kit.books and move.intent != task.skill and move.sure and not move.question
    if others and move.intent not in ANSWERS:
        return False
    absorb(talk, task, talk.book(task), move)
    listed = question.options or talk.state.listed
    pointing = hints_in(need, task, move).given or says_something(need, task, move, listed)
    if pointing or (need.shape and lexicon.near_shape("i-", move.text)):
        talk.move = move
        yield from pick(talk, task, need)
        return move.intent in ANSWERS or move.intent == task.skill or not move.sure
    if says_no(move) and question.options:
        task.rejected += [option.id for option in question.options]
        task.question = None
        yield from pick(talk, task, need)
        return True
    if move.intent in ANSWERS or not move.sure:
        if not question.options:
            talk.move = move
            yield from pick(talk, task, need)
        else:
            yield from failed_attempt(talk, task, question, "")
        return True
    return False


def only_points(move: Move) -> bool:
    """Whether a message is nothing but a name or an ID with words around it that ask nothing."""
    named = [e for e in move.entities if e.kind in ("instance_id", "instance_name", "ip_address")]
    rest = move.text
    for entity in named:
        rest = rest.replace(entity.value, " ")
    return bool(named) and not move.payload and not lexicon.POINTING_WORDS.sub("", rest)


def _at_value(talk: Talk, move: Move, task: Task, question: Question) -> Steps[bool]:
    before = task.retries.get(question.slot, 0)
    book = talk.book(task)
    if need := book.need(question.slot):
        move = bare_value(need, move)
    absorb(talk, task, book, move)
    if task.question is None:
        return move.intent in ANSWERS or move.intent == task.skill or not move.sure
    resource = book.resource_need
    if resource and resource.slot not in task.slots and names_one(resource, task, move, talk.state.listed):
        remember(task, move)
        return move.intent in ANSWERS or not move.sure
    refused = task.retries.get(question.slot, 0) > before
    if not refused and (yield from corrected(talk, move, task)):
        return move.intent in ANSWERS or not move.sure
    starts_other = move.sure and move.intent in talk.kit.books and move.intent != task.skill
    if not starts_other and take_free_text(talk, task, book, move):
        return True
    if move.intent in ANSWERS or not move.sure or refused:
        task.retries[question.slot] = before
        yield from failed_attempt(talk, task, question, "")
        return True
    return False


# ---- changing what is known ----


def corrected(talk: Talk, move: Move, task: Task) -> Steps[bool]:
    """Apply a correction to a task: another resource or value, or "change the region". True when it was one."""
    book = talk.book(task)
    need = book.resource_need
    if need and need.slot in task.slots and _names_another(talk, move, task, need):
        yield from _change_resource(talk, move, task, need)
        return True
    changed = absorb(talk, task, book, move)
    if changed:
        for slot in changed:
            talk.say(
                "notice", "correct.now", {"field": slot_name(talk, slot), "value": shown(talk, slot, task.slots[slot])}
            )
        start_over(task)
        return True
    if move.intent in ("correct", "deny") and (field := field_named(move, task, book)) and _wants_change(move):
        _ask_anew(talk, task, field)
        return True
    return False


def _ask_anew(talk: Talk, task: Task, need: Need) -> None:
    """ "Change the …": what was known is forgotten and asked for again."""
    task.slots.pop(need.slot, None)
    task.refs.pop(need.slot, None)
    start_over(task)
    put(talk, task, Question("slot", slot=need.slot))


def _wants_change(move: Move) -> bool:
    return bool(move.value("field")) or lexicon.CHANGE.search(move.text) is not None


def _names_another(talk: Talk, move: Move, task: Task, need: Need) -> bool:
    """Whether a move names a resource other than the task's own. "it" is the task's own."""
    hints = hints_in(need, task, move)
    current = task.refs.get(need.slot)
    if hints.id:
        return hints.id != task.slots[need.slot]
    if hints.name:
        return current is None or hints.name.lower() != current.name.lower()
    if hints.ip:
        return current is None or hints.ip != current.ip
    if hints.pointed is not None and talk.state.listed:
        return move.intent in ANSWERS
    if hints.region and current and move.intent in ANSWERS:
        return hints.region != current.region
    named = [ref for ref in talk.state.listed if lexicon.mentions(ref.name, move.text)]
    return any(ref.id != task.slots[need.slot] for ref in named)


def _change_resource(talk: Talk, move: Move, task: Task, need: Need) -> Steps[None]:
    """The new one is looked up first: one that cannot be leaves the old one and its question standing."""
    old_id, old_ref = task.slots[need.slot], task.refs.get(need.slot)
    old_question, old_proposal, failures = task.question, task.proposal, task.retries.get(need.slot, 0)
    task.question = None
    talk.move = move
    if (yield from pick(talk, task, need)):
        chosen = task.refs[need.slot]
        talk.say("notice", "correct.now", {"field": slot_name(talk, need.slot), "value": talk.label(chosen)})
        if chosen.id != old_id:
            start_over(task)
            task.tried = []
        else:
            task.question, task.proposal = old_question, old_proposal
        return
    if task.retries.get(need.slot, 0) > failures and talk.handoff is None:
        task.slots[need.slot] = old_id
        if old_ref:
            task.refs[need.slot] = old_ref
            talk.say("notice", "correct.kept", {"field": slot_name(talk, need.slot), "value": talk.label(old_ref)})
        task.question, task.proposal = old_question, old_proposal
        talk.asked = False
        ask_again(talk)
        return
    task.slots.pop(need.slot, None)
    start_over(task, keep_question=True)


def start_over(task: Task, keep_question: bool = False) -> None:
    """Everything seen so far belongs to the old value."""
    task.facts, task.finding, task.proposal, task.checked = {}, None, None, False
    if not keep_question:
        task.question = None


def slot_name(talk: Talk, slot: str) -> str:
    return talk.text(f"slots.{slot}.name")


def shown(talk: Talk, slot: str, value: str) -> str:
    return talk.term(slot, value)
