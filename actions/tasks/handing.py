"""Handing the conversation to a person: how severe it is, who comes and by when, and everything already known."""

from __future__ import annotations

from typing import Any, Literal

from actions.tasks.model import Severity
from actions.tasks.ports import Coverage, Covered, Steps
from actions.tasks.state import Task
from actions.tasks.talk import Talk

Reason = Literal[
    "customer_asked",
    "low_confidence",
    "repeated_failure",
    "severity",
    "unsupported",
    "failed_remedy",
    "cloud_unreachable",
    "complaint",
    "policy",
]
LADDER: tuple[Severity, ...] = ("sev1", "sev2", "sev3", "sev4")
# From here on the customer's mood makes a case one level more severe.
STRONG_MOOD = 0.7
MAX_WORDS = 2000


def severity_of(talk: Talk, task: Task | None, reason: Reason) -> tuple[Severity, str]:
    """How severe, and why in words: what was found, else the skill's own; business down is sev1; strong mood one up."""
    state = talk.state
    level: Severity = "sev4"
    why = talk.text("severity.question")
    if task is not None:
        book = talk.book(task)
        finding = next((f for f in book.findings if f.id == task.finding), None)
        level = (finding.severity if finding else None) or book.severity
        why = talk.text("severity.by_skill", {"work": talk.skill_title(task.skill)})
    elif reason == "complaint":
        level, why = "sev3", talk.text("severity.complaint")
    if state.business_down:
        return "sev1", talk.text("severity.business_down")
    if max(state.anger, state.urgency) >= STRONG_MOOD and level != "sev1":
        level = LADDER[LADDER.index(level) - 1]
        why = talk.text("severity.mood", {"why": why})
    return level, why


def subject(talk: Talk, task: Task | None) -> Task | None:
    """What the case is about: the task given, else the one on top, watched or just finished."""
    state = talk.state
    return task or state.task or (state.watching[-1] if state.watching else None) or state.finished


def hand_over(talk: Talk, reason: Reason, task: Task | None = None, lead: str | None = None) -> Steps[None]:
    """Say who is coming and by when, and attach the packet. Last in a turn. `lead` is a text to open with."""
    about = subject(talk, task)
    severity, why = severity_of(talk, about, reason)
    cover = yield Coverage(severity, talk.language)
    covered = cover if isinstance(cover, Covered) else None
    say_who_comes(talk, covered, lead)
    talk.handoff = packet(talk, reason, about, (severity, why), covered.tier if covered else None)
    talk.cancel_wakeups, talk.asked = True, True
    state = talk.state
    if about is not None and about in state.stack:
        about.question = about.proposal = None
        about.checked = False
        state.shelved = about
    state.stack, state.watching, state.pending, state.question, state.misses = [], [], [], None, 0


def say_who_comes(talk: Talk, covered: Covered | None, lead: str | None = None) -> None:
    parts = [talk.text(lead)] if lead else []
    if covered is None:
        parts.append(talk.text("handoff.somebody"))
    else:
        people: Any = list(covered.people) or talk.text(f"handoff.tier.{covered.tier}")
        values = {"people": people, "target": covered.target_seconds, "position": covered.queue_length + 1}
        parts.append(talk.text("handoff.coming" if covered.open_now else "handoff.closed", values))
        if covered.open_now and covered.queue_length:
            parts.append(talk.text("handoff.position", values))
    parts.append(talk.text("handoff.keep_writing"))
    talk.say_text("farewell", "\n".join(parts))


def packet(
    talk: Talk, reason: Reason, task: Task | None, severity: tuple[Severity, str], tier: str | None = None
) -> dict[str, Any]:
    """Contracts §4. What the customer said was masked when it came in."""
    state, customer = talk.state, talk.context.customer
    level, why = severity
    product = talk.book(task).product if task else None
    said = state.said[-1] if state.said else None
    default_tier = "tam" if customer and customer.plan == "key" else "tier1"
    return {
        "version": 1,
        "reason": reason,
        "severity": level,
        "severity_why": why[:1000],
        "tier": tier or default_tier,
        "product": product,
        "language": state.language,
        "mood": {"anger": state.anger, "urgency": state.urgency, "business_down": state.business_down},
        "customer": _customer(talk),
        "intent": task.skill if task else None,
        "confidence": min(1.0, max(0.0, talk.confidence)) if talk.confidence is not None else None,
        "task": {"skill": task.skill, "step": step_of(task)} if task else None,
        "slots": dict(task.slots) if task else {},
        "resources": _resources(talk, task),
        "steps": [
            {"text": step.text, "state": step.state, "at": step.at, "request_id": step.request_id}
            for step in state.steps
        ],
        "articles": [{"slug": slug, "title": title} for slug, title in state.articles],
        "api_calls": [
            {"operation": c.operation, "resource_id": c.resource_id, "ok": c.ok, "request_id": c.request_id}
            for c in state.calls
        ],
        "events": [{"event_id": event_id, "status": status} for event_id, status in state.events],
        "incidents": [],
        "summary": _summary(talk, task),
        "last_words": said.text[:MAX_WORDS] if said else "",
    }


def step_of(task: Task) -> str:
    """Where a task stands, as `ask:instance_id`, `confirm:reboot`, `watch:reboot`, `check`."""
    if task.watch:
        return f"watch:{task.watch.remedy}"
    if task.proposal:
        return f"confirm:{task.proposal.remedy}"
    if task.question:
        return f"ask:{task.question.slot or task.question.kind}"
    return f"found:{task.finding}" if task.finding else "check"


def _customer(talk: Talk) -> dict[str, Any]:
    customer = talk.context.customer
    if customer is None:
        names = ("account_id", "user_id", "user_name", "account_name", "plan", "industry")
        return {**dict.fromkeys(names), "verified": False}
    return {
        "account_id": customer.account_id,
        "user_id": customer.user_id,
        "user_name": customer.user_name,
        "account_name": dict(customer.account_name),
        "plan": customer.plan,
        "industry": customer.industry,
        "verified": customer.verified,
    }


def _resources(talk: Talk, task: Task | None) -> list[dict[str, Any]]:
    refs = list(task.refs.values()) if task else []
    if not refs and talk.state.focus:
        refs = [talk.state.focus]
    return [{"kind": ref.kind, "id": ref.id, "name": ref.name or None} for ref in refs]


def _summary(talk: Talk, task: Task | None) -> list[dict[str, Any]]:
    """What the customer said, with the messages it stands in, then what was found and tried."""
    state = talk.state
    lines = [
        {
            "text": talk.text("packet.customer_said", {"words": said.text[:300]}),
            "inferred": False,
            "message_ids": [said.message_id],
        }
        for said in state.said[-5:]
    ]
    ids = [state.said[-1].message_id] if state.said else []
    if task is not None:
        work = talk.text("packet.working_on", {"work": talk.skill_title(task.skill)})
        lines.append({"text": work, "inferred": True, "message_ids": ids})
        lines += [
            {"text": step.text, "inferred": step.state == "unknown", "message_ids": []} for step in state.steps[-6:]
        ]
    lines += [
        {"text": talk.text("packet.still_wanted", {"words": pending.text[:200]}), "inferred": False, "message_ids": ids}
        for pending in state.pending
    ]
    return lines
