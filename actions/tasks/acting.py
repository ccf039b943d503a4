"""Offering an act, taking the yes to exactly that offer, doing it once, and watching until it shows.

The offer (`Proposal`) lives in the task; the first use takes it away, so no second yes can find it.
"""

from __future__ import annotations

from typing import Any

from actions.tasks import lexicon
from actions.tasks.conditions import BEFORE
from actions.tasks.handing import hand_over
from actions.tasks.looking import facts_of, read
from actions.tasks.playbook import Playbook, Remedy
from actions.tasks.ports import Act, Done, FactValue, Refused, Steps, Unknown
from actions.tasks.questions import put, remedy_text
from actions.tasks.reading import Move
from actions.tasks.state import Proposal, Question, Task, Watch
from actions.tasks.talk import Talk

# An offer rests on what was seen when it was made; after this it is looked at again first.
PROPOSAL_LIFE_SECONDS = 15 * 60
# Below this an affirmation is asked for once more rather than acted on.
CLEAR_YES = 0.8
# "OK, restart it" says both yes and to what, in so few characters that nothing else is said.
SHORT_YES = 30
# What the understanding's `operation` values mean as acts.
OPERATIONS_SAID = {"restart": "instance.reboot", "start": "instance.start", "stop": "instance.stop"}


def operation_said(move: Move) -> str | None:
    """The operation that the customer asks for or, in a maintenance flow, agrees to."""
    return move.value("operation") or move.value("consent")


def propose(talk: Talk, task: Task, book: Playbook, remedy: Remedy) -> None:
    """Name the act, the resource, its impact and its cost, and ask for a yes."""
    kind, resource_id = _target(task, book, remedy)
    need = book.resource_need
    named = task.refs.get(need.slot) if need else None
    task.proposal = Proposal(
        id=talk.state.next_id("p"),
        remedy=remedy.id,
        operation=remedy.operation,
        kind=kind,
        resource_id=resource_id,
        resource_name=named.name if named else "",
        params=_params(task, remedy),
        made_at=talk.now,
    )
    put(talk, task, Question("confirm"))


def _target(task: Task, book: Playbook, remedy: Remedy) -> tuple[str, str]:
    if remedy.target:
        kind, fact = remedy.target
        return kind, str(task.facts.get(fact) or "")
    need = book.resource_need
    return (need.resource or "", task.slots.get(need.slot, "")) if need else ("", "")


def _params(task: Task, remedy: Remedy) -> dict[str, FactValue]:
    """A parameter is a plain value, `{fact: …}`, `{fact: …, item: 0}` of a list, or `{slot: …}`."""
    params: dict[str, FactValue] = {}
    for name, raw in remedy.params.items():
        value: Any = raw
        if isinstance(raw, dict):
            value = task.facts.get(raw["fact"]) if "fact" in raw else task.slots.get(raw["slot"])
            if "item" in raw:
                value = value[raw["item"]] if isinstance(value, list) and len(value) > raw["item"] else None
        params[name] = value
    return params


def is_clear_yes(talk: Talk, move: Move, task: Task, proposal: Proposal) -> bool:
    """An explicit yes to exactly this offer: its button, a bare "yes", or a sure one without but or question."""
    named = move.value("proposal")
    if move.payload:
        return move.intent == "affirm" and (named is None or named == proposal.id)
    if move.text.lstrip().startswith(lexicon.SLASH) or not any(character.isalpha() for character in move.text):
        return False
    if lexicon.PLAIN_YES.fullmatch(move.text):
        return move.intent == "affirm" or not move.sure
    if not is_plain(talk, move, task):
        return False
    if names_the_act(move, proposal) and lexicon.YES_FIRST.match(move.text) and len(move.text) <= SHORT_YES:
        return move.gate != "reject"
    other_act = _ACTS.get(operation_said(move) or "", proposal.operation) != proposal.operation
    agrees = move.intent == "affirm" and not other_act and lexicon.YES_WORD.search(move.text) is not None
    return move.sure and move.confidence >= CLEAR_YES and (agrees or names_the_act(move, proposal))


