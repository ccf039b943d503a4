"""What agents and customers are shown of a case, and sending it to those who may see it."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.clock import isoformat
from support.customers.models import Account
from support.desk.models import Agent, Case, LadderStep, SlaTimer
from support.desk.routing import TamBook, audience, rung_agents
from support.gateway.conversation import Work
from support.gateway.floor import Owner
from support.gateway.models import Conversation


def localized(name: object, language: str) -> str | None:
    """`{"zh","en"}` or a plain string as one string; None stays None."""
    if isinstance(name, dict):
        return str(name.get(language) or name.get("zh") or next(iter(name.values()), ""))
    return None if name is None else str(name)


async def case_row(session: AsyncSession, case: Case) -> dict[str, Any]:
    """A CaseRow of contracts section 5."""
    assignee = await session.get(Agent, case.assignee_id) if case.assignee_id else None
    last = None
    if case.last_at is not None:
        last = {"text": case.last_text, "role": case.last_role, "at": isoformat(case.last_at)}
    return {
        "id": case.id,
        "title": case.title,
        "status": case.status,
        "severity": case.severity,
        "tier": case.tier,
        "plan": case.plan,
        "account_name": localized(case.account_name, case.language),
        "user_name": case.user_name,
        "product": case.product,
        "reason": case.reason,
        "language": case.language,
        "assignee": {"id": assignee.id, "name": assignee.name} if assignee else None,
        "requested_at": isoformat(case.requested_at),
        "target_at": isoformat(case.target_at) if case.target_at else None,
        "first_response_at": isoformat(case.first_response_at) if case.first_response_at else None,
        "breached": case.breached,
        "unread": case.unread,
        "last_message": last,
    }


async def publish_case(work: Work, case: Case) -> None:
    """Send the row to everyone who may see the case, once the transaction is through."""
    await work.session.flush()
    row, agents = await case_row(work.session, case), await audience(work.session, case)
    work.after_commit(lambda: work.fanout.case(row, agents))


async def queue_position(session: AsyncSession, case: Case) -> int:
    """Place among the waiting cases of the same tier, the most urgent first; 1 is next."""
    ahead = await session.scalar(
        select(func.count())
        .select_from(Case)
        .where(Case.status == "waiting", Case.tier == case.tier, Case.target_at < case.target_at, Case.id != case.id)
    )
    return (ahead or 0) + 1


async def people_coming(session: AsyncSession, case: Case, tams: TamBook, language: str) -> list[str]:
    """Names of those who have been rung by name, as the customer reads them: TAMs. A tier's queue has no name."""
    if case.tier != "tam":
        return []
    account = await session.get(Account, case.account_id) if case.account_id else None
    pair = tams.of(account)
    steps = (
        await session.execute(
            select(LadderStep.ring)
            .join(SlaTimer, SlaTimer.id == LadderStep.timer_id)
            .where(SlaTimer.case_id == case.id, SlaTimer.stopped_at.is_(None), LadderStep.state == "fired")
        )
    ).scalars()
    named = {"primary"} | {name for ring in steps for name in ring if name in ("primary", "backup")}
    agents = list((await session.execute(select(Agent))).scalars())
    return [agent.name_in(language) for agent in rung_agents(sorted(named, reverse=True), case, pair, agents)]


async def customer_state(session: AsyncSession, conversation: Conversation, tams: TamBook) -> dict[str, Any]:
    """A State of contracts section 5: who has the floor, and the customer's place and time."""
    case = await session.get(Case, conversation.case_id) if conversation.case_id else None
    language = conversation.language
    return {
        "owner": await owner_view(session, Owner.of(conversation), language),
        "case": None if case is None else await _case_state(session, case, tams, language),
    }


async def owner_view(session: AsyncSession, owner: Owner, language: str) -> dict[str, Any]:
    """Who has the floor, with the agent's name as the customer reads it."""
    agent = await session.get(Agent, owner.agent_id) if owner.agent_id else None
    return {
        "kind": owner.kind,
        "agent": {"id": agent.id, "name": agent.name_in(language)} if agent else None,
        "version": owner.version,
    }


async def _case_state(session: AsyncSession, case: Case, tams: TamBook, language: str) -> dict[str, Any]:
    waiting = case.status == "waiting"
    return {
        "id": case.id,
        "severity": case.severity,
        "tier": case.tier,
        "position": await queue_position(session, case) if waiting else None,
        "target_at": isoformat(case.target_at) if case.target_at else None,
        "people": await people_coming(session, case, tams, language) if waiting else [],
    }


async def publish_state(work: Work, tams: TamBook) -> None:
    """Send the customer the new state, once the transaction is through."""
    await work.session.flush()
    state = await customer_state(work.session, work.conversation, tams)
    conversation_id = work.conversation.id
    work.after_commit(lambda: work.fanout.state(conversation_id, state))


async def tam_view(
    session: AsyncSession, tams: TamBook, account: Account | None, language: str = "zh"
) -> dict[str, Any] | None:
    """Primary and backup with their names in that language; None for customers without a TAM."""
    pair = tams.of(account)
    if pair is None:
        return None
    people = {}
    for place, agent_id in (("primary", pair.primary), ("backup", pair.backup)):
        agent = await session.get(Agent, agent_id)
        people[place] = {"id": agent_id, "name": agent.name_in(language) if agent else agent_id}
    return people
