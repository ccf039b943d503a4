"""Who speaks in a conversation: the transitions of docs/contracts.md section 6 as data, applied by compare-and-set."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from support.database import rows_changed
from support.errors import Conflict
from support.gateway.models import Conversation

OwnerKind = Literal["bot", "queue", "agent"]
FloorEvent = Literal["handoff", "takeover", "claim", "queue_left", "release", "resolve", "escalate"]


@dataclass(frozen=True)
class Transition:
    """From whom, by what, to whom; `by_assignee` says that only the agent who owns the floor may."""

    source: OwnerKind
    event: FloorEvent
    target: OwnerKind
    by_assignee: bool = False


TRANSITIONS: tuple[Transition, ...] = (
    Transition("bot", "handoff", "queue"),
    Transition("bot", "takeover", "agent"),
    Transition("queue", "claim", "agent"),
    Transition("queue", "queue_left", "bot"),
    Transition("agent", "release", "bot", by_assignee=True),
    Transition("agent", "resolve", "bot", by_assignee=True),
    Transition("agent", "escalate", "queue", by_assignee=True),
)
_TABLE = {(transition.source, transition.event): transition for transition in TRANSITIONS}


@dataclass(frozen=True)
class Owner:
    """A reading of the floor: changes are accepted only while it still holds."""

    kind: OwnerKind
    agent_id: str | None
    version: int

    @classmethod
    def of(cls, conversation: Conversation) -> "Owner":
        kind: OwnerKind = "bot" if conversation.owner_kind == "bot" else "queue"
        if conversation.owner_kind == "agent":
            kind = "agent"
        return cls(kind, conversation.owner_agent_id, conversation.owner_version)


class FloorMoved(Conflict):
    """The compare-and-set lost, or the table has no such transition from the present owner."""

    def __init__(self, event: FloorEvent, owner: Owner) -> None:
        super().__init__("floor_moved", detail={"owner": owner.kind})
        self.event, self.owner = event, owner


def next_owner(owner: Owner, event: FloorEvent, agent_id: str | None = None) -> Owner:
    """The owner after `event`. `agent_id` is the acting agent, where one acts. Raises FloorMoved."""
    transition = _TABLE.get((owner.kind, event))
    if transition is None or (transition.by_assignee and agent_id != owner.agent_id):
        raise FloorMoved(event, owner)
    if transition.target == "agent" and agent_id is None:
        raise ValueError(f"{event} needs the agent who takes the floor")
    return Owner(transition.target, agent_id if transition.target == "agent" else None, owner.version + 1)


async def move_floor(
    session: AsyncSession, conversation: Conversation, seen: Owner, event: FloorEvent, agent_id: str | None = None
) -> Owner:
    """Change the owner if it is still `seen`, in the caller's transaction. Raises FloorMoved when it is not."""
    after = next_owner(seen, event, agent_id)
    moved = await rows_changed(
        session,
        update(Conversation)
        .where(
            Conversation.id == conversation.id,
            Conversation.owner_version == seen.version,
            Conversation.owner_kind == seen.kind,
        )
        .values(owner_kind=after.kind, owner_agent_id=after.agent_id, owner_version=after.version),
    )
    await session.refresh(conversation)
    if moved != 1:
        raise FloorMoved(event, Owner.of(conversation))
    return after
