"""The /desk namespace: cases, rings, live messages of watched cases, who is looking, typing."""

import json
from typing import Any

import socketio
from socketio.exceptions import ConnectionRefusedError

from support.errors import SupportError
from support.fanout import DESK, agent_room, case_room
from support.services import Services
from support.telemetry import SOCKETS
from support.texts import as_language
from support.web import error_body


class DeskDoor:
    """A socket belongs to the agent of its token and hears of the cases that agent may see."""

    def __init__(self, services: Services, server: socketio.AsyncServer) -> None:
        self._services = services
        self._server = server
        server.on("connect", self.on_connect, namespace=DESK)
        server.on("disconnect", self.on_disconnect, namespace=DESK)
        server.on("watch", self.on_watch, namespace=DESK)
        server.on("typing", self.on_typing, namespace=DESK)

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        try:
            if not isinstance(token, str):
                raise SupportError("no_token", status=401)
            agent = await self._services.agents.get(self._services.identity.desk_agent_id(token))
        except SupportError as error:
            language = as_language(environ.get("HTTP_ACCEPT_LANGUAGE"))
            refused = error_body(error, self._services.texts, language)["error"]
            raise ConnectionRefusedError(json.dumps(refused, ensure_ascii=False)) from error
        known = {"agent_id": agent.id, "language": agent.language}
        await self._server.save_session(sid, known, namespace=DESK)
        await self._server.enter_room(sid, agent_room(agent.id), namespace=DESK)
        SOCKETS.labels("desk").inc()
        await self._services.connections.add(agent.id, sid)
        await self._services.agents.come_or_go(agent.id, present=True)

    async def on_disconnect(self, sid: str, reason: object = None) -> None:
        SOCKETS.labels("desk").dec()
        session = await self._server.get_session(sid, namespace=DESK)
        if await self._services.connections.remove(session["agent_id"], sid) == 0:
            await self._services.agents.come_or_go(session["agent_id"], present=False)
        case_id = await self._services.viewers.leave(sid)
        if case_id is not None:
            await self._show_viewers(case_id)

    async def on_watch(self, sid: str, body: object = None) -> dict[str, Any]:
        """`{case_id}`: from now on this socket gets the case's messages; null stops watching."""
        session = await self._server.get_session(sid, namespace=DESK)
        case_id = body.get("case_id") if isinstance(body, dict) else None
        if not isinstance(case_id, str):
            before = await self._services.viewers.leave(sid)
            await self._forget(sid, before)
            return {"ok": True, "viewers": []}
        try:
            agent = await self._services.agents.get(session["agent_id"])
            async with self._services.database.read() as reading:
                await self._services.cases.find(reading, agent, case_id)
        except SupportError as error:
            return {"ok": False, **error_body(error, self._services.texts, as_language(session["language"]))}
        before = await self._services.viewers.watch(sid, case_id, {"id": agent.id, "name": agent.name})
        await self._forget(sid, before)
        await self._server.enter_room(sid, case_room(case_id), namespace=DESK)
        await self._show_viewers(case_id)
        return {"ok": True, "viewers": await self._services.viewers.of(case_id)}

    async def _forget(self, sid: str, case_id: str | None) -> None:
        if case_id is not None:
            await self._server.leave_room(sid, case_room(case_id), namespace=DESK)
            await self._show_viewers(case_id)

    async def _show_viewers(self, case_id: str) -> None:
        viewers = await self._services.viewers.of(case_id)
        await self._services.conversations.fanout.viewers(case_id, viewers)

    async def on_typing(self, sid: str, body: object = None) -> None:
        """`{case_id, on}`: shown to the customer and to whoever watches, from the assignee only."""
        session = await self._server.get_session(sid, namespace=DESK)
        case_id = body.get("case_id") if isinstance(body, dict) else None
        if not isinstance(case_id, str) or not isinstance(body, dict):
            return
        try:
            agent = await self._services.agents.get(session["agent_id"])
            async with self._services.database.read() as reading:
                case = await self._services.cases.find(reading, agent, case_id)
        except SupportError:
            return
        on = body.get("on") is True
        fanout = self._services.conversations.fanout
        if case.assignee_id == agent.id and case.status == "active":
            await fanout.typing(case.conversation_id, "agent", on)
        await fanout.typing_to_desk(case_id, "agent", on, agent.name)
