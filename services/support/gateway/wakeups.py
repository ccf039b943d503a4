"""Durable wishes to be asked again, and the event of a long silence. World time, so that tests can move it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from support.database import rows_changed
from support.gateway.conversation import Conversations, Work
from support.gateway.models import Conversation, Wakeup
from support.gateway.pending import add_event, cancel_wakeups

BATCH = 100


async def store_wakeups(work: Work, summary: dict[str, Any], begun_at: datetime) -> None:
    """What a turn's summary asks for: drop those that wait, if so told, then add the new ones. Ids count once.

    Their seconds count from `begun_at`, when the turn was first asked: the customer may have read "in an hour" long
    before a turn that a restart cut off comes to its end.
    """
    if summary["cancel_wakeups"]:
        await cancel_wakeups(work)
    for wish in summary["wakeups"]:
        known = await work.session.execute(
            select(Wakeup.row).where(Wakeup.conversation_id == work.conversation.id, Wakeup.wakeup_id == wish["id"])
        )
        if known.first() is None:
            due_at = begun_at + timedelta(seconds=wish["after_seconds"])
            work.session.add(
                Wakeup(
                    conversation_id=work.conversation.id,
                    wakeup_id=wish["id"],
                    due_at=due_at,
                    data=wish["data"],
                    state="waiting",
                )
            )
            await work.session.flush()


class WakeupClock:
    """Fires what has come due; called every tick, by every instance."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def fire_due(self) -> None:
        now = self._conversations.clock.now()
        async with self._conversations.database.read() as session:
            due = list(
                await session.execute(
                    select(Wakeup.row, Wakeup.conversation_id)
                    .join(Conversation, Conversation.id == Wakeup.conversation_id)
                    .where(Wakeup.state == "waiting", Wakeup.due_at <= now, Conversation.owner_kind == "bot")
                    .order_by(Wakeup.due_at)
                    .limit(BATCH)
                )
            )
            silent = list(
                (
                    await session.execute(
                        select(Conversation.id)
                        .where(Conversation.silence_due_at <= now, Conversation.owner_kind == "bot")
                        .limit(BATCH)
                    )
                ).scalars()
            )
        for row, conversation_id in due:
            await self._fire(row, conversation_id)
        for conversation_id in silent:
            await self._fall_silent(conversation_id)

    async def _fire(self, row: int, conversation_id: str) -> None:
        async with self._conversations.work(conversation_id) as work:
            if work.conversation.owner_kind != "bot":
                return
            fired = await rows_changed(
                work.session,
                update(Wakeup).where(Wakeup.row == row, Wakeup.state == "waiting").values(state="fired"),
            )
            if fired == 1:
                wakeup = await work.session.get_one(Wakeup, row)
                await add_event(work, "wakeup", wakeup.data)

    async def _fall_silent(self, conversation_id: str) -> None:
        async with self._conversations.work(conversation_id) as work:
            due = work.conversation.silence_due_at
            if work.conversation.owner_kind == "bot" and due is not None and due <= work.clock.now():
                work.conversation.silence_due_at = None
                await add_event(work, "silence", {})