def is_plain(talk: Talk, move: Move, task: Task) -> bool:
    """Without a question, a no, a "but", or another resource."""
    if move.question or move.negated or lexicon.HESITATION.search(move.text):
        return False
    return not points_elsewhere(talk, move, task)


def points_elsewhere(talk: Talk, move: Move, task: Task) -> bool:
    """Whether a yes also speaks of something other than the task's own resources: then it is no yes to this offer."""
    own = list(task.refs.values())
    ids, names, addresses = {ref.id for ref in own}, {ref.name.lower() for ref in own}, {ref.ip for ref in own}
    told = {"instance_id": ids, "instance_name": names, "ip_address": addresses, "region": {ref.region for ref in own}}
    for kind, known in told.items():
        if any(value not in known and value.lower() not in known for value in move.values(kind)):
            return True
    if move.value("mention") not in (None, "focus") or move.value("description"):
        return True
    others = [ref for ref in talk.state.listed if ref.id not in ids]
    return any(lexicon.mentions(ref.name, move.text) for ref in others)


def names_the_act(move: Move, proposal: Proposal) -> bool:
    """ "重启吧" to the offer of a reboot, "续费吧" to that of a renewal say yes by naming it."""
    if any(entity.kind not in _BESIDE_AN_ACT for entity in move.entities):
        return False
    if move.intent in _NAMED_BY_INTENT:
        return proposal.operation == _NAMED_BY_INTENT[move.intent]
    said = operation_said(move)
    return move.intent in ("instance_power", "affirm") and said is not None and proposal.operation == _ACTS.get(said)


_NAMED_BY_INTENT = {
    "renewal": "instance.renew",
    "open_port": "security_group.open_port",
    "resize_bandwidth": "eip.resize",
    "maintenance_event": "event.authorize",
}
# Anything more (a duration, a port) may be another value than the offer's.
_BESIDE_AN_ACT = frozenset({"operation", "consent", "mention", "instance_id", "instance_name", "ip_address", "region"})
_ACTS = OPERATIONS_SAID | {
    "renew": "instance.renew",
    "authorize": "event.authorize",
    "open": "security_group.open_port",
    "resize": "eip.resize",
}


def is_stale(talk: Talk, proposal: Proposal) -> bool:
    return talk.now - proposal.made_at > PROPOSAL_LIFE_SECONDS


def act(talk: Talk, task: Task, book: Playbook, move: Move) -> Steps[None]:
    """Do what was confirmed, once."""
    proposal, task.proposal, task.question = task.proposal, None, None
    assert proposal is not None
    remedy = book.remedies[proposal.remedy]
    task.tried.append(remedy.id)
    reply = yield Act(
        operation=proposal.operation,
        kind=proposal.kind,
        resource_id=proposal.resource_id,
        params=_act_params(task, proposal),
        confirmed_by=move.message_id,
        step=f"{task.id}:{remedy.id}",
    )
    task.watch = Watch(remedy.id, sent=isinstance(reply, Done), params=proposal.params, before=_before(task, remedy))
    name = remedy_text(talk, task, remedy.id, "name")
    request_id = reply.request_id if isinstance(reply, Done | Refused | Unknown) else None
    talk.called(proposal.operation, proposal.resource_id, isinstance(reply, Done), request_id)
    if isinstance(reply, Refused):
        talk.record(talk.text("packet.refused", {"action": name, "code": reply.code}), "failed", request_id)
        _refused(talk, task, reply, name)
        return
    talk.record(talk.text("packet.sent", {"action": name}), "pending" if task.watch.sent else "unknown", request_id)
    unanswered = talk.text("acting.unknown", {"action": name})
    talk.say_text("progress", remedy_text(talk, task, remedy.id, "sent") if task.watch.sent else unanswered)
    talk.drop(task)
    talk.state.watching.append(task)
    talk.wake(remedy.verify.every, task_id=task.id)


