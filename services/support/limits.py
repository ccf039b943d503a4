"""Rate limits: a sliding minute per key. In one process, or over every instance when REDIS_URL is set."""

import time
from collections import deque

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from support.errors import TooMany

log = structlog.get_logger(__name__)
WINDOW_SECONDS = 60.0
MOST_KEYS = 50_000


class RateLimit:
    """At most `most` events of a key in any 60 s. Wall time: a limit protects machines, not promises."""

    def __init__(self, name: str, most: int, redis: Redis | None = None) -> None:
        self._name = name
        self._most = most
        self._redis = redis
        self._seen: dict[str, deque[float]] = {}

    async def check(self, key: str) -> None:
        """Count one event; raises TooMany with the seconds to wait."""
        wait = await self._waiting(key)
        if wait > 0:
            seconds = max(1, round(wait))
            raise TooMany("too_many", detail={"retry_after": seconds}, seconds=seconds)

    async def forgive(self, key: str) -> None:
        """The newest event of the key does not count after all: a right password is no guess."""
        if self._redis is not None:
            try:
                name = self._counter(key)
                if int(await self._redis.decr(name)) < 0:
                    await self._redis.delete(name)
                return
            except RedisError as error:
                log.warning("limit_without_redis", limit=self._name, error=str(error)[:200])
        if times := self._seen.get(key):
            times.pop()

    async def _waiting(self, key: str) -> float:
        """Seconds to wait, 0 for none. Without Redis for the moment, each instance counts for itself."""
        if self._redis is None:
            return self._in_memory(key)
        try:
            return await self._in_redis(key)
        except RedisError as error:
            log.warning("limit_without_redis", limit=self._name, error=str(error)[:200])
            return self._in_memory(key)

    def _in_memory(self, key: str) -> float:
        now = time.monotonic()
        if len(self._seen) > MOST_KEYS:
            self._seen = {known: times for known, times in self._seen.items() if times and times[-1] > now - 60}
        times = self._seen.setdefault(key, deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= self._most:
            return times[0] + WINDOW_SECONDS - now
        times.append(now)
        return 0.0

    async def _in_redis(self, key: str) -> float:
        """A fixed minute, shared: one counter that expires."""
        assert self._redis is not None
        name = self._counter(key)
        count = int(await self._redis.incr(name))
        if count == 1:
            await self._redis.expire(name, int(WINDOW_SECONDS) + 1)
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS if count > self._most else 0.0

    def _counter(self, key: str) -> str:
        """Where Redis counts the events of the key in this minute."""
        return f"limit:{self._name}:{key}:{int(time.time() // WINDOW_SECONDS)}"
