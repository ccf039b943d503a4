"""The /chat namespace: replay after `last_seq` on connect, messages with acknowledgement, typing, back to the bot."""

import json
from typing import Any

import socketio
import structlog
from socketio.exceptions import ConnectionRefusedError

from support.desk.cards import customer_state, owner_view
from support.errors import SupportError
from support.fanout import CHAT, conversation_room
from support.gateway.conversation import view
from support.gateway.floor import Owner
from support.gateway.models import Conversation
from support.identity import Customer
from support.services import Services
from support.telemetry import SOCKETS
from support.texts import as_language
from support.web import error_body

log = structlog.get_logger(__name__)
REPLAY_PAGE = 200
LONGEST_SEQ = 2**31 - 1


class ChatDoor:
    """One socket belongs to one conversation of one customer, by token; nothing in a message can change that."""

    def __init__(self, services: Services, server: socketio.AsyncServer) -> None:
        self._services = services
        self._server = server
        server.on("connect", self.on_connect, namespace=CHAT)
        server.on("disconnect", self.on_disconnect, namespace=CHAT)
        server.on("message", self.on_message, namespace=CHAT)
        server.on("typing", self.on_typing, namespace=CHAT)
        server.on("read", self.on_read, namespace=CHAT)
        server.on("back_to_bot", self.on_back_to_bot, namespace=CHAT)

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        language = as_language(environ.get("HTTP_ACCEPT_LANGUAGE"))
        try:
            customer, session_token = self._identify(auth)
            given = auth if isinstance(auth, dict) else {}
            language = as_language(given.get("language"), customer.language or language)
            wanted = given.get("conversation_id")
            if wanted is None:
                address = str((environ.get("asgi.scope", {}).get("client") or ["unknown"])[0])
                wanted = (await self._services.opening.open(customer, language, address)).conversation_id
            conversation = await self._services.opening.of(customer, wanted)
            last_seq = given.get("last_seq", 0)
            if not isinstance(last_seq, int) or not 0 <= last_seq <= LONGEST_SEQ:
                raise SupportError("bad_request", where="last_seq")
        except SupportError as error:
            refused = error_body(error, self._services.texts, language)["error"]
            raise ConnectionRefusedError(json.dumps(refused, ensure_ascii=False)) from error
        await self._server.save_session(sid, {"conversation_id": conversation.id, "language": language}, namespace=CHAT)
        SOCKETS.labels("chat").inc()
        await self._greet(sid, conversation, customer, last_seq, session_token)

    def _identify(self, auth: object) -> tuple[Customer, str]:
        given = auth if isinstance(auth, dict) else {}
        token = given.get("token") or given.get("session")
        if token is None:
            return self._services.identity.anonymous()
        if not isinstance(token, str):
            raise SupportError("bad_token", status=401)
        return self._services.identity.customer(token), token

    async def _greet(
        self, sid: str, conversation: Conversation, customer: Customer, last_seq: int, session_token: str
    ) -> None:
        """Join and replay under the conversation's lock: live messages come after the replayed ones."""
        async with self._services.conversations.order(conversation.id):
            await self._server.enter_room(sid, conversation_room(conversation.id), namespace=CHAT)
            messages, newest = await self._services.conversations.messages(conversation.id, last_seq, REPLAY_PAGE)
            async with self._services.database.read() as reading:
                owner = await owner_view(reading, Owner.of(conversation), conversation.language)
            greeting = {
                "conversation_id": conversation.id,
                "owner": owner,
                "customer": {"name": customer.name, "account_id": customer.account_id, "known": customer.is_known},
                "last_seq": newest,
                "session": session_token,
            }
            await self._server.emit("session", greeting, room=sid, namespace=CHAT)
            while messages:
                for message in messages:
                    await self._server.emit("message", view(message), room=sid, namespace=CHAT)
                after = messages[-1].seq
                messages, _ = await self._services.conversations.messages(conversation.id, after, REPLAY_PAGE)
            await self._send_state(sid, conversation.id)

    async def _send_state(self, sid: str, conversation_id: str) -> None:
        async with self._services.database.read() as session:
            conversation = await session.get_one(Conversation, conversation_id)
            state = await customer_state(session, conversation, self._services.tams)
        await self._server.emit("state", state, room=sid, namespace=CHAT)

    async def on_disconnect(self, sid: str, reason: object = None) -> None:
        SOCKETS.labels("chat").dec()

    async def on_message(self, sid: str, body: object = None) -> dict[str, Any]:
        session = await self._server.get_session(sid, namespace=CHAT)
        try:
            accepted = await self._services.reception.accept(session["conversation_id"], body)
        except SupportError as error:
            return {"ok": False, **error_body(error, self._services.texts, session["language"])}
        except Exception:
            log.exception("socket_message_failed")
            return {"ok": False, **error_body(SupportError("internal"), self._services.texts, session["language"])}
        return {"ok": True, "seq": accepted.message["seq"], "id": accepted.message["id"]}

    async def on_typing(self, sid: str, body: object = None) -> None:
        session = await self._server.get_session(sid, namespace=CHAT)
        on = isinstance(body, dict) and body.get("on") is True
        async with self._services.database.read() as reading:
            conversation = await reading.get_one(Conversation, session["conversation_id"])
        if conversation.case_id is not None:
            fanout = self._services.conversations.fanout
            await fanout.typing_to_desk(conversation.case_id, "customer", on, conversation.user_name)

    async def on_read(self, sid: str, body: object = None) -> None:
        session = await self._server.get_session(sid, namespace=CHAT)
        seq = body.get("seq") if isinstance(body, dict) else None
        if not isinstance(seq, int) or isinstance(seq, bool):
            return
        async with self._services.conversations.work(session["conversation_id"]) as work:
            work.conversation.read_seq = max(work.conversation.read_seq, min(seq, work.conversation.last_seq))

    async def on_back_to_bot(self, sid: str, body: object = None) -> dict[str, Any]:
        session = await self._server.get_session(sid, namespace=CHAT)
        try:
            async with self._services.conversations.work(session["conversation_id"]) as work:
                await self._services.queue.leave(work)
        except SupportError as error:
            return {"ok": False, **error_body(error, self._services.texts, session["language"])}
        return {"ok": True}
