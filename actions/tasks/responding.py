"""A customer's message: which of its moves answers what is asked, starts something, or is only talk."""

from __future__ import annotations

from dataclasses import replace

from actions.tasks import lexicon
from actions.tasks.acting import OPERATIONS_SAID, operation_said, points_elsewhere
from actions.tasks.answering import answer, follows_up, miss, unsupported
from actions.tasks.asking import absorb, value_in
from actions.tasks.doubting import (
    ANGRY,
    LIKELY_TALK,
    asks_how,
    good_enough,
    look_in_a_hurry,
    spells_out_an_act,
    unclear,
)
from actions.tasks.flow import advance, start, wait
from actions.tasks.model import Entity, Language, Utterance
from actions.tasks.picking import hints_in, names_one, says_something
from actions.tasks.playbook import Need, Playbook
from actions.tasks.ports import Steps
from actions.tasks.questions import ask_again, put, work_of
from actions.tasks.reading import ANSWERS, SMALL_TALK, Move, is_wordless, moves
from actions.tasks.repairs import META
from actions.tasks.replying import answer_conversation, answer_task, corrected, is_another, may_correct
from actions.tasks.state import Question, Said, Task
from actions.tasks.talk import Talk
from actions.tasks.texts import TextError
from contracts.masking import mask_secrets

# Longer messages are pasted logs: the lines that matter are asked for instead.
MAX_CHARACTERS = 4000
MIN_LETTERS = 2
# Fewer Latin words that nothing was understood of ("asdfgh") tell no language.
MIN_WORDS = 3
# Said of a problem, but nothing is looked up by them.
MERELY_TOLD = {"time", "duration"}
# A repair this sure is taken at its word although the gate has doubts; one that changes nothing sooner.
SURE_REPAIR = 0.6
LIKELY_REPAIR = 0.5
HARMLESS_REPAIRS = frozenset({"explain_why", "repeat", "check_again"})
# "Will it lose data?" is about the offer at hand; longer questions are about something of their own.
SHORT_QUESTION = {"zh": 40, "en": 90}


def respond(talk: Talk, utterance: Utterance) -> Steps[None]:
    """Answer one message. Never silent: the last resort is "not understood"."""
    state = talk.state
    _note(talk, utterance)
    if talk.context.owner != "bot":
        talk.say("notice", "handoff.still_waiting", {}, (talk.button("back_to_bot", "back_to_bot"),))
        return
    if not utterance.text.strip():
        talk.say("error", "input.empty")
        ask_again(talk)
        return
    if len(utterance.text) > MAX_CHARACTERS and not utterance.payload:
        talk.say("error", "input.too_long")
        ask_again(talk)
        return
    _acknowledge_mood(talk, utterance)
    spoken_before = len(talk.said)
    begun = False
    for move in moves(utterance):
        if talk.handoff is not None:
            break
        if begun and _starts_task(talk, move):
            wait(talk, move)
            continue
        depth = len(state.stack)
        yield from _react(talk, move)
        begun = begun or len(state.stack) > depth
    yield from advance(talk)
    if len(talk.said) == spoken_before and talk.handoff is None:
        yield from miss(talk, "not_understood")
    if not talk.missed:
        state.misses = 0


def _note(talk: Talk, utterance: Utterance) -> None:
    """What is remembered of every message before it is understood."""
    state = talk.state
    state.silences = 0
    state.turns += 1
    state.said.append(Said(mask_secrets(utterance.text).text, utterance.message_id))
    talk.confidence = utterance.confidence
    if not utterance.payload:
        spoken = _language_of(talk, utterance)
        state.language = state.fixed_language or spoken


def _language_of(talk: Talk, utterance: Utterance) -> Language:
    """The language of the last real message: an ID alone has none, and it is Chinese that quotes English."""
    bare = lexicon.WITHOUT_LANGUAGE.sub("", utterance.text)
    if sum(character.isalpha() for character in bare) < MIN_LETTERS:
        return talk.state.language
    if is_wordless(utterance.text) or utterance.text.lstrip().startswith(lexicon.SLASH):
        return talk.state.language
    if utterance.understanding.gate == "reject" and len(bare.split()) < MIN_WORDS and not lexicon.CHINESE.search(bare):
        return talk.state.language
    if utterance.understanding.mixed and len(lexicon.CHINESE.findall(utterance.text)) >= MIN_LETTERS:
        return "zh"
    return utterance.understanding.language


