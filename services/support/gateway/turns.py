"""The worker of turns: per conversation one at a time, in order, resumed after a restart.

With PostgreSQL several instances may run: a lease on the conversation's row keeps its turns on one of them.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select, update

from contracts.ids import new_id
from support.database import rows_changed
from support.desk.intake import Intake
from support.desk.queue import Queue
from support.gateway.assistant import Assistant, AssistantError
from support.gateway.context import customer_context
from support.gateway.conversation import Conversations, Draft, Work
from support.gateway.floor import Owner
from support.gateway.models import Conversation, Turn
from support.gateway.pending import HUMAN, RETRY
from support.gateway.wakeups import store_wakeups
from support.identity import Identity
from support.telemetry import DROPPED, TURN_SECONDS, TURNS
from support.texts import Texts, as_language

log = structlog.get_logger(__name__)
TURNS_AT_ONCE = 64
QUIET_EVENTS = frozenset({"silence", "proactive"})


@dataclass(frozen=True)
class Pace:
    """How patient the worker is; seconds of wall time."""

    slow_seconds: float
    retry_seconds: float
    attempts: int
    lease_seconds: float
    silence_seconds: float


class FloorLost(Exception):
    """The owner changed since the turn began: what the assistant still says is dropped."""


@dataclass
class Running:
    """A turn in flight: its row's facts, what has been held back for the summary, whether anything was shown."""

    id: str
    conversation_id: str
    seen: Owner
    begun_at: datetime
    request: dict[str, Any]
    held: list[dict[str, Any]] = field(default_factory=list)
    shown: int = 0

    @property
    def event(self) -> str | None:
        source = self.request["input"]
        return str(source["name"]) if source["kind"] == "event" else None


