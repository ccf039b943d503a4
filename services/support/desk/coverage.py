"""Who would come for a customer, and when: told before a handoff, so that the bot promises what the desk keeps."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.clock import WorldClock, isoformat
from support.customers.models import Account
from support.desk.cards import tam_view
from support.desk.models import Case
from support.desk.routing import TamBook, tier_for
from support.desk.targets import Targets


class Coverage:
    """Answers from the same targets, TAM book and queue that a real handoff uses."""

    def __init__(self, targets: Targets, tams: TamBook, clock: WorldClock) -> None:
        self._targets = targets
        self._tams = tams
        self._clock = clock

    async def of(
        self, session: AsyncSession, account_id: str | None, severity: str, wanted: str, language: str
    ) -> dict[str, Any]:
        account = await session.get(Account, account_id) if account_id else None
        plan = account.plan if account else "basic"
        tier, target, now = tier_for(plan, wanted), self._targets.of(plan, severity), self._clock.now()
        tams = await tam_view(session, self._tams, account, language)
        due = self._targets.due(now, target.seconds, target.hours)
        ahead = await session.scalar(
            select(func.count())
            .select_from(Case)
            .where(Case.status == "waiting", Case.tier == tier, Case.target_at < due)
        )
        return {
            "tier": tier,
            "people": [person["name"] for person in tams.values()] if tams else [],
            "target_seconds": int(target.seconds),
            "target_at": isoformat(due),
            "open_now": self._targets.is_open(now, target.hours),
            "queue_length": ahead or 0,
        }