def _acknowledge_mood(talk: Talk, utterance: Utterance) -> None:
    mood, state = utterance.understanding.mood, talk.state
    newly_down = mood.business_down and not state.business_down
    newly_angry = mood.anger >= ANGRY > state.anger
    state.anger, state.urgency = max(state.anger, mood.anger), max(state.urgency, mood.urgency)
    state.business_down = state.business_down or mood.business_down
    if utterance.intent in ("talk_to_human", "complaint") and utterance.understanding.gate == "answer":
        return
    if newly_down:
        talk.say("notice", "mood.business_down", {}, (talk.button("human", "talk_to_human"),))
    elif newly_angry:
        talk.say("notice", "mood.angry", {}, (talk.button("human", "talk_to_human"),))


def _starts_task(talk: Talk, move: Move) -> bool:
    return move.intent in talk.kit.books and move.intent not in ("how_to", "talk_to_human")


def _react(talk: Talk, move: Move) -> Steps[None]:
    """One move: an answer, a repair, a correction, a new request, or talk."""
    state = talk.state
    if move.intent == "resolved" and move.question and (state.watching or state.finished):
        move = replace(move, intent="check_again")
    likely = LIKELY_REPAIR if move.intent in HARMLESS_REPAIRS else SURE_REPAIR
    pointless = move.intent == "resolved" or (move.intent == "explain_why" and state.open_question is None)
    believed = move.sure or (move.confidence >= likely and not pointless)
    if move.intent in META and believed and not _is_value_for_slot(talk, move):
        yield from META[move.intent](talk, move)
        return
    question = state.question
    if question is not None and (yield from answer_conversation(talk, move, question)):
        return
    task = state.task
    if follows_up(talk, move) and not _answers_slot(talk, move):
        yield from answer(talk, move)
        return
    if task is not None and task.question is not None and not _asks_about_effect(move):
        if (yield from answer_task(talk, move, task)):
            return
    elif task is not None and task.question is not None:
        yield from _take_on_the_way(talk, move, task)
    if talk.handoff is not None or (state.watching and (yield from _about_watched(talk, move))):
        return
    yield from _new_request(talk, move)


def _answers_slot(talk: Talk, move: Move) -> bool:
    """ "第二台呢" may look like a follow-up and still name one of those on offer."""
    task, question = talk.state.task, talk.state.open_question
    need = talk.book(task).resource_need if task else None
    if task is None or need is None:
        return bool(move.value("mention") or move.value("description"))
    return names_one(need, task, move, question.options if question else talk.state.listed)


def _is_value_for_slot(talk: Talk, move: Move) -> bool:
    """ "算了，就重启 web-02 吧": a cancel that names a resource is an answer; a bare one is a cancel."""
    task = talk.state.task
    if move.intent not in ("cancel", "skip") or task is None or move.payload:
        return False
    need = talk.book(task).resource_need
    return bool(need and need.slot not in task.slots and hints_in(need, task, move).id)


def _asks_about_effect(move: Move) -> bool:
    """A question that carries the answer with it: "i-…, will a reboot lose data?"."""
    if not move.question or move.payload or (move.intent == "out_of_scope" and move.confidence >= LIKELY_TALK):
        return False
    how = move.intent == "how_to" or (not move.sure and asks_how(move))
    return how or lexicon.ABOUT_EFFECT.search(move.text) is not None


def _take_on_the_way(talk: Talk, move: Move, task: Task) -> Steps[None]:
    """Take what such a question answers before answering it; it never counts as a yes."""
    book, question = talk.book(task), task.question
    if question and question.kind in ("confirm", "change"):
        return
    if not any(value_in(need, move) not in (None, task.slots.get(need.slot)) for need in _known(task, book)):
        absorb(talk, task, book, move)
    need = book.resource_need
    if need and question and question.slot == need.slot and says_something(need, task, move, question.options):
        from_move = hints_in(need, task, move)
        if from_move.id or from_move.name or from_move.ip or question.options:
            yield from _answer_with_value(talk, move, task, need)


def _known(task: Task, book: Playbook) -> list[Need]:
    return [need for need in book.needs if not need.resource and need.slot in task.slots]


def _answer_with_value(talk: Talk, move: Move, task: Task, need: Need) -> Steps[None]:
    value_only = Move("inform", move.text, move.message_id, entities=move.entities, negated=move.negated)
    yield from answer_task(talk, value_only, task)


def _about_watched(talk: Talk, move: Move) -> Steps[bool]:
    """ "i-… 好了吗" while an act is being watched is a question about it."""
    doubtful = move.intent == "resolved" and not move.sure
    asks = doubtful or move.intent in ("affirm", "inform", "check_again") or "check_again" in move.candidates
    if asks and talk.state.idle and all(entity.kind in ("mention", "time") for entity in move.entities):
        yield from META["check_again"](talk, move)
        return True
    return False


