"""Audit rows of cases: written in the transaction of what they record."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.clock import isoformat
from support.desk.models import Agent, AuditEntry


def record(
    session: AsyncSession, case_id: str, at: datetime, event: str, actor: Agent | str, **data: Any
) -> AuditEntry:
    """`actor` is an agent, or the word for who else acted: customer, bot or system."""
    is_agent = isinstance(actor, Agent)
    entry = AuditEntry(
        case_id=case_id,
        at=at,
        actor="agent" if is_agent else str(actor),
        actor_id=actor.id if isinstance(actor, Agent) else None,
        actor_name=actor.name if isinstance(actor, Agent) else None,
        event=event,
        data=data,
    )
    session.add(entry)
    return entry


def entry_view(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": isoformat(entry.at),
        "actor": {"kind": entry.actor, "id": entry.actor_id, "name": entry.actor_name},
        "event": entry.event,
        "data": entry.data,
    }
