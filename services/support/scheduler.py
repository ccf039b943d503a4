"""The heartbeat: every tick fires what has come due. State is in rows, so a restart only makes it late."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

Duty = Callable[[], Awaitable[None]]
log = structlog.get_logger(__name__)


class Scheduler:
    """Runs each duty every `tick_seconds`; one that fails is logged and tried again."""

    def __init__(self, tick_seconds: float, duties: dict[str, Duty]) -> None:
        self._tick = tick_seconds
        self._duties = duties

    async def run(self) -> None:
        while True:
            for name, duty in self._duties.items():
                try:
                    await duty()
                except Exception:
                    log.exception("duty_failed", duty=name)
            await asyncio.sleep(self._tick)
