"""Skills that ask support rather than the cloud: lists, cases, incidents, the TAM, a person."""

from __future__ import annotations

from typing import Any

from actions.tasks import resolve
from actions.tasks.handing import hand_over, packet, severity_of
from actions.tasks.playbook import Playbook
from actions.tasks.ports import (
    Account,
    AccountContext,
    Case,
    Cases,
    GetCase,
    ListCases,
    ListResources,
    OpenCase,
    Opened,
    Resources,
    Steps,
)
from actions.tasks.state import MAX_LISTED, Task
from actions.tasks.talk import Talk


def _unavailable(talk: Talk, task: Task) -> None:
    talk.say("error", "support.unavailable", {}, (talk.button("human", "talk_to_human"),))
    talk.finish(task)


def list_resources(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """The customer's own resources, with the filters they gave; the list can be pointed into afterwards."""
    filters: dict[str, str] = {name: task.slots[name] for name in ("region", "status") if name in task.slots}
    reply = yield ListResources(book.lists, filters)
    if not isinstance(reply, Resources):
        _unavailable(talk, task)
        return
    shown = reply.items[:MAX_LISTED]
    if not shown:
        talk.say("answer", f"{task.skill}.none" if not filters else f"{task.skill}.none_fitting")
    else:
        items = [
            {
                "title": talk.label(resolve.ref(item)),
                "subtitle": " · ".join(
                    part
                    for part in (talk.term("region", item.region), talk.term("status", item.status), item.ip)
                    if part
                ),
            }
            for item in shown
        ]
        values: dict[str, Any] = {"count": reply.total, "shown": len(shown)}
        key = f"{task.skill}.all" if reply.total == len(shown) else f"{task.skill}.some"
        lines = [f"{index}. {item['title']} — {item['subtitle']}" for index, item in enumerate(items, 1)]
        card = {"type": "list", "title": talk.text(f"{task.skill}.title"), "items": items}
        talk.say("answer", key, values | {"lines": "\n".join(lines)}, (), card)
        talk.state.listed = [resolve.ref(item) for item in shown]
    talk.finish(task)


def human(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """The customer asked for a person: no further questions."""
    talk.drop(task)
    yield from hand_over(talk, "customer_asked")


def complaint(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """A complaint is heard by a person."""
    talk.drop(task)
    yield from hand_over(talk, "complaint", lead="complaint.sorry")


def tam(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """Who the customer's own TAM is; without one, who helps instead."""
    reply = yield AccountContext(talk.language)
    if not isinstance(reply, Account):
        _unavailable(talk, task)
        return
    talk.finish(task)
    if reply.tam_primary:
        key = "tam_contact.yours" if reply.tam_backup else "tam_contact.yours_alone"
        values = {"primary": reply.tam_primary, "backup": reply.tam_backup}
        talk.say("answer", key, values, (talk.button("human", "talk_to_human"),))
    else:
        talk.say("answer", "tam_contact.none", {}, (talk.button("human", "talk_to_human"),))


def create_case(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """A case without a live hand-over, from the customer's own description."""
    about = talk.state.finished or task
    severity, why = severity_of(talk, None, "customer_asked")
    document = packet(talk, "customer_asked", about, (severity, why))
    title = task.slots["description"][:80]
    reply = yield OpenCase(title, severity, talk.book(about).product, document)
    if not isinstance(reply, Opened):
        talk.say("error", "ticket_create.failed", {}, (talk.button("human", "talk_to_human"),))
        talk.finish(task)
        return
    talk.say("result", "ticket_create.opened", {"ticket": reply.ticket_id, "title": title})
    talk.record(talk.text("ticket_create.record", {"ticket": reply.ticket_id}), "done")
    talk.finish(task)


def case_status(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """One case by its number, or the latest ones."""
    ticket = task.slots.get("ticket_id")
    reply = yield GetCase(ticket) if ticket else ListCases()
    if not isinstance(reply, Cases):
        _unavailable(talk, task)
        return
    talk.finish(task)
    if not reply.items:
        talk.say("answer", "ticket_status.not_found" if ticket else "ticket_status.none", {"ticket": ticket or ""})
        return
    lines = "\n".join(_case_line(talk, case) for case in reply.items)
    talk.say("answer", "ticket_status.one" if ticket else "ticket_status.several", {"lines": lines})


def _case_line(talk: Talk, case: Case) -> str:
    values = {"ticket": case.id, "title": case.title, "status": case.status, "severity": case.severity}
    if case.assignee:
        return talk.text("ticket_status.line_with", values | {"assignee": case.assignee})
    return talk.text("ticket_status.line", values)


def incidents(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """Open incidents that touch this account; nothing is promised that the record does not say."""
    reply = yield AccountContext(talk.language)
    if not isinstance(reply, Account):
        _unavailable(talk, task)
        return
    talk.finish(task)
    if not reply.incidents:
        talk.say("answer", "incident_status.none")
        return
    lines = []
    for incident in reply.incidents:
        values = {
            "title": incident.title,
            "region": talk.term("region", incident.region),
            "update": incident.update or incident.status,
        }
        lines.append(talk.text("incident_status.line", values))
    talk.say("answer", "incident_status.open", {"lines": "\n".join(lines)})
