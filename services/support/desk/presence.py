"""Which agents are connected, and who is looking at which case.

Kept in memory, or in Redis when several instances serve the desk.
"""

import json
from typing import Any

from redis.asyncio import Redis

EXPIRES_SECONDS = 12 * 3600


class Viewers:
    """Sockets that watch a case, by socket id, with the agent's name."""

    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis
        self._local: dict[str, dict[str, dict[str, str]]] = {}
        self._watching: dict[str, str] = {}

    async def watch(self, sid: str, case_id: str, agent: dict[str, str]) -> str | None:
        """Move a socket to a case; returns the case it watched before, if another."""
        before = await self.leave(sid)
        self._watching[sid] = case_id
        if self._redis is not None:
            pipe: Any = self._redis.pipeline()
            pipe.hset(self._key(case_id), sid, json.dumps(agent)).expire(self._key(case_id), EXPIRES_SECONDS)
            await pipe.execute()
        else:
            self._local.setdefault(case_id, {})[sid] = agent
        return before if before != case_id else None

    async def leave(self, sid: str) -> str | None:
        """The socket watches nothing any more; returns the case it watched."""
        case_id = self._watching.pop(sid, None)
        if case_id is None:
            return None
        if self._redis is not None:
            await self._redis.hdel(self._key(case_id), sid)
        else:
            self._local.get(case_id, {}).pop(sid, None)
        return case_id

    async def of(self, case_id: str) -> list[dict[str, str]]:
        """Each agent once."""
        if self._redis is not None:
            rows = await self._redis.hvals(self._key(case_id))
            agents = [json.loads(row) for row in rows]
        else:
            agents = list(self._local.get(case_id, {}).values())
        return list({agent["id"]: agent for agent in agents}.values())

    @staticmethod
    def _key(case_id: str) -> str:
        return f"viewers:{case_id}"


class Connections:
    """Sockets of each agent: someone with none left is not at the desk."""

    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis
        self._local: dict[str, set[str]] = {}

    async def add(self, agent_id: str, sid: str) -> None:
        if self._redis is None:
            self._local.setdefault(agent_id, set()).add(sid)
            return
        pipe: Any = self._redis.pipeline()
        pipe.sadd(self._key(agent_id), sid).expire(self._key(agent_id), EXPIRES_SECONDS)
        await pipe.execute()

    async def remove(self, agent_id: str, sid: str) -> int:
        """Returns how many sockets the agent has left."""
        if self._redis is None:
            sockets = self._local.get(agent_id, set())
            sockets.discard(sid)
            return len(sockets)
        await self._redis.srem(self._key(agent_id), sid)
        return int(await self._redis.scard(self._key(agent_id)))

    @staticmethod
    def _key(agent_id: str) -> str:
        return f"connections:{agent_id}"
