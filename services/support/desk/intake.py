"""Opening a case, in the transaction of the turn that asked for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from support.customers.models import Account
from support.database import one_at_a_time
from support.desk.audit import record
from support.desk.cards import publish_case
from support.desk.clockwork import start_timer
from support.desk.models import Case, CaseCounter
from support.desk.routing import TamBook, add_people, tier_for
from support.desk.targets import Targets
from support.gateway.conversation import Work, preview
from support.gateway.models import Conversation
from support.telemetry import HANDOFFS
from support.texts import Texts, as_language

LONGEST_TITLE = 120
COUNTING = 7_203_114_004


@dataclass(frozen=True)
class Request:
    """What a new case starts from, besides the conversation."""

    packet: dict[str, Any]
    title: str
    severity: str
    tier: str
    product: str | None
    reason: str
    language: str
    key: str | None = None
    live: bool = True


class Intake:
    """Opens cases and reopens the one that was handed back in the same conversation."""

    def __init__(self, targets: Targets, tams: TamBook, texts: Texts) -> None:
        self._targets = targets
        self._tams = tams
        self._texts = texts

    def from_packet(self, packet: dict[str, Any]) -> Request:
        language = as_language(packet["language"])
        task = packet.get("task") or {}
        subject = task.get("skill") or packet.get("intent") or packet["reason"]
        words = " ".join(str(packet["last_words"]).split())
        title = words or self._texts("case_title", language, subject=subject)
        return Request(
            packet,
            title[:LONGEST_TITLE],
            packet["severity"],
            packet["tier"],
            packet["product"],
            packet["reason"],
            language,
        )

    async def open(self, work: Work, request: Request) -> Case:
        """A waiting case with its clock running; in a live handover the conversation points at it."""
        session, conversation, now = work.session, work.conversation, work.clock.now()
        known = await self._of_key(session, conversation, request)
        if known is not None:
            return known
        account = await session.get(Account, conversation.account_id) if conversation.account_id else None
        plan = account.plan if account else "basic"
        tier = tier_for(plan, request.tier)
        case = await self._reopen(session, conversation, request, tier, now) if request.live else None
        if case is None:
            case = await self._create(session, conversation, account, request, tier, now)
        record(session, case.id, now, "requested", "bot", reason=request.reason, severity=request.severity, tier=tier)
        pair = self._tams.of(account)
        if pair is not None:
            await add_people(session, case.id, pair.both(), "tam")
        await start_timer(session, case, self._targets, now)
        if request.live:
            conversation.case_id = case.id
        HANDOFFS.labels(request.reason, tier).inc()
        await publish_case(work, case)
        return case

    @staticmethod
    async def _of_key(session: AsyncSession, conversation: Conversation, request: Request) -> Case | None:
        """The case that this very request has opened before."""
        if request.key is None:
            return None
        query = select(Case).where(Case.conversation_id == conversation.id, Case.request_key == request.key)
        return (await session.execute(query)).scalar_one_or_none()

    async def _reopen(
        self, session: AsyncSession, conversation: Conversation, request: Request, tier: str, now: datetime
    ) -> Case | None:
        """The case an agent gave back to the bot goes on; it never starts over. The clock does."""
        case = (
            await session.execute(
                select(Case)
                .where(Case.conversation_id == conversation.id, Case.status == "closed", Case.outcome == "released")
                .order_by(Case.created_at.desc())
                .limit(1)
            )
        ).scalar_one_or_none()
        if case is None:
            return None
        record(session, case.id, now, "reopened", "bot", earlier_packet=case.packet)
        case.status, case.outcome, case.closed_at, case.assignee_id = "waiting", None, None, None
        case.packet, case.severity, case.tier = request.packet, request.severity, tier
        case.reason, case.product = request.reason, request.product or case.product
        case.requested_at, case.first_response_at = now, None
        return case

    @staticmethod
    async def _create(
        session: AsyncSession,
        conversation: Conversation,
        account: Account | None,
        request: Request,
        tier: str,
        now: datetime,
    ) -> Case:
        words = str(request.packet.get("last_words", ""))
        case = Case(
            id=await next_case_id(session, now),
            conversation_id=conversation.id,
            account_id=conversation.account_id,
            user_id=conversation.user_id,
            user_name=conversation.user_name,
            account_name=account.name if account else None,
            plan=account.plan if account else "basic",
            industry=account.industry if account else None,
            title=request.title,
            status="waiting",
            severity=request.severity,
            tier=tier,
            product=request.product,
            reason=request.reason,
            language=request.language,
            packet=request.packet,
            request_key=request.key,
            created_at=now,
            requested_at=now,
            unread=1 if words else 0,
            last_text=preview(words) if words else None,
            last_role="customer" if words else None,
            last_at=now if words else None,
        )
        session.add(case)
        await session.flush()
        return case


async def next_case_id(session: AsyncSession, now: datetime) -> str:
    """`TK-20261122-0042`: counted per UTC day; others wait until the case is stored, so that no number is lost."""
    day = now.strftime("%Y%m%d")
    await one_at_a_time(session, COUNTING)
    counter = await session.get(CaseCounter, day, populate_existing=True)
    if counter is None:
        counter = CaseCounter(day=day, last=0)
        session.add(counter)
    counter.last += 1
    await session.flush()
    return f"TK-{day}-{counter.last:04d}"
