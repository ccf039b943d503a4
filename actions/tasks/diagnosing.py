"""Runs a playbook's checks, decides which finding they prove, says it with its evidence, and offers the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.tasks.acting import propose
from actions.tasks.conditions import Facts
from actions.tasks.handing import hand_over
from actions.tasks.looking import facts_of, read
from actions.tasks.playbook import SLOT_FACTS, Check, Finding, Playbook, Remedy
from actions.tasks.ports import CheckResult, Steps
from actions.tasks.questions import put
from actions.tasks.state import Question, Task
from actions.tasks.talk import Talk


@dataclass(frozen=True)
class Verdict:
    """What facts prove. `finding` is the first that is true; `missing` are the checks whose facts left others open."""

    finding: Finding | None
    missing: tuple[str, ...] = ()


def judge(book: Playbook, facts: Facts) -> Verdict:
    """The first true finding in the playbook's order; unknown is never taken for false."""
    missing: set[str] = set()
    for finding in book.findings:
        truth = finding.when.holds(facts)
        if truth is True:
            return Verdict(finding, tuple(sorted(missing)))
        if truth is None:
            missing |= {name.split(".")[0] for name in finding.when.names() if facts.get(name) is None}
    return Verdict(None, tuple(sorted(missing - {SLOT_FACTS})))


def _stops(check: Check, result: CheckResult, facts: Facts) -> bool:
    if result.state == "unknown":
        return check.stop_when_unknown
    return check.stop_when is not None and check.stop_when.holds(facts) is True


def diagnose(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """Look, conclude, and offer what can be done. Leaves a question open, hands over, or finishes the task."""
    task.proposal = None
    unread: list[str] = []
    for batch in book.batches():
        results = yield from read(talk, task, tuple(check.name for check in batch))
        if any(result.missing for result in results):
            _vanished(talk, task, book)
            return
        unread += [result.name for result in results if result.state == "unknown"]
        if _stops(batch[-1], results[-1], facts_of(task)):
            break
    task.checked = True
    verdict = judge(book, facts_of(task))
    _record_looks(talk, task, unread)
    if verdict.finding:
        yield from _report(talk, task, book, verdict, unread)
    elif verdict.missing or unread:
        _cannot_tell(talk, task, book, unread or list(verdict.missing))
    else:
        _nothing_found(talk, task, book)


def _record_looks(talk: Talk, task: Task, unread: list[str]) -> None:
    for check in talk.book(task).checks:
        seen = any(name.startswith(f"{check.name}.") for name in task.facts)
        if seen or check.name in unread:
            title = talk.term("check", check.name)
            talk.record(talk.text("packet.looked", {"check": title}), "done" if seen else "unknown")


def _vanished(talk: Talk, task: Task, book: Playbook) -> None:
    """The cloud says there is no such resource of this customer (any more): ask again, reveal nothing."""
    need = book.resource_need
    if need is None:
        _cannot_tell(talk, task, book, [])
        return
    value = task.slots.pop(need.slot, "")
    task.refs.pop(need.slot, None)
    talk.say("error", "resolve.not_yours", {"value": value})
    put(talk, task, Question("slot", slot=need.slot))


def card_of(kind: str | None, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """An instance card from the facts of the `instance` check."""
    if kind != "instance" or "instance.id" not in facts:
        return None
    fields = {
        "instance_id": "id",
        "name": "name",
        "status": "status",
        "region": "region",
        "ip": "public_ip",
        "spec": "spec",
        "expires_at": "expire_at",
    }
    card: dict[str, Any] = {name: facts.get(f"instance.{fact}") or None for name, fact in fields.items()}
    card["ip"] = card["ip"] or facts.get("instance.ip") or None
    return {"type": "instance", **card}


def _report(talk: Talk, task: Task, book: Playbook, verdict: Verdict, unread: list[str]) -> Steps[None]:
    finding = verdict.finding
    assert finding is not None
    task.finding = finding.id
    values = talk.values(task)
    key = f"{task.skill}.finding.{finding.id}"
    parts = [talk.text(f"{key}.says", values)]
    parts += [talk.text(f"{key}.{part}", values) for part in ("evidence", "next") if talk.has(f"{key}.{part}")]
    if unread:
        parts.append(talk.text("diagnosis.partly", {"checks": [talk.term("check", name) for name in unread]}))
    talk.say_text("result", "\n".join(part for part in parts if part), (), card_of(finding.card, task.facts))
    talk.record(parts[0], "done")
    if finding.escalate:
        yield from hand_over(talk, "severity", task)
        return
    remedy = next_remedy(task, book, finding)
    if remedy is not None:
        propose(talk, task, book, remedy)
        return
    talk.finish(task)
    if finding.offer_human and not talk.state.stack:
        put(talk, None, Question("human", reason="finding"))
    if finding.solved:
        talk.state.asked_more = True


def next_remedy(task: Task, book: Playbook, finding: Finding) -> Remedy | None:
    """The first remedy that is known to be allowed and was not tried or turned down."""
    facts = facts_of(task)
    for name in finding.remedies:
        remedy = book.remedies[name]
        if name not in task.tried and remedy.requires.holds(facts) is True:
            return remedy
    return None


def _unsure(talk: Talk, task: Task, key: str, checks: list[str]) -> str:
    own = f"{task.skill}.{key}"
    values = talk.values(task) | {"checks": [talk.term("check", name) for name in checks]}
    return talk.text(own if talk.has(own) else f"diagnosis.{key}", values)


def _cannot_tell(talk: Talk, task: Task, book: Playbook, unread: list[str]) -> None:
    """The cloud did not answer: that is said, and never turned into "nothing wrong"."""
    missing = unread or [check.name for check in book.checks]
    text = _unsure(talk, task, "cannot_tell", missing)
    buttons = (talk.button("again", "check_again"), talk.button("human", "talk_to_human"))
    talk.say_text("error", text, buttons)
    talk.record(text, "unknown")
    talk.finish(task)
    if book.unknown_offers_human and not talk.state.stack:
        talk.state.question = Question("human", reason="cloud_unreachable")
        talk.asked = True


def _nothing_found(talk: Talk, task: Task, book: Playbook) -> None:
    key = f"{task.skill}.nothing_found"
    values = talk.values(task)
    parts = [talk.text(f"{key}.says" if talk.has(f"{key}.says") else "diagnosis.nothing_found.says", values)]
    if talk.has(f"{key}.evidence"):
        parts.append(talk.text(f"{key}.evidence", values))
    talk.say_text("result", "\n".join(part for part in parts if part), (), card_of(book.nothing_card, task.facts))
    talk.record(parts[0], "done")
    talk.finish(task)
    if book.nothing_offers_human and not talk.state.stack:
        put(talk, None, Question("human", reason="nothing_found"))
