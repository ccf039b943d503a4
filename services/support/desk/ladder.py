"""The ladder: rungs that have come due are fired once, late rather than never, whatever was restarted meanwhile."""

from datetime import datetime

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from support.customers.models import Account
from support.database import rows_changed
from support.desk.agents import free_agents
from support.desk.audit import record
from support.desk.cards import publish_case, publish_state
from support.desk.cases import Cases
from support.desk.models import Agent, Case, LadderStep, SlaTimer
from support.desk.routing import TamBook, add_people, rung_agents
from support.errors import Conflict
from support.gateway.conversation import Conversations, Work
from support.telemetry import BREACHES

log = structlog.get_logger(__name__)
BATCH = 100


class Ladder:
    """Called every tick by every instance; a rung belongs to whoever marks its row first."""

    def __init__(self, conversations: Conversations, tams: TamBook, cases: Cases) -> None:
        self._conversations = conversations
        self._tams = tams
        self._cases = cases

    async def fire_due(self) -> None:
        now = self._conversations.clock.now()
        async with self._conversations.database.read() as session:
            due = list(
                await session.execute(
                    select(LadderStep.row, Case.conversation_id)
                    .join(SlaTimer, SlaTimer.id == LadderStep.timer_id)
                    .join(Case, Case.id == SlaTimer.case_id)
                    .where(LadderStep.state == "waiting", LadderStep.due_at <= now)
                    .order_by(LadderStep.due_at, LadderStep.row)
                    .limit(BATCH)
                )
            )
        for row, conversation_id in due:
            await self._fire(row, conversation_id)

    async def _fire(self, row: int, conversation_id: str) -> None:
        async with self._conversations.work(conversation_id) as work:
            now = work.clock.now()
            fired = await rows_changed(
                work.session,
                update(LadderStep)
                .where(LadderStep.row == row, LadderStep.state == "waiting")
                .values(state="fired", fired_at=now),
            )
            if fired != 1:
                return
            step = await work.session.get_one(LadderStep, row, populate_existing=True)
            timer = await work.session.get_one(SlaTimer, step.timer_id)
            case = await work.session.get_one(Case, timer.case_id)
            await self._ring(work, case, step, now)
            if "breach" in step.ring:
                self._breach(work, case, timer)
            if "anyone_free" in step.ring and case.status == "waiting":
                await self._give_to_free(work, case)
            await publish_case(work, case)
            if work.conversation.case_id == case.id:
                await publish_state(work, self._tams)

    async def _ring(self, work: Work, case: Case, step: LadderStep, now: datetime) -> None:
        account = await work.session.get(Account, case.account_id) if case.account_id else None
        agents = list((await work.session.execute(select(Agent))).scalars())
        ring = [*step.ring, "queue"] if step.level == 0 and case.tier != "tam" else step.ring
        rung = rung_agents(ring, case, self._tams.of(account), agents)
        if case.assignee_id is not None:
            rung += [agent for agent in agents if agent.id == case.assignee_id and agent not in rung]
        people = [{"id": agent.id, "name": agent.name} for agent in rung]
        record(work.session, case.id, now, "rung", "system", level=step.level, ring=step.ring, people=people)
        await add_people(work.session, case.id, [agent.id for agent in rung], "rung")
        case_id, level = case.id, step.level
        if people:
            work.after_commit(lambda: work.fanout.ring(case_id, level, people))

    @staticmethod
    def _breach(work: Work, case: Case, timer: SlaTimer) -> None:
        """Recorded at the moment it was due, however late this runs."""
        timer.breached_at = timer.due_at
        case.breached = True
        record(work.session, case.id, work.clock.now(), "breached", "system", due_at=timer.due_at.isoformat())
        BREACHES.labels(case.plan).inc()

    async def _give_to_free(self, work: Work, case: Case) -> None:
        agent = await least_busy(work.session, await free_agents(work.session))
        if agent is None:
            log.warning("nobody_free", case=case.id)
            return
        await add_people(work.session, case.id, [agent.id], "assigned")
        try:
            await self._cases.give(work, case, agent)
        except Conflict:
            log.info("case_not_given", case=case.id)


async def least_busy(session: AsyncSession, agents: list[Agent]) -> Agent | None:
    """The one with the fewest active cases."""
    if not agents:
        return None
    counts = await session.execute(
        select(Case.assignee_id, func.count())
        .where(Case.status == "active", Case.assignee_id.in_([agent.id for agent in agents]))
        .group_by(Case.assignee_id)
    )
    busy: dict[str, int] = {str(agent_id): count for agent_id, count in counts}
    return min(agents, key=lambda agent: (busy.get(agent.id, 0), agent.id))
