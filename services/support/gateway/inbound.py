"""What a customer sends: checked, masked, stored once, then given to whoever has the floor."""

import re
from dataclasses import dataclass
from typing import Any

from contracts.masking import mask_secrets
from support.desk.cards import publish_case, publish_state
from support.desk.models import Case
from support.desk.queue import BACK_TO_BOT, Queue
from support.errors import SupportError
from support.gateway.conversation import Conversations, Draft, Work, preview, view
from support.gateway.models import Message
from support.gateway.pending import HUMAN, RETRY, add_turn, retry_failed
from support.limits import RateLimit
from support.telemetry import MESSAGES
from support.texts import Texts, as_language

CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
LONGEST_PAYLOAD = 2000


@dataclass(frozen=True)
class Inbound:
    """One message as it came through a door, already of the right types."""

    client_id: str
    text: str | None
    payload: str | None
    language: str | None


@dataclass(frozen=True)
class Accepted:
    """The stored message; `duplicate` when this client id had been accepted before."""

    message: dict[str, Any]
    duplicate: bool


def read_inbound(body: object, text_limit: int) -> Inbound:
    """The message of a request's or socket's body. Raises SupportError with what is wrong."""
    if not isinstance(body, dict):
        raise SupportError("bad_message")
    client_id, text, payload, language = (body.get(name) for name in ("client_id", "text", "payload", "language"))
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        raise SupportError("bad_client_id")
    if (text is None) == (payload is None) or not isinstance(text if payload is None else payload, str):
        raise SupportError("bad_message")
    if text is not None:
        text = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
        if not text.strip():
            raise SupportError("empty")
        if len(text) > text_limit:
            raise SupportError("too_long", status=413, limit=text_limit)
    if payload is not None and not 0 < len(payload) <= LONGEST_PAYLOAD:
        raise SupportError("too_long", status=413, limit=LONGEST_PAYLOAD)
    return Inbound(client_id, text, payload, language if isinstance(language, str) else None)


class Reception:
    """Accepts customers' messages for every door."""

    def __init__(
        self, conversations: Conversations, queue: Queue, texts: Texts, limit: RateLimit, text_limit: int
    ) -> None:
        self._conversations = conversations
        self._queue = queue
        self._texts = texts
        self._limit = limit
        self._text_limit = text_limit

    async def accept(self, conversation_id: str, body: object) -> Accepted:
        """Store the message and hand it on. Raises SupportError; nothing is stored then."""
        inbound = read_inbound(body, self._text_limit)
        async with self._conversations.work(conversation_id) as work:
            known = await work.find(inbound.client_id)
            if known is not None:
                return Accepted(view(known), True)
            await self._limit.check(conversation_id)
            if inbound.language:
                work.conversation.language = as_language(inbound.language, work.language)
            message = await self._store(work, inbound)
            await self._hand_on(work, message)
        MESSAGES.inc()
        return Accepted(view(message), False)

    async def accept_file(self, conversation_id: str, client_id: str, text: str) -> Accepted:
        """A file that has been kept. The bot cannot read it and says so; people can."""
        if not CLIENT_ID.fullmatch(client_id):
            raise SupportError("bad_client_id")
        async with self._conversations.work(conversation_id) as work:
            known = await work.find(client_id)
            if known is not None:
                return Accepted(view(known), True)
            await self._limit.check(conversation_id)
            message = await work.append(Draft("customer", text, client_id, "file", work.conversation.user_name))
            if work.conversation.owner_kind == "bot":
                await self._queue.say(work, "file_received")
            else:
                await self._to_desk(work, message)
        return Accepted(view(message), False)

    async def _store(self, work: Work, inbound: Inbound) -> Message:
        title = await work.offered_title(inbound.payload) if inbound.payload is not None else None
        if inbound.payload is not None and title is not None:
            name = work.conversation.user_name
            return await work.append(
                Draft("customer", title, inbound.client_id, "payload", name, payload=inbound.payload)
            )
        masked = mask_secrets(inbound.text if inbound.text is not None else str(inbound.payload))
        message = await work.append(
            Draft("customer", masked.text, inbound.client_id, "text", work.conversation.user_name)
        )
        if masked.kinds:
            await self._queue.say(work, "secret_masked", kind="notice")
        return message

    async def _hand_on(self, work: Work, message: Message) -> None:
        conversation = work.conversation
        conversation.silence_due_at = None
        if message.payload in (RETRY, HUMAN, BACK_TO_BOT):
            await self._own_payload(work, str(message.payload))
        elif conversation.owner_kind == "bot":
            await add_turn(work, message.id, turn_input(message))
        else:
            await self._to_desk(work, message)

    async def _to_desk(self, work: Work, message: Message) -> None:
        case = await work.session.get(Case, work.conversation.case_id) if work.conversation.case_id else None
        if case is None:
            return
        case.unread += 1
        case.last_text, case.last_role, case.last_at = preview(message.text), "customer", message.created_at
        await publish_case(work, case)
        if work.conversation.owner_kind == "queue":
            await self._queue.remind(work, case)

    async def _own_payload(self, work: Work, payload: str) -> None:
        """Buttons that the gateway itself offers, for when the assistant cannot."""
        kind = work.conversation.owner_kind
        if payload == BACK_TO_BOT and kind == "queue":
            await self._queue.leave(work)
        elif payload == HUMAN and kind == "bot":
            await self._queue.request_human(work)
        elif payload == RETRY and kind == "bot":
            await retry_failed(work)
        await publish_state(work, self._queue.tams)


def turn_input(message: Message) -> dict[str, Any]:
    """A stored customer message as the input of a turn. A text that starts with `/` stays a text."""
    if message.payload is not None:
        return {"kind": "payload", "payload": message.payload, "title": message.text[:400]}
    return {"kind": "text", "text": message.text}