class TurnWorker:
    """`wake(conversation_id)` after a turn was stored; everything else follows from the rows."""

    def __init__(
        self,
        conversations: Conversations,
        assistant: Assistant,
        identity: Identity,
        queue: Queue,
        intake: Intake,
        texts: Texts,
        pace: Pace,
    ) -> None:
        self._conversations = conversations
        self._assistant = assistant
        self._identity = identity
        self._queue = queue
        self._intake = intake
        self._texts = texts
        self._pace = pace
        self._name = new_id("worker")
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._is_alone = conversations.database.is_sqlite
        self._slots = asyncio.Semaphore(TURNS_AT_ONCE)
        self._stopping = False

    def wake(self, conversation_id: str) -> None:
        """Make sure someone works on the conversation's pending turns."""
        if self._stopping:
            return
        if conversation_id in self._tasks:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._work_off(conversation_id), name=f"turns {conversation_id}")
        self._tasks[conversation_id] = task
        task.add_done_callback(lambda _: self._finished(conversation_id))

    def _finished(self, conversation_id: str) -> None:
        self._tasks.pop(conversation_id, None)
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            self.wake(conversation_id)

    async def resume(self) -> None:
        """Wake every conversation that has work and no instance on it; called at start and every few ticks."""
        async with self._conversations.database.read() as session:
            waiting = await session.execute(
                select(Turn.conversation_id)
                .join(Conversation, Conversation.id == Turn.conversation_id)
                .where(
                    Turn.state.in_(("pending", "running")),
                    or_(Conversation.lease_until < time.time(), Conversation.lease_holder == self._name),
                )
                .distinct()
            )
            found = list(waiting.scalars())
        for conversation_id in found:
            if conversation_id not in self._tasks:
                self.wake(conversation_id)

    async def stop(self) -> None:
        """Cut running turns off; their rows stay `running` and are asked for again by whoever comes next."""
        self._stopping = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work_off(self, conversation_id: str) -> None:
        """Run turns until none is left; what is stored meanwhile wakes the worker again."""
        async with self._slots:
            try:
                if self._is_alone:
                    await self._run_all(conversation_id)
                    return
                while await self._lease(conversation_id):
                    await self._run_all_leased(conversation_id)
                    if not await self._has_work(conversation_id):
                        return
            except Exception:
                log.exception("turn_worker_failed", conversation=conversation_id)

    async def _run_all(self, conversation_id: str) -> None:
        while (turn := await self._begin(conversation_id)) is not None:
            await self._run(turn)

    async def _run_all_leased(self, conversation_id: str) -> None:
        renewal = asyncio.create_task(self._renew(conversation_id))
        try:
            await self._run_all(conversation_id)
        finally:
            renewal.cancel()
            await asyncio.shield(self._return_lease(conversation_id))

    async def _lease(self, conversation_id: str) -> bool:
        return await self._set_lease(conversation_id, time.time() + self._pace.lease_seconds)

    async def _return_lease(self, conversation_id: str) -> None:
        await self._set_lease(conversation_id, 0.0)

    async def _set_lease(self, conversation_id: str, until: float) -> bool:
        """Take, prolong or give back the right to run this conversation's turns."""
        async with self._conversations.database.write() as session:
            taken = await rows_changed(
                session,
                update(Conversation)
                .where(
                    Conversation.id == conversation_id,
                    or_(Conversation.lease_holder == self._name, Conversation.lease_until < time.time()),
                )
                .values(lease_holder=self._name, lease_until=until),
            )
        return taken == 1

    async def _renew(self, conversation_id: str) -> None:
        while True:
            await asyncio.sleep(self._pace.lease_seconds / 3)
            await self._lease(conversation_id)

    async def _has_work(self, conversation_id: str) -> bool:
        async with self._conversations.database.read() as session:
            query = select(Turn.id).where(Turn.conversation_id == conversation_id, Turn.state == "pending").limit(1)
            return (await session.execute(query)).first() is not None

    async def _begin(self, conversation_id: str) -> Running | None:
        """The oldest open turn, marked running; turns that came too late for the bot are marked skipped."""
        async with self._conversations.work(conversation_id) as work:
            query = (
                select(Turn)
                .where(Turn.conversation_id == conversation_id, Turn.state.in_(("running", "pending")))
                .order_by(Turn.position)
            )
            for turn in (await work.session.execute(query)).scalars():
                if self._may_run(turn, work.conversation):
                    turn.state, turn.attempts = "running", turn.attempts + 1
                    turn.owner_version = work.conversation.owner_version
                    begun_at = turn.started_at = turn.started_at or work.clock.now()
                    return await self._running(work, turn, begun_at)
                turn.state, turn.finished_at = "skipped", work.clock.now()
        return None

    @staticmethod
    def _may_run(turn: Turn, conversation: Conversation) -> bool:
        """A turn cut off by a restart goes on only if the floor has not moved since it first began."""
        if conversation.owner_kind != "bot":
            return False
        return turn.state == "pending" or turn.owner_version == conversation.owner_version

    async def _running(self, work: Work, turn: Turn, begun_at: datetime) -> Running:
        context = await customer_context(work.session, work.conversation)
        request = {
            "conversation_id": turn.conversation_id,
            "turn_id": turn.id,
            "language_hint": work.language,
            "input": turn.input,
            "customer": self._identity.customer_context(context) if context else None,
        }
        return Running(turn.id, turn.conversation_id, Owner.of(work.conversation), begun_at, request)

    async def _run(self, turn: Running) -> None:
        started = time.perf_counter()
        await self._conversations.fanout.typing(turn.conversation_id, "bot", True)
        try:
            outcome = await self._ask_until_done(turn)
        except FloorLost:
            outcome = "dropped"
            await self._close(turn, "dropped")
        finally:
            await self._conversations.fanout.typing(turn.conversation_id, "bot", False)
        TURNS.labels(outcome).inc()
        TURN_SECONDS.observe(time.perf_counter() - started)

    async def _ask_until_done(self, turn: Running) -> str:
        async with self._slow_notice(turn):
            for attempt in range(1, self._pace.attempts + 1):
                try:
                    await self._ask(turn)
                    return "done"
                except AssistantError as error:
                    log.warning("turn_failed", turn=turn.id, attempt=attempt, error=str(error)[:300])
                    if attempt < self._pace.attempts:
                        await asyncio.sleep(self._pace.retry_seconds)
        await self._give_up(turn)
        return "failed"

    async def _ask(self, turn: Running) -> None:
        turn.held = []
        async with contextlib.aclosing(self._assistant.turn(turn.request)) as lines:
            async for line in lines:
                if line["type"] == "summary":
                    await self._finish(turn, line["summary"])
                elif turn.held or line["message"]["kind"] == "farewell":
                    turn.held.append(line["message"])
                else:
                    await self._show(turn, line["message"])

    @contextlib.asynccontextmanager
    async def _own_floor(self, turn: Running) -> AsyncIterator[Work]:
        """A unit of work in which the bot still owns the floor that it had when the turn began."""
        async with self._conversations.work(turn.conversation_id) as work:
            if Owner.of(work.conversation) != turn.seen:
                DROPPED.inc()
                log.info("bot_message_dropped", conversation=turn.conversation_id, turn=turn.id)
                raise FloorLost
            yield work

    async def _show(self, turn: Running, message: dict[str, Any]) -> None:
        async with self._own_floor(turn) as work:
            await _append(work, message)
            turn.shown += 1

    async def _finish(self, turn: Running, summary: dict[str, Any]) -> None:
        """The end of a turn in one transaction: held messages, wake-ups, case and change of owner, or none."""
        async with self._own_floor(turn) as work:
            for message in turn.held:
                await _append(work, message)
                turn.shown += 1
            work.conversation.language = as_language(summary["language"])
            await store_wakeups(work, summary, turn.begun_at)
            if summary["handoff"] is not None:
                await self._queue.enter(work, turn.seen, self._intake.from_packet(summary["handoff"]))
            elif turn.event != "silence":
                self._expect_silence(work)
            await self._mark(work, turn.id, "done", summary)

    def _expect_silence(self, work: Work) -> None:
        work.conversation.silence_due_at = work.clock.now() + timedelta(seconds=self._pace.silence_seconds)

    async def _give_up(self, turn: Running) -> None:
        """Say honestly that no answer came; what was shown of the turn stays."""
        async with self._own_floor(turn) as work:
            if turn.event not in QUIET_EVENTS:
                buttons = [{"title": self._texts("button_human", work.language), "payload": HUMAN}]
                if turn.event != "opened":
                    buttons.insert(0, {"title": self._texts("button_retry", work.language), "payload": RETRY})
                await self._queue.say(work, "assistant_down", kind="error", buttons=buttons)
            await self._mark(work, turn.id, "failed", None)

    async def _close(self, turn: Running, state: str) -> None:
        async with self._conversations.work(turn.conversation_id) as work:
            await self._mark(work, turn.id, state, None)

    @staticmethod
    async def _mark(work: Work, turn_id: str, state: str, summary: dict[str, Any] | None) -> None:
        await work.session.execute(
            update(Turn).where(Turn.id == turn_id).values(state=state, summary=summary, finished_at=work.clock.now())
        )

    @contextlib.asynccontextmanager
    async def _slow_notice(self, turn: Running) -> AsyncIterator[None]:
        """Tells the customer, once, when nothing has been shown for too long; the answer may still come."""
        over = asyncio.Event()
        notice = asyncio.create_task(self._tell_slow(turn, over))
        try:
            yield
        finally:
            over.set()
            await notice

    async def _tell_slow(self, turn: Running, over: asyncio.Event) -> None:
        """Never cut off while it writes: what is stored must also be sent."""
        try:
            await asyncio.wait_for(over.wait(), self._pace.slow_seconds)
        except TimeoutError:
            if not turn.shown and turn.event not in QUIET_EVENTS:
                with contextlib.suppress(FloorLost):
                    async with self._own_floor(turn) as work:
                        await self._queue.say(work, "assistant_slow", kind="notice")


async def _append(work: Work, message: dict[str, Any]) -> None:
    """The assistant's id is the client id: a repeated turn repeats its ids, and shows nothing twice."""
    await work.append(
        Draft(
            "bot",
            message["text"],
            message["id"],
            message["kind"],
            buttons=message["buttons"],
            card=message["card"],
        )
    )
