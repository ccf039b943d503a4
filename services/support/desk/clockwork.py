"""First-response timers: started with a request for a human, stopped by the first human message the customer sees."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.ids import new_id
from support.desk.models import Case, LadderStep, SlaTimer
from support.desk.targets import Targets


async def start_timer(session: AsyncSession, case: Case, targets: Targets, now: datetime) -> SlaTimer:
    """One timer and the rows of its ladder; the case's target moves to the new deadline."""
    target = targets.of(case.plan, case.severity)
    timer = SlaTimer(
        id=new_id("sla"),
        case_id=case.id,
        tier=case.tier,
        started_at=now,
        due_at=targets.due(now, target.seconds, target.hours),
    )
    session.add(timer)
    await session.flush()
    session.add_all(
        LadderStep(
            timer_id=timer.id,
            level=rung.level,
            due_at=targets.due(now, rung.after_seconds, target.hours) if rung.after_seconds else now,
            ring=list(rung.ring),
            state="waiting",
        )
        for rung in target.ladder
    )
    case.target_at = timer.due_at
    await session.flush()
    return timer


async def stop_timers(session: AsyncSession, case: Case, now: datetime, met: bool) -> None:
    """End the case's running timers; `met` when a human answered, not when the request went away."""
    running = list(
        (
            await session.execute(select(SlaTimer).where(SlaTimer.case_id == case.id, SlaTimer.stopped_at.is_(None)))
        ).scalars()
    )
    for timer in running:
        timer.stopped_at = now
        timer.met_at = now if met else None
        if met and now > timer.due_at and timer.breached_at is None:
            timer.breached_at = timer.due_at
            case.breached = True
    if running:
        await session.execute(
            update(LadderStep)
            .where(LadderStep.timer_id.in_([timer.id for timer in running]), LadderStep.state == "waiting")
            .values(state="cancelled")
        )
