"""Claiming and settling writes."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from contracts.clock import WorldClock
from contracts.ids import new_id
from support.database import Database, rows_changed
from support.errors import Conflict, NotFound
from support.ledger.models import Write


@dataclass(frozen=True)
class Intent:
    """What is about to be done, and the customer's message that allowed it."""

    conversation_id: str
    confirming_message_id: str
    step: str
    operation: str
    resource_id: str | None


def write_view(write: Write) -> dict[str, Any]:
    return {"id": write.id, "state": write.state, "result": write.result, "request_id": write.request_id}


class Ledger:
    """One row per (conversation, confirming message, step), however often and however parallel it is asked for."""

    def __init__(self, database: Database, clock: WorldClock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, intent: Intent) -> tuple[Write, bool]:
        """The row and whether this call made it: only then may the caller send the write."""
        try:
            async with self._database.write() as session:
                write = Write(
                    id=new_id("w"),
                    conversation_id=intent.conversation_id,
                    confirming_message_id=intent.confirming_message_id,
                    step=intent.step,
                    operation=intent.operation,
                    resource_id=intent.resource_id,
                    state="claimed",
                    created_at=self._clock.now(),
                )
                session.add(write)
            return write, True
        except IntegrityError:
            return await self._existing(intent), False

    async def _existing(self, intent: Intent) -> Write:
        async with self._database.read() as session:
            found = await session.execute(
                select(Write).where(
                    Write.conversation_id == intent.conversation_id,
                    Write.confirming_message_id == intent.confirming_message_id,
                    Write.step == intent.step,
                )
            )
            return found.scalar_one()

    async def settle(self, write_id: str, state: str, request_id: str | None, result: dict[str, Any] | None) -> Write:
        """Done or failed, once. The same settlement again is fine; another one raises Conflict."""
        async with self._database.write() as session:
            moved = await rows_changed(
                session,
                update(Write)
                .where(Write.id == write_id, Write.state == "claimed")
                .values(state=state, request_id=request_id, result=result, settled_at=self._clock.now()),
            )
            write = await session.get(Write, write_id, populate_existing=True)
            if write is None:
                raise NotFound("no_write")
            if moved != 1 and write.state != state:
                raise Conflict("write_settled", detail={"state": write.state})
        return write
