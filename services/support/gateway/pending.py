"""Turns waiting for the assistant. A turn is stored in the transaction of the message or event that causes it."""

from typing import Any

from sqlalchemy import select, update

from contracts.ids import new_id
from support.gateway.conversation import Work
from support.gateway.models import Turn, Wakeup

RETRY = "/gateway_retry"
HUMAN = "/gateway_human"


async def add_turn(work: Work, turn_id: str, turn_input: dict[str, Any]) -> Turn:
    turn = Turn(
        id=turn_id,
        conversation_id=work.conversation.id,
        input=turn_input,
        state="pending",
        attempts=0,
        created_at=work.clock.now(),
    )
    work.session.add(turn)
    await work.session.flush()
    work.wakes_worker = True
    return turn


async def add_event(work: Work, name: str, data: dict[str, Any]) -> Turn:
    """A turn from an event; see the names in contracts/schemas/turn.json."""
    return await add_turn(work, new_id("e"), {"kind": "event", "name": name, "data": data})


async def cancel_wakeups(work: Work) -> None:
    await work.session.execute(
        update(Wakeup)
        .where(Wakeup.conversation_id == work.conversation.id, Wakeup.state == "waiting")
        .values(state="cancelled")
    )


async def retry_failed(work: Work) -> None:
    """Ask again for the turn that failed last, under its own id: the assistant knows what it has done of it."""
    query = (
        select(Turn)
        .where(Turn.conversation_id == work.conversation.id, Turn.state == "failed")
        .order_by(Turn.position.desc())
        .limit(1)
    )
    turn = (await work.session.execute(query)).scalar_one_or_none()
    if turn is not None:
        turn.state, turn.attempts, turn.started_at, turn.finished_at = "pending", 0, None, None
        work.wakes_worker = True
