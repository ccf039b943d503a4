"""What agents do with cases. Owner of the floor and assignee change together, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.masking import mask_secrets
from support.desk.audit import record
from support.desk.cards import publish_case, publish_state
from support.desk.clockwork import start_timer, stop_timers
from support.desk.models import Agent, Case
from support.desk.queue import Queue
from support.desk.routing import may_see, people_of
from support.desk.targets import Targets
from support.errors import Conflict, NotAllowed, NotFound, SupportError
from support.gateway.conversation import Conversations, Draft, Work, preview, view
from support.gateway.floor import FloorEvent, FloorMoved, Owner, move_floor
from support.gateway.pending import add_event
from support.telemetry import FIRST_RESPONSE

TIERS = ("tier1", "tier2", "tam")
SEVERITIES = ("sev1", "sev2", "sev3", "sev4")
LONGEST_NOTE = 4000


@dataclass
class Opened:
    """A case inside the unit of work of its conversation."""

    work: Work
    case: Case


def read_text(value: object, limit: int, required: bool = True) -> str:
    """A text of a request's body. Raises SupportError when it is not one, empty where required, or too long."""
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise SupportError("empty")
    if len(value) > limit:
        raise SupportError("too_long", status=413, limit=limit)
    return str(mask_secrets(value.replace("\x00", "")).text)