def _act_params(task: Task, proposal: Proposal) -> dict[str, FactValue]:
    """The task's slots tell the shell where the resource is; the proposal's own parameters go before them."""
    params: dict[str, FactValue] = {**task.slots, **proposal.params}
    if "instance.region" in task.facts:
        params["instance.region"] = task.facts["instance.region"]
    return params


def _before(task: Task, remedy: Remedy) -> dict[str, FactValue]:
    """The facts as they were before the act that its effect is compared with (`before.instance.expire_at`)."""
    names = {name.removeprefix(BEFORE) for name in remedy.verify.until.names() if name.startswith(BEFORE)}
    return {f"{BEFORE}{name}": task.facts[name] for name in names if name in task.facts}


def _refused(talk: Talk, task: Task, reply: Refused, name: str) -> None:
    key = f"refused.{reply.message_key}" if reply.message_key else "refused.other"
    values = talk.values(task) | {"action": name, "code": reply.code}
    talk.say("error", key if talk.has(key) else "refused.other", values)
    talk.finish(task)
    if not talk.state.stack:
        put(talk, None, Question("human", reason="failed_remedy"))


def look_again(talk: Talk, task: Task, asked: bool = False) -> Steps[None]:
    """One look at a sent act's effect. `asked`: the customer wants to know, so it is answered whatever it shows."""
    watch, book = task.watch, talk.book(task)
    if watch is None:
        return
    remedy = book.remedies[watch.remedy]
    yield from read(talk, task, remedy.verify.checks)
    facts = facts_of(task) | watch.before
    reached = remedy.verify.until.holds(facts)
    failed = remedy.verify.failed is not None and remedy.verify.failed.holds(facts) is True
    watch.polls += 0 if asked else 1
    out_of_time = watch.polls >= remedy.verify.max_polls
    if reached is True:
        _reached(talk, task, remedy)
    elif failed or (out_of_time and reached is False):
        yield from _failed(talk, task, book, remedy)
    elif out_of_time:
        yield from _never_known(talk, task, remedy)
    else:
        if asked or watch.polls == max(1, remedy.verify.max_polls // 2):
            key = "acting.still_unknown" if reached is None else "acting.still_waiting"
            talk.say("progress", key, {"action": remedy_text(talk, task, remedy.id, "name")})
        if not asked:
            talk.wake(remedy.verify.every, task_id=task.id)


def _reached(talk: Talk, task: Task, remedy: Remedy) -> None:
    talk.say_text("result", remedy_text(talk, task, remedy.id, "done"))
    talk.record(talk.text("packet.verified", {"action": remedy_text(talk, task, remedy.id, "name")}), "done")
    talk.resolution = "state_verified"
    need = talk.book(task).resource_need
    if need and need.slot in task.refs:
        talk.state.focus = task.refs[need.slot]
    talk.finish(task)
    talk.state.asked_more = False


def _failed(talk: Talk, task: Task, book: Playbook, remedy: Remedy) -> Steps[None]:
    talk.say_text("error", remedy_text(talk, task, remedy.id, "failed"))
    talk.record(talk.text("packet.no_effect", {"action": remedy_text(talk, task, remedy.id, "name")}), "failed")
    next_one = book.remedies.get(remedy.on_failure)
    talk.finish(task)
    if next_one and next_one.id not in task.tried and next_one.requires.holds(facts_of(task)) is True:
        talk.state.finished = None
        talk.state.stack.append(task)
        propose(talk, task, book, next_one)
        return
    yield from hand_over(talk, "failed_remedy", task)


def _never_known(talk: Talk, task: Task, remedy: Remedy) -> Steps[None]:
    name = remedy_text(talk, task, remedy.id, "name")
    talk.say("error", "acting.never_known", {"action": name})
    talk.record(talk.text("packet.never_known", {"action": name}), "unknown")
    talk.finish(task)
    yield from hand_over(talk, "cloud_unreachable", task)
