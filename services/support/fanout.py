"""What goes out over sockets, and to whom. With REDIS_URL the rooms span every instance of the service."""

from collections.abc import Iterable
from typing import Any

import socketio

CHAT = "/chat"
DESK = "/desk"


def conversation_room(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"


def case_room(case_id: str) -> str:
    return f"case:{case_id}"


def agent_room(agent_id: str) -> str:
    return f"agent:{agent_id}"


class Fanout:
    """Sends to customers' and agents' sockets. Called after commit only: nothing is shown that is not stored."""

    def __init__(self, server: socketio.AsyncServer) -> None:
        self._server = server

    async def message(self, conversation_id: str, case_id: str | None, message: dict[str, Any]) -> None:
        await self._server.emit("message", message, room=conversation_room(conversation_id), namespace=CHAT)
        if case_id is not None:
            await self._server.emit("message", {"case_id": case_id, **message}, room=case_room(case_id), namespace=DESK)

    async def state(self, conversation_id: str, state: dict[str, Any]) -> None:
        await self._server.emit("state", state, room=conversation_room(conversation_id), namespace=CHAT)

    async def typing(self, conversation_id: str, role: str, on: bool) -> None:
        room = conversation_room(conversation_id)
        await self._server.emit("typing", {"role": role, "on": on}, room=room, namespace=CHAT)

    async def typing_to_desk(self, case_id: str, role: str, on: bool, name: str | None = None) -> None:
        payload = {"case_id": case_id, "role": role, "on": on, "name": name}
        await self._server.emit("typing", payload, room=case_room(case_id), namespace=DESK)

    async def case(self, row: dict[str, Any], agent_ids: Iterable[str]) -> None:
        await self._to_agents("case", row, agent_ids)

    async def ring(self, case_id: str, level: int, people: list[dict[str, str]]) -> None:
        payload = {"case_id": case_id, "level": level, "people": people}
        await self._to_agents("ring", payload, [person["id"] for person in people])

    async def viewers(self, case_id: str, viewers: list[dict[str, str]]) -> None:
        payload = {"case_id": case_id, "viewers": viewers}
        await self._server.emit("viewers", payload, room=case_room(case_id), namespace=DESK)

    async def _to_agents(self, name: str, payload: dict[str, Any], agent_ids: Iterable[str]) -> None:
        rooms = sorted({agent_room(agent_id) for agent_id in agent_ids})
        if rooms:
            await self._server.emit(name, payload, room=rooms, namespace=DESK)
