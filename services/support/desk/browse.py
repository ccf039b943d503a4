"""Lists of cases and one case as the desk shows it; keyset pages, so that history never slows a list down."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from support.customers.models import Account
from support.desk.audit import entry_view
from support.desk.cards import case_row, localized, tam_view
from support.desk.models import Agent, AuditEntry, Case
from support.desk.routing import TamBook, visible_to
from support.errors import SupportError
from support.gateway.conversation import view
from support.gateway.models import Message

VIEWS = ("waiting", "mine", "all", "closed")
MOST_ROWS = 100
MOST_MESSAGES = 500
MOST_AUDIT = 500


def encode_cursor(moment: datetime, case_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), case_id]).encode()).decode()


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """Raises SupportError for anything this service did not hand out."""
    try:
        moment, case_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(moment), str(case_id)
    except (binascii.Error, ValueError, TypeError) as error:
        raise SupportError("bad_cursor") from error


def _selected(name: str, agent: Agent) -> ColumnElement[bool]:
    if name == "waiting":
        return Case.status == "waiting"
    if name == "mine":
        return and_(Case.assignee_id == agent.id, Case.status == "active")
    if name == "closed":
        return Case.status.in_(("resolved", "closed"))
    return Case.status.in_(("waiting", "active"))


async def list_cases(session: AsyncSession, agent: Agent, name: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """Waiting cases by deadline, the others newest first."""
    if name not in VIEWS:
        raise SupportError("bad_view")
    limit = max(1, min(limit, MOST_ROWS))
    column: InstrumentedAttribute[Any] = Case.target_at if name == "waiting" else Case.requested_at
    query = select(Case).where(_selected(name, agent), visible_to(agent))
    ascending = name == "waiting"
    if cursor:
        moment, case_id = decode_cursor(cursor)
        beyond = column > moment if ascending else column < moment
        tie = and_(column == moment, Case.id > case_id if ascending else Case.id < case_id)
        query = query.where(or_(beyond, tie))
    order = (column.asc(), Case.id.asc()) if ascending else (column.desc(), Case.id.desc())
    cases = list((await session.execute(query.order_by(*order).limit(limit + 1))).scalars())
    shown = cases[:limit]
    key = shown[-1] if len(cases) > limit else None
    next_cursor = None
    if key is not None:
        deadline = key.target_at if ascending else None
        next_cursor = encode_cursor(deadline or key.requested_at, key.id)
    return {
        "cases": [await case_row(session, case) for case in shown],
        "next_cursor": next_cursor,
    }


async def case_detail(session: AsyncSession, case: Case, tams: TamBook) -> dict[str, Any]:
    """Everything the desk shows of one case but who else is looking at it."""
    messages = (
        await session.execute(
            select(Message)
            .where(Message.conversation_id == case.conversation_id)
            .order_by(Message.seq.desc())
            .limit(MOST_MESSAGES)
        )
    ).scalars()
    audit = (
        await session.execute(
            select(AuditEntry).where(AuditEntry.case_id == case.id).order_by(AuditEntry.row.desc()).limit(MOST_AUDIT)
        )
    ).scalars()
    return {
        "case": await case_row(session, case),
        "packet": case.packet,
        "messages": [view(message) for message in reversed(list(messages))],
        "audit": [entry_view(entry) for entry in reversed(list(audit))],
        "customer": await customer_card(session, case, tams),
    }


async def customer_card(session: AsyncSession, case: Case, tams: TamBook) -> dict[str, Any]:
    """The customer panel: plan, industry, TAMs and earlier cases of the account."""
    account = await session.get(Account, case.account_id) if case.account_id else None
    earlier: list[Case] = []
    if case.account_id is not None:
        found = await session.execute(
            select(Case)
            .where(Case.account_id == case.account_id, Case.id != case.id)
            .order_by(Case.created_at.desc())
            .limit(5)
        )
        earlier = list(found.scalars())
    return {
        "account_id": case.account_id,
        "account_name": localized(case.account_name, case.language),
        "user_id": case.user_id,
        "user_name": case.user_name,
        "plan": case.plan,
        "industry": case.industry,
        "verified": case.user_id is not None,
        "tam": await tam_view(session, tams, account),
        "recent_cases": [{"id": row.id, "title": row.title, "status": row.status} for row in earlier],
    }