class Cases:
    """Claim, write, note, escalate, release, resolve."""

    def __init__(self, conversations: Conversations, queue: Queue, targets: Targets, text_limit: int) -> None:
        self._conversations = conversations
        self._queue = queue
        self._targets = targets
        self._text_limit = text_limit

    async def find(self, session: AsyncSession, agent: Agent, case_id: str) -> Case:
        """The case, if this agent may see it. Raises NotFound else."""
        case = await session.get(Case, case_id)
        if case is None or not may_see(agent, case, await people_of(session, case.id)):
            raise NotFound("no_case")
        return case

    @asynccontextmanager
    async def _open(self, agent: Agent, case_id: str) -> AsyncIterator[Opened]:
        async with self._conversations.database.read() as session:
            conversation_id = (await self.find(session, agent, case_id)).conversation_id
        async with self._conversations.work(conversation_id) as work:
            case = await self.find(work.session, agent, case_id)
            yield Opened(work, case)
            await publish_case(work, case)

    async def claim(self, agent: Agent, case_id: str) -> None:
        """One winner. Raises Conflict `already_claimed` with the winner's name for everyone else."""
        async with self._open(agent, case_id) as opened:
            work, case = opened.work, opened.case
            if case.status != "waiting" or case.assignee_id is not None:
                await self._refuse_claim(work.session, agent, case)
                return
            await self._take(work, case, agent)
            record(work.session, case.id, work.clock.now(), "claimed", agent)

    async def _refuse_claim(self, session: AsyncSession, agent: Agent, case: Case) -> None:
        """Claiming what is already one's own is fine."""
        if case.status == "active" and case.assignee_id == agent.id:
            return
        winner = await session.get(Agent, case.assignee_id) if case.assignee_id else None
        if case.status != "active" or winner is None:
            raise Conflict("case_closed")
        raise Conflict("already_claimed", detail={"winner": winner.name}, winner=winner.name)

    async def _take(self, work: Work, case: Case, agent: Agent) -> None:
        """Owner and assignee together. A case without a live handover is taken over from the bot."""
        conversation = work.conversation
        if conversation.case_id not in (None, case.id):
            raise Conflict("conversation_busy")
        event: FloorEvent = "claim" if conversation.owner_kind == "queue" else "takeover"
        try:
            await move_floor(work.session, conversation, Owner.of(conversation), event, agent.id)
        except FloorMoved as error:
            raise Conflict("conversation_busy") from error
        conversation.case_id, conversation.silence_due_at = case.id, None
        case.assignee_id, case.status = agent.id, "active"
        await self._queue.say(work, "agent_joined", agent=agent.name_in(work.language))
        await publish_state(work, self._queue.tams)

    async def give(self, work: Work, case: Case, agent: Agent) -> None:
        """Assign a waiting case on behalf of a missed target; the caller holds the unit of work."""
        await self._take(work, case, agent)
        record(work.session, case.id, work.clock.now(), "assigned", "system", agent_id=agent.id, agent_name=agent.name)

    async def write(self, agent: Agent, case_id: str, client_id: str, text: object) -> dict[str, Any]:
        """A message to the customer. The first one of a human stops the first-response clock."""
        words = read_text(text, self._text_limit)
        async with self._open(agent, case_id) as opened:
            work, case = opened.work, opened.case
            known = await work.find(f"{agent.id}:{client_id}")
            if known is not None:
                return view(known)
            self._require_assignee(work, case, agent)
            name = agent.name_in(work.language)
            message = await work.append(Draft("agent", words, f"{agent.id}:{client_id}", "text", name, agent.id))
            case.unread, case.last_text, case.last_role = 0, preview(words), "agent"
            case.last_at = message.created_at
            await self._answered(work, case)
            return view(message)

    @staticmethod
    async def _answered(work: Work, case: Case) -> None:
        now = work.clock.now()
        if case.first_response_at is None:
            case.first_response_at = now
            FIRST_RESPONSE.labels(case.plan).observe(max(0.0, (now - case.requested_at).total_seconds()))
        await stop_timers(work.session, case, now, met=True)

    @staticmethod
    def _require_assignee(work: Work, case: Case, agent: Agent) -> None:
        if case.status != "active":
            raise Conflict("case_closed" if case.status != "waiting" else "not_claimed")
        if case.assignee_id != agent.id or work.conversation.owner_agent_id != agent.id:
            raise NotAllowed("not_assignee")

    async def note(self, agent: Agent, case_id: str, text: object) -> None:
        """For agents' eyes only."""
        words = read_text(text, LONGEST_NOTE)
        async with self._open(agent, case_id) as opened:
            record(opened.work.session, case_id, opened.work.clock.now(), "note", agent, text=words)

    async def read(self, agent: Agent, case_id: str) -> None:
        """The assignee has seen what the customer wrote."""
        async with self._open(agent, case_id) as opened:
            if opened.case.assignee_id == agent.id:
                opened.case.unread = 0

    async def release(self, agent: Agent, case_id: str, note: object) -> None:
        """Back to the bot, unsolved: it is told the note."""
        words = read_text(note, LONGEST_NOTE, required=False)
        await self._end(agent, case_id, "release", "released", words, "")

    async def resolve(self, agent: Agent, case_id: str, note: object, solution: object) -> None:
        """Solved: the bot takes over again and knows."""
        words = read_text(note, LONGEST_NOTE, required=False)
        solved_by = read_text(solution, LONGEST_NOTE, required=False)
        await self._end(agent, case_id, "resolve", "resolved", words, solved_by)

    async def _end(self, agent: Agent, case_id: str, event: str, outcome: str, note: str, solution: str) -> None:
        async with self._open(agent, case_id) as opened:
            work, case = opened.work, opened.case
            self._require_assignee(work, case, agent)
            now = work.clock.now()
            seen = Owner.of(work.conversation)
            await move_floor(
                work.session, work.conversation, seen, "resolve" if event == "resolve" else "release", agent.id
            )
            name = agent.name_in(work.language)
            await self._queue.say(work, f"agent_{outcome}", agent=name)
            case.status = "resolved" if event == "resolve" else "closed"
            case.outcome, case.closed_at, case.unread = outcome, now, 0
            case.solution = solution or case.solution
            record(work.session, case.id, now, outcome, agent, note=note, solution=solution)
            await stop_timers(work.session, case, now, met=False)
            work.conversation.case_id = None
            await add_event(work, "released", {"agent_name": name, "note": note, "outcome": outcome})
            await publish_state(work, self._queue.tams)

    async def escalate(self, agent: Agent, case_id: str, tier: object, reason: object, severity: object) -> None:
        """Back to the queue of another tier, with everything known; a new clock runs, the old one is kept."""
        words = read_text(reason, LONGEST_NOTE)
        if tier not in TIERS or (severity is not None and severity not in SEVERITIES):
            raise SupportError("bad_escalation")
        async with self._open(agent, case_id) as opened:
            work, case = opened.work, opened.case
            self._require_assignee(work, case, agent)
            now = work.clock.now()
            await move_floor(work.session, work.conversation, Owner.of(work.conversation), "escalate", agent.id)
            before = {"tier": case.tier, "severity": case.severity}
            case.status, case.assignee_id, case.tier = "waiting", None, str(tier)
            case.severity = str(severity or case.severity)
            record(work.session, case.id, now, "escalated", agent, reason=words, tier=tier, before=before)
            await stop_timers(work.session, case, now, met=False)
            await start_timer(work.session, case, self._targets, now)
            await self._queue.say(work, "escalated", agent=agent.name_in(work.language))
            await self._queue.remind(work, case)
            await publish_state(work, self._queue.tams)
