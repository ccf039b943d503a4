"""Which resource a task is about: from the customer's words, the focus, or what they own (conversation.md, row 24)."""

from __future__ import annotations

from dataclasses import replace

from actions.tasks import lexicon, resolve
from actions.tasks.asking import failed_attempt
from actions.tasks.playbook import Need
from actions.tasks.ports import ListResources, Resource, Resources, Steps
from actions.tasks.questions import put
from actions.tasks.reading import Move, entities_of
from actions.tasks.resolve import Choice, Hints
from actions.tasks.state import Question, Ref, Task
from actions.tasks.talk import Talk
from contracts.ids import EXAMPLES, PATTERNS, is_shaped

# After this many turns a resource that is not named again is no longer what everything is about.
FOCUS_TURNS = 6
# Where a task keeps the words in which its resource was named.
WORDS, MAX_WORDS = "words", 200
ID_PREFIX = {"instance": "i-"}


def hints_in(need: Need, task: Task, move: Move | None) -> Hints:
    """What a move says about the resource."""
    if move is None:
        return Hints(rejected=frozenset(task.rejected))
    ids = [value for kind in need.entities for value in move.values(kind)]
    if not ids and need.shape:
        ids = [value for value in PATTERNS[need.shape].findall(move.text) if value not in move.negated]
    return Hints(
        id=ids[-1] if ids else None,
        name=move.value(f"{need.resource}_name"),
        ip=move.value("ip_address"),
        region=move.value("region"),
        pointed=None if ids or move.value(f"{need.resource}_name") or move.value("ip_address") else _pointed(move),
        text=move.text,
        rejected=frozenset(task.rejected),
    )


def _pointed(move: Move) -> int | None:
    """An ordinal, from the understanding's mention (`ordinal:2`, `last`) or from the words."""
    said = move.value("mention") or ""
    if said.startswith("ordinal:") and said[8:].isdigit():
        return int(said[8:])
    return -1 if said == "last" else lexicon.ordinal(move.text)


def says_something(need: Need, task: Task, move: Move, listed: list[Ref]) -> bool:
    """Whether a move names or points at a resource at all."""
    return names_one(need, task, move, listed) or _mention(move)


def names_one(need: Need, task: Task, move: Move, listed: list[Ref]) -> bool:
    """Whether a move names one or an attribute of it; "it" and "this one" name nothing new."""
    named = any(lexicon.mentions(r.name, move.text) or r.id in move.text for r in listed)
    return bool(hints_in(need, task, move).given or named)


def _mention(move: Move) -> bool:
    return move.value("mention") == "focus" or lexicon.DEICTIC.search(move.text) is not None


def pick(talk: Talk, task: Task, need: Need) -> Steps[bool]:
    """Try to fill a resource need from what is known; true when it is filled, else something has been asked or said."""
    move, talk.move = talk.move, None
    if move is None:
        move = _recalled(task)
    else:
        task.hints = {"region": task.hints["region"]} if "region" in task.hints else {}
    hints = _with_region(task, hints_in(need, task, move))
    if shown := _among_shown(talk, task, need, hints):
        return accept(talk, task, need, shown, "given")
    if focus := _in_focus(talk, task, need, hints, move):
        if need.carry_over == "always" and not (move and _mention(move)):
            talk.say("notice", "resolve.carried_over", {"resource": talk.label(focus)})
        return accept(talk, task, need, focus, "given")
    if wrong := _misshaped(need, hints, move):
        yield from refuse(talk, task, need, "resolve.misshaped", value=wrong)
        return False
    return (yield from _from_own(talk, task, need, hints, move))


def remember(task: Task, move: Move) -> None:
    """Keep what a move says about the resource until it can be looked up."""
    told = {e.kind: e.value for e in move.entities if e.value not in move.negated}
    task.hints = {**told, WORDS: move.text[:MAX_WORDS]}


def _recalled(task: Task) -> Move | None:
    """The move that was kept, when the customer said nothing new."""
    told = dict(task.hints)
    words = told.pop(WORDS, None)
    return None if words is None else Move("inform", words, "", entities=entities_of(told))


def _with_region(task: Task, hints: Hints) -> Hints:
    """A region said before still holds beside a name."""
    if hints.id or hints.ip or hints.region:
        return hints
    return replace(hints, region=task.hints.get("region"))


def _among_shown(talk: Talk, task: Task, need: Need, hints: Hints) -> Ref | None:
    """One of those just offered, or of the last list when an ordinal points at it."""
    options = task.question.options if task.question else []
    pool = options or (talk.state.listed if hints.pointed is not None else [])
    fitting = [r for r in pool if r.kind == need.resource]
    if not fitting or hints.id:
        return None
    choice = resolve.choose(resolve.from_refs(fitting), hints)
    left = [r for r in fitting if r.id not in hints.rejected]
    if choice.kind == "one" and (choice.by == "given" or (len(left) == 1 and len(fitting) > 1)):
        return next(r for r in fitting if r.id == choice.items[0].id)
    return None


def _in_focus(talk: Talk, task: Task, need: Need, hints: Hints, move: Move | None) -> Ref | None:
    focus = talk.state.focus
    if focus is None or focus.kind != need.resource or hints.given or focus.id in task.rejected:
        return None
    recent = talk.state.turns - talk.state.focus_turn <= FOCUS_TURNS
    if task.question is None and need.carry_over == "always" and recent:
        other = move and (
            lexicon.ONE_OF_MANY.search(move.text) or any(lexicon.mentions(r.name, move.text) for r in talk.state.listed)
        )
        return None if other else focus
    return focus if move and _mention(move) else None


