"""How each kind of open question is put into words, the first time and again after a digression."""

from __future__ import annotations

from actions.tasks import resolve
from actions.tasks.model import Button
from actions.tasks.playbook import Need
from actions.tasks.state import Question, Task
from actions.tasks.talk import Talk, payload

OFFER_PARTS = ("offer", "impact", "cost")


def slot_key(talk: Talk, task: Task, slot: str, part: str) -> str:
    """A skill's own text for a slot, or the one all skills share."""
    return talk.first_key(f"{task.skill}.{part}.{slot}", f"slots.{slot}.{part}")


def put(talk: Talk, task: Task | None, question: Question) -> None:
    """Open a question and ask it."""
    if task is None:
        talk.state.question = question
    else:
        task.question = question
    ask(talk, task, question)


def ask_again(talk: Talk) -> bool:
    """Put the open question once more, if there is one; true if it was asked."""
    question = talk.state.open_question
    if question is None or talk.asked:
        return False
    ask(talk, None if talk.state.question else talk.state.task, question, again=True)
    return True


def ask(talk: Talk, task: Task | None, question: Question, again: bool = False) -> None:
    """Put a question into words. `again`: it has been asked in full before."""
    talk.asked = True
    if task is not None and question.kind == "slot":
        _ask_slot(talk, task, question)
    elif task is not None and question.kind == "assumed":
        values = {"resource": talk.label(question.options[0]), "region": question.options[0].region}
        talk.say("question", "resolve.only_unhealthy", values, yes_no(talk))
    elif task is not None and question.kind == "confirm":
        _ask_confirm(talk, task, again)
    elif task is not None and question.kind == "change":
        buttons = (talk.button("leave_it", "cancel"), talk.button("human", "talk_to_human"))
        talk.say("question", "confirm.what_to_change", talk.values(task), buttons)
    else:
        _ask_conversation(talk, question)


def work_of(talk: Talk, task: Task) -> str:
    """What a task is, with the resource it is about."""
    need = talk.book(task).resource_need
    named = task.refs.get(need.slot) if need else None
    title = talk.skill_title(task.skill)
    return talk.text("terms.work", {"work": title, "resource": talk.label(named)}) if named else title


def yes_no(talk: Talk) -> tuple[Button, ...]:
    return (talk.button("yes", "affirm"), talk.button("no", "deny"))


def _ask_slot(talk: Talk, task: Task, question: Question) -> None:
    need = talk.book(task).need(question.slot)
    if need and need.resource and question.options:
        ask_which(talk, question)
        return
    talk.say("question", slot_key(talk, task, question.slot, "ask"), talk.values(task), value_buttons(talk, need))


def value_buttons(talk: Talk, need: Need | None) -> tuple[Button, ...]:
    """Two values can be buttons; more are better said."""
    if need is None or not 0 < len(need.values) <= 2:
        return ()
    return tuple(
        Button(
            talk.term(need.slot, value), payload("inform", **{need.entities[0] if need.entities else need.slot: value})
        )
        for value in need.values
    )


def ask_which(talk: Talk, question: Question) -> None:
    """Ask the one attribute that tells the shown resources apart."""
    options = resolve.from_refs(question.options)
    attribute = resolve.distinguishing(options)
    lines = [
        talk.text(
            "resolve.option",
            {
                "number": index + 1,
                "resource": talk.label(option),
                "region": talk.term("region", option.region),
                "status": talk.term("status", option.status),
            },
        )
        for index, option in enumerate(question.options)
    ]
    titles = [talk.term(attribute, getattr(o, attribute)) if attribute != "name" else o.name or o.id for o in options]
    buttons = tuple(
        Button(title, payload("inform", instance_id=option.id)) for title, option in zip(titles, options, strict=True)
    )
    values = {"count": len(options), "choices": titles, "options": "\n".join(lines)}
    talk.say("question", f"resolve.which_{attribute}", values, buttons if len(buttons) == 2 else ())


def _ask_confirm(talk: Talk, task: Task, again: bool) -> None:
    """The act, its impact and its cost; asked again, the act and its impact."""
    proposal = task.proposal
    if proposal is None:
        return
    remedy = talk.book(task).remedies[proposal.remedy]
    parts = [remedy_text(talk, task, remedy.id, part) for part in (("impact",) if again else OFFER_PARTS)]
    told = "\n".join(message.text for message in talk.said) if again else ""
    parts = [part for part in parts if part not in told]
    ask_text = talk.text("confirm.ask", {"action": remedy_text(talk, task, remedy.id, "name")})
    buttons = (
        talk.button("do_it", "affirm", proposal=proposal.id),
        talk.button("not_now", "deny", proposal=proposal.id),
    )
    talk.say_text("confirmation", "\n".join(part for part in [*parts, ask_text] if part), buttons)


def remedy_text(talk: Talk, task: Task, remedy: str, part: str) -> str:
    """A skill's own text for a remedy, or the one of its operation, with the parameters it was offered with."""
    operation = talk.book(task).remedies[remedy].operation.replace(".", "_")
    params = task.proposal.params if task.proposal else task.watch.params if task.watch else {}
    key = talk.first_key(f"{task.skill}.remedy.{remedy}.{part}", f"remedies.{operation}.{part}")
    return talk.text(key, talk.values(task) | params)


def _ask_conversation(talk: Talk, question: Question) -> None:
    if question.kind == "clarify":
        titles = [talk.skill_title(intent) for intent in question.intents]
        buttons = (
            *(Button(title, payload(intent)) for title, intent in zip(titles, question.intents, strict=True)),
            talk.button("neither" if len(titles) > 1 else "no", "deny"),
        )
        key = "clarify.two" if len(titles) > 1 else "clarify.one"
        talk.say("question", key, {"first": titles[0], "second": titles[-1]}, buttons)
    elif question.kind == "human":
        buttons = (talk.button("human", "talk_to_human"), talk.button("no_need", "deny"))
        talk.say("question", talk.first_key(f"offer_human.{question.reason}", "offer_human.default"), {}, buttons)
    elif question.kind == "resume":
        talk.say("question", "resume.ask", {"work": question.text}, yes_no(talk))
    elif question.kind == "topic":
        lines = [f"{index}. {option.name}" for index, option in enumerate(question.options, 1)]
        talk.say("question", "knowledge.which", {"choices": "\n".join(lines)})
    else:
        talk.say("question", "completion.more")
