"""The unit of work of the gateway: one conversation locked, one transaction, then what it sends out, in order."""

import asyncio
import contextlib
import hashlib
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.clock import WorldClock, isoformat
from contracts.ids import new_id
from support.database import Database
from support.errors import NotFound
from support.fanout import Fanout
from support.gateway.models import Conversation, Message, Offer
from support.texts import Language, as_language

Role = Literal["customer", "bot", "agent", "system"]
AfterCommit = Callable[[], Awaitable[None]]
LONGEST_PREVIEW = 160


@dataclass(frozen=True)
class Draft:
    """A message before it has a place in the transcript."""

    role: Role
    text: str
    client_id: str
    kind: str = "text"
    author: str | None = None
    agent_id: str | None = None
    payload: str | None = None
    buttons: list[dict[str, Any]] = field(default_factory=list)
    card: dict[str, Any] | None = None


def view(message: Message) -> dict[str, Any]:
    """A Message of contracts section 5. Agents' client ids are stored behind the agent's id, so that none collide."""
    return {
        "id": message.id,
        "seq": message.seq,
        "client_id": message.client_id.removeprefix(f"{message.agent_id}:"),
        "role": message.role,
        "author": {"name": message.author} if message.author else None,
        "kind": message.kind,
        "text": message.text,
        "buttons": message.buttons,
        "card": message.card,
        "created_at": isoformat(message.created_at),
    }


def payload_digest(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


def _offered(draft: Draft) -> Iterable[tuple[str, str]]:
    for button in draft.buttons:
        yield button["payload"], button["title"]
    items = (draft.card or {}).get("items")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and isinstance(item.get("payload"), str):
            yield item["payload"], str(item.get("title", item["payload"]))


class Work:
    """A locked conversation inside its transaction. What is queued by `after_commit` runs once all is stored."""

    def __init__(self, session: AsyncSession, conversation: Conversation, clock: WorldClock, fanout: Fanout) -> None:
        self.session = session
        self.conversation = conversation
        self.clock = clock
        self.fanout = fanout
        self.then: list[AfterCommit] = []
        self.wakes_worker = False

    @property
    def language(self) -> Language:
        return as_language(self.conversation.language)

    def after_commit(self, action: AfterCommit) -> None:
        self.then.append(action)

    async def find(self, client_id: str) -> Message | None:
        query = select(Message).where(Message.conversation_id == self.conversation.id, Message.client_id == client_id)
        return (await self.session.execute(query)).scalar_one_or_none()

    async def append(self, draft: Draft, message_id: str | None = None) -> Message:
        """Give the message the next sequence number; a `client_id` that is already there returns its message."""
        known = await self.find(draft.client_id)
        if known is not None:
            return known
        conversation, now = self.conversation, self.clock.now()
        conversation.last_seq += 1
        conversation.last_activity_at = now
        message = Message(
            id=message_id or new_id("m"),
            conversation_id=conversation.id,
            seq=conversation.last_seq,
            client_id=draft.client_id,
            role=draft.role,
            author=draft.author,
            agent_id=draft.agent_id,
            kind=draft.kind,
            text=draft.text,
            payload=draft.payload,
            buttons=draft.buttons,
            card=draft.card,
            created_at=now,
        )
        self.session.add(message)
        await self.session.flush()
        await self._record_offers(draft)
        shown = view(message)
        self.after_commit(lambda: self.fanout.message(conversation.id, conversation.case_id, shown))
        return message

    async def _record_offers(self, draft: Draft) -> None:
        for payload, title in _offered(draft):
            offer = Offer(conversation_id=self.conversation.id, digest=payload_digest(payload), title=title[:400])
            await self.session.merge(offer)

    async def offered_title(self, payload: str) -> str | None:
        """The title under which this payload was offered in this conversation, or None."""
        offer = await self.session.get(Offer, (self.conversation.id, payload_digest(payload)))
        return offer.title if offer else None


class Conversations:
    """Opens units of work. In one process, changes of one conversation and what they send out keep their order."""

    def __init__(self, database: Database, clock: WorldClock, fanout: Fanout) -> None:
        self.database = database
        self.clock = clock
        self.fanout = fanout
        self.on_turn: Callable[[str], None] = lambda conversation_id: None
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    def order(self, conversation_id: str) -> asyncio.Lock:
        """Held while something is stored and sent, and while a reconnecting socket replays."""
        lock = self._locks.get(conversation_id)
        if lock is None:
            lock = self._locks[conversation_id] = asyncio.Lock()
        return lock

    @contextlib.asynccontextmanager
    async def work(self, conversation_id: str) -> AsyncIterator[Work]:
        """Lock, begin, yield, commit, send. Raises NotFound when there is no such conversation."""
        lock = self.order(conversation_id)
        async with lock:
            async with self.database.write() as session:
                conversation = await session.get(Conversation, conversation_id, with_for_update=True)
                if conversation is None:
                    raise NotFound("no_conversation")
                work = Work(session, conversation, self.clock, self.fanout)
                yield work
            for action in work.then:
                await action()
            if work.wakes_worker:
                self.on_turn(conversation_id)

    async def messages(
        self, conversation_id: str, after: int, limit: int, before: int | None = None
    ) -> tuple[list[Message], int]:
        """A page of the transcript, oldest first, and the conversation's last sequence number.

        With `before`, the page that ends just before it; else the page that starts just after `after`.
        """
        async with self.database.read() as session:
            conversation = await session.get(Conversation, conversation_id)
            if conversation is None:
                raise NotFound("no_conversation")
            query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > after)
            if before is not None:
                query = query.where(Message.seq < before).order_by(Message.seq.desc())
            else:
                query = query.order_by(Message.seq)
            rows = list((await session.execute(query.limit(limit))).scalars())
        if before is not None:
            rows.reverse()
        return rows, conversation.last_seq


def preview(text: str) -> str:
    return text if len(text) <= LONGEST_PREVIEW else text[: LONGEST_PREVIEW - 1] + "…"


def seconds_since(moment: datetime | None, now: datetime) -> float:
    """Seconds from `moment` to `now`; endless when it never was."""
    return float("inf") if moment is None else (now - moment).total_seconds()
