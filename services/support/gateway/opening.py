"""Opening a conversation: the customer's open one is resumed, else a new one begins with the event `opened`."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from contracts.ids import new_id
from support.errors import NotFound
from support.gateway.conversation import Conversations
from support.gateway.floor import Owner
from support.gateway.models import Conversation
from support.gateway.pending import add_event
from support.identity import Customer
from support.limits import RateLimit
from support.texts import Language


@dataclass(frozen=True)
class OpenedConversation:
    """The conversation a customer is in now."""

    conversation_id: str
    owner: Owner
    last_seq: int
    resumed: bool


AWAY = timedelta(minutes=30)
"""A shorter absence is a reload or a change of device: nothing is said."""


class Opening:
    """At most one open conversation per customer, whichever tabs, devices and instances race for it."""

    def __init__(self, conversations: Conversations, resume_hours: float, limit: RateLimit) -> None:
        self._limit = limit
        self._conversations = conversations
        self._resume = timedelta(hours=resume_hours)

    async def open(
        self, customer: Customer, language: Language, address: str, fresh: bool = False
    ) -> OpenedConversation:
        """Resume or begin. `fresh` leaves the open conversation (and its case, if any) and begins another.

        Raises TooMany when too many have been begun from `address`: anonymous sessions cost nothing to make.
        """
        known = await self._find(customer.party)
        if known is not None and not fresh and not self._is_stale(known):
            await self._welcome_back(known)
            return OpenedConversation(known.id, Owner.of(known), known.last_seq, True)
        await self._limit.check(address)
        if known is not None:
            await self._leave(known.id)
        try:
            return await self._begin(customer, language)
        except IntegrityError:
            winner = await self._find(customer.party)
            if winner is None:
                raise
            return OpenedConversation(winner.id, Owner.of(winner), winner.last_seq, True)

    async def _welcome_back(self, known: Conversation) -> None:
        """After a long absence the assistant is told, so that it can offer to go on with what was left open."""
        idle = self._conversations.clock.now() - known.last_activity_at
        if known.owner_kind == "bot" and idle > AWAY:
            async with self._conversations.work(known.id) as work:
                await add_event(work, "opened", {"resumed": True})

    def _is_stale(self, conversation: Conversation) -> bool:
        idle = self._conversations.clock.now() - conversation.last_activity_at
        return idle > self._resume and conversation.owner_kind == "bot"

    async def _find(self, party: str) -> Conversation | None:
        async with self._conversations.database.read() as session:
            found = await session.execute(select(Conversation).where(Conversation.open_party == party))
            return found.scalar_one_or_none()

    async def _leave(self, conversation_id: str) -> None:
        async with self._conversations.database.write() as session:
            await session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(open_party=None, silence_due_at=None)
            )

    async def _begin(self, customer: Customer, language: Language) -> OpenedConversation:
        conversation_id, now = new_id("c"), self._conversations.clock.now()
        async with self._conversations.database.write() as session:
            session.add(
                Conversation(
                    id=conversation_id,
                    party=customer.party,
                    open_party=customer.party,
                    account_id=customer.account_id,
                    user_id=customer.user_id,
                    user_name=customer.name,
                    language=language,
                    owner_kind="bot",
                    owner_version=1,
                    last_seq=0,
                    read_seq=0,
                    created_at=now,
                    last_activity_at=now,
                    lease_until=0.0,
                )
            )
        async with self._conversations.work(conversation_id) as work:
            await add_event(work, "opened", {})
        return OpenedConversation(conversation_id, Owner("bot", None, 1), 0, False)

    async def of(self, customer: Customer, conversation_id: object) -> Conversation:
        """The conversation, if it is this customer's. Raises NotFound else: ids reveal nothing."""
        if not isinstance(conversation_id, str) or len(conversation_id) > 120:
            raise NotFound("no_conversation")
        async with self._conversations.database.read() as session:
            conversation = await session.get(Conversation, conversation_id)
        if conversation is None or conversation.party != customer.party:
            raise NotFound("no_conversation")
        return conversation