def _misshaped(need: Need, hints: Hints, move: Move | None) -> str | None:
    if hints.id:
        return None if need.shape is None or is_shaped(need.shape, hints.id) else hints.id
    prefix = ID_PREFIX.get(need.resource or "")
    return lexicon.near_shape(prefix, move.text) if prefix and move else None


def _filters(hints: Hints) -> dict[str, str]:
    if hints.id:
        return {"id": hints.id}
    if hints.ip:
        return {"ip": hints.ip}
    return {"region": hints.region} if hints.region else {}


def _from_own(talk: Talk, task: Task, need: Need, hints: Hints, move: Move | None) -> Steps[bool]:
    kind = need.resource or ""
    reply = yield ListResources(kind, _filters(hints))
    if not isinstance(reply, Resources):
        if move is not None:
            remember(task, move)
        _cloud_silent(talk, task, need)
        return False
    task.hints = {"region": hints.region} if hints.region else {}
    prefer = need.only_unhealthy != "ignore" and task.retries.get(need.slot, 0) == 0 and not task.rejected
    choice = resolve.choose(reply.items, hints, reply.total, prefer)
    if choice.kind == "one":
        return _take_one(talk, task, need, choice)
    if choice.kind == "none":
        yield from _none(talk, task, need, hints)
        return False
    yield from _several(talk, task, need, choice, hints)
    return False


def _take_one(talk: Talk, task: Task, need: Need, choice: Choice) -> bool:
    chosen = resolve.ref(choice.items[0])
    if choice.by == "unhealthy" and need.only_unhealthy == "ask":
        put(talk, task, Question("assumed", slot=need.slot, options=[chosen]))
        return False
    return accept(talk, task, need, chosen, choice.by)


def accept(talk: Talk, task: Task, need: Need, chosen: Ref, by: str) -> bool:
    """The resource is known now; an assumption is said aloud."""
    if by in ("only", "unhealthy"):
        talk.say("notice", f"resolve.assumed_{by}", {"resource": talk.label(chosen)})
    task.slots[need.slot] = chosen.id
    task.refs[need.slot] = chosen
    task.question, task.hints = None, {}
    task.retries.pop(need.slot, None)
    talk.state.focus, talk.state.focus_turn = chosen, talk.state.turns
    talk.changed[need.slot] = chosen.id
    return True


def _cloud_silent(talk: Talk, task: Task, need: Need) -> None:
    """Which resources there are is unknown: that is not "none"."""
    talk.say(
        "error", "resolve.unknown", {}, (talk.button("again", "check_again"), talk.button("human", "talk_to_human"))
    )
    task.question = Question("slot", slot=need.slot)
    talk.asked = True


def _none(talk: Talk, task: Task, need: Need, hints: Hints) -> Steps[None]:
    task.hints = {}
    if not hints.given and not hints.rejected:
        talk.say("answer", f"resolve.none_{need.resource}")
        talk.finish(task)
        return
    if hints.id or hints.ip or hints.name:
        yield from refuse(talk, task, need, "resolve.not_yours", value=hints.id or hints.ip or hints.name or "")
    elif hints.region:
        yield from refuse(talk, task, need, "resolve.none_in_region", value=talk.term("region", hints.region))
    else:
        yield from refuse(talk, task, need, "resolve.not_found")


def refuse(talk: Talk, task: Task, need: Need, key: str, **values: str) -> Steps[None]:
    """Say why an answer does not do, with an example, and keep the question open."""
    options = task.question.options if task.question and task.question.slot == need.slot else []
    question = Question("slot", slot=need.slot, options=options)
    yield from failed_attempt(talk, task, question, key, example=EXAMPLES.get(need.entities[0], ""), **values)


def _several(talk: Talk, task: Task, need: Need, choice: Choice, hints: Hints) -> Steps[None]:
    asked_before = task.question is not None
    if choice.kind == "few":
        options = [resolve.ref(r) for r in choice.items]
        talk.state.listed = options
        if choice.by == "unhealthy":
            talk.say("notice", "resolve.several_unhealthy", {"count": len(options)})
        if asked_before and not hints.given:
            yield from refuse_with(talk, task, need, options)
        else:
            put(talk, task, Question("slot", slot=need.slot, options=options))
        return
    if asked_before and not hints.given:
        yield from refuse(talk, task, need, "")
        return
    task.question = Question("slot", slot=need.slot)
    talk.asked = True
    talk.say(
        "question", "resolve.many", {"count": choice.total, "example": _example(choice.items), **_asking(talk, task)}
    )


def refuse_with(talk: Talk, task: Task, need: Need, options: list[Ref]) -> Steps[None]:
    """None of the few was named: count the attempt and show them again."""
    yield from failed_attempt(talk, task, Question("slot", slot=need.slot, options=options), "")
    if talk.handoff is None:
        put(talk, task, Question("slot", slot=need.slot, options=options))


def _example(items: tuple[Resource, ...]) -> str:
    return items[0].name or items[0].id


def _asking(talk: Talk, task: Task) -> dict[str, str]:
    return {"work": talk.skill_title(task.skill)}