def _only_refuses_acts(move: Move) -> bool:
    """ "别重启", but not "别重启，我要的是关机"."""
    return any(value in OPERATIONS_SAID for value in move.negated) and operation_said(move) not in OPERATIONS_SAID


def _new_request(talk: Talk, move: Move) -> Steps[None]:
    task = talk.state.task
    correcting = task is not None and move.intent in ANSWERS and may_correct(move, task)
    if task is not None and correcting and (yield from corrected(talk, move, task)):
        return
    if task is None and (yield from _redone(talk, move)):
        return
    if _asks_about_effect(move) and tell_effect(talk, move):
        return
    if move.intent == "instance_power" and _only_refuses_acts(move):
        talk.say("answer", "repair.left_alone")
        return
    if _is_how_to(talk, move):
        yield from answer(talk, move)
    elif not move.sure and (hurried := look_in_a_hurry(talk, move)):
        yield from _begin(talk, replace(move, intent=hurried))
    elif not move.sure and spells_out_an_act(talk, move):
        yield from _begin(talk, replace(move, intent="instance_power"))
    elif not move.sure and not good_enough(talk, move):
        yield from unclear(talk, move)
    else:
        yield from _take(talk, move)


def _take(talk: Talk, move: Move) -> Steps[None]:
    """What an intent that is believed leads to."""
    if _asks_about_effect(move) and move.intent not in SMALL_TALK:
        yield from _answer_or_start(talk, move)
    elif move.intent == "how_to":
        yield from answer(talk, move)
    elif move.intent in talk.kit.books:
        yield from _begin(talk, move)
    elif talk.has(f"smalltalk.{move.intent}"):
        _small_talk(talk, move)
    elif move.intent in ANSWERS:
        yield from _loose_answer(talk, move)
    elif talk.has(f"intents.{move.intent}"):
        yield from unsupported(talk, move)
    else:
        yield from miss(talk, "not_understood")


def _is_how_to(talk: Talk, move: Move) -> bool:
    """ "How do I log in by SSH?" asks for knowledge, whatever skill the words are close to."""
    book = talk.kit.books.get(move.intent)
    if book is None or book.handler != "diagnose" or not move.question or lexicon.HOW_TO.search(move.text) is None:
        return False
    need = book.resource_need
    return need is None or not names_one(need, Task("", move.intent), move, talk.state.listed)


def tell_effect(talk: Talk, move: Move) -> bool:
    """ "Will a restart lose data?": the act's own impact and cost, the same words its offer uses."""
    task = talk.state.task or (talk.state.watching[-1] if talk.state.watching else None)
    operation = OPERATIONS_SAID.get(operation_said(move) or "")
    if operation is None and task and _is_about_offer(talk, move, task):
        remedy = task.proposal.remedy if task.proposal else task.watch.remedy if task.watch else None
        operation = talk.book(task).remedies[remedy].operation if remedy else None
    if operation is None or lexicon.ABOUT_EFFECT.search(move.text) is None:
        return False
    key = f"remedies.{operation.replace('.', '_')}"
    values = talk.values(task) | (task.proposal.params if task.proposal else {}) if task else {}
    try:
        parts = [talk.text(f"{key}.{part}", values) for part in ("impact", "cost")]
    except TextError:
        return False
    talk.say_text("answer", "\n".join(parts))
    return True


def _is_about_offer(talk: Talk, move: Move, task: Task) -> bool:
    """A short question that names nothing else and is no look at something: it can only mean the act at hand."""
    book = talk.kit.books.get(move.intent)
    looks = book is not None and book.kind == "look" and move.sure
    return len(move.text) <= SHORT_QUESTION[talk.language] and not looks and not points_elsewhere(talk, move, task)


def _answer_or_start(talk: Talk, move: Move) -> Steps[None]:
    """Questions about effects go to the knowledge base; a question that names a problem still starts its skill."""
    book = talk.kit.books.get(move.intent)
    if book is not None and book.kind != "act" and book.handler != "knowledge":
        yield from _begin(talk, move)
    else:
        yield from answer(talk, move)


def _begin(talk: Talk, move: Move) -> Steps[None]:
    """Start a skill; the same skill on the same thing is an addition to what is under way."""
    task = talk.state.task
    if task is not None and task.skill == move.intent and not task.watch and not (task.proposal and is_another(move)):
        need = talk.book(task).resource_need
        settled = need is not None and need.slot in task.slots
        if settled and not says_something(need, task, move, talk.state.listed):  # type: ignore[arg-type]
            if not (yield from corrected(talk, move, task)):
                ask_again(talk)
            return
        if (yield from corrected(talk, move, task)):
            return
        talk.drop(task)
    elif task is not None and _same_trouble(talk, task, move):
        talk.drop(task)
    yield from start(talk, move)


def _same_trouble(talk: Talk, task: Task, move: Move) -> bool:
    """ "Which one?" answered by "web-01, SSH times out": the same trouble said more exactly, not a second one."""
    old, new = talk.book(task), talk.kit.books[move.intent]
    need = old.resource_need
    asked = need is not None and task.question is not None and task.question.slot == need.slot
    return asked and all(book.kind == "look" and bool(book.remedies) for book in (old, new))


def _small_talk(talk: Talk, move: Move) -> None:
    customer = talk.context.customer
    if move.intent == "greet" and customer and customer.user_name:
        talk.say("answer", "smalltalk.greet_named", {"name": customer.user_name})
    elif move.intent == "goodbye":
        _goodbye(talk)
    elif move.intent == "out_of_scope":
        _out_of_scope(talk)
    else:
        talk.say("answer", f"smalltalk.{move.intent}")


def _out_of_scope(talk: Talk) -> None:
    """Not ours to help with. Twice in a row a person is offered, but idle talk alone never calls one."""
    state = talk.state
    talk.say("answer", "smalltalk.out_of_scope")
    state.misses, talk.missed = min(state.misses + 1, 2), True
    if state.misses == 2 and state.task is None:
        put(talk, None, Question("human", reason="low_confidence"))


def _goodbye(talk: Talk) -> None:
    """Leaving is no cancelling: what is under way can be taken up again."""
    task = talk.state.task
    if task is None:
        talk.say("farewell", "smalltalk.goodbye")
    else:
        talk.state.shelved, talk.state.stack = task, []
        talk.say("farewell", "smalltalk.goodbye_waiting", {"work": work_of(talk, task)})
    talk.asked = True


def _redone(talk: Talk, move: Move) -> Steps[bool]:
    """Another resource or value after something was done repeats it with that one: "and the first one?"."""
    finished = talk.state.finished
    if finished is None or move.gate == "reject" or move.intent in SMALL_TALK:
        return False
    if move.sure and move.intent not in ANSWERS:
        return False
    if not move.sure and finished.skill != "instance_power" and spells_out_an_act(talk, move):
        return False
    book = talk.book(finished)
    need = book.resource_need
    if need is None or need.slot not in finished.slots:
        return False
    named = names_one(need, finished, move, talk.state.listed)
    plain = [
        n
        for n in book.needs
        if not n.resource
        and not set(n.entities) & MERELY_TOLD
        and value_in(n, move) not in (None, finished.slots.get(n.slot))
    ]
    asks_other = move.intent in talk.kit.books and operation_said(move) is not None
    if not named and (not plain or asks_other):
        return False
    told = {entity.kind for entity in move.entities}
    kept = [n for n in book.needs if n.slot in finished.slots and n.entities and n.entities[0] not in told]
    again = [Entity(n.entities[0], finished.slots[n.slot]) for n in kept if not (n.resource and named)]
    yield from start(talk, replace(move, intent=finished.skill, entities=(*move.entities, *again)))
    return True


def _loose_answer(talk: Talk, move: Move) -> Steps[None]:
    """A value or a yes that nothing was asked for: a resource is taken as the subject of what was most likely meant."""
    info = talk.kit.books.get("instance_info")
    need = info.resource_need if info else None
    signed_in = talk.context.customer is not None
    if info and need and signed_in and names_one(need, Task("", info.skill), move, talk.state.listed):
        if any(value_in(plain, move) for plain in info.needs if not plain.resource):
            yield from start(talk, replace(move, intent=info.skill))
            return
        slots = {entity.kind: entity.value for entity in move.entities}
        put(talk, None, Question("clarify", intents=["instance_down", info.skill], text=move.text, slots=slots))
    elif move.intent in ("inform", "correct"):
        yield from miss(talk, "not_understood")
    elif move.intent == "affirm" and operation_said(move) in OPERATIONS_SAID:
        yield from _begin(talk, replace(move, intent="instance_power"))
    elif move.intent == "deny":
        talk.say("answer", "completion.farewell")
        talk.asked = True
    elif talk.state.shelved is not None:
        put(talk, None, Question("resume", text=work_of(talk, talk.state.shelved)))
    else:
        talk.say("answer", "repair.nothing_open")
