"""World time: wall time plus one offset that every process reads from the same file.

Instance life, bills and SLA timers run on world time so that tests and simulations can move it;
signatures, tokens and sessions use wall time and never come here.
"""

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

DEFAULT_FILE = "clock.json"


class WorldClock:
    """Reads the shared offset (seconds) again whenever the file changes; a missing file means no offset."""

    def __init__(self, path: Path | str | None = None) -> None:
        self._path = Path(path) if path else Path(os.environ.get("VAR_DIR", "var")) / DEFAULT_FILE
        self._stamp: int | None = None
        self._offset = 0.0

    @property
    def offset_seconds(self) -> float:
        try:
            stamp = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            self._stamp, self._offset = None, 0.0
            return 0.0
        if stamp != self._stamp:
            self._offset = float(json.loads(self._path.read_text())["offset_seconds"])
            self._stamp = stamp
        return self._offset

    def now(self) -> datetime:
        """World time, UTC."""
        return datetime.now(timezone.utc) + timedelta(seconds=self.offset_seconds)

    def advance(self, seconds: float) -> float:
        """Move the world for every process that shares the file; returns the new offset in seconds.

        One process at a time may advance (the cloud's control port does); the file is replaced whole.
        """
        offset = self.offset_seconds + seconds
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps({"offset_seconds": offset}))
        fresh.replace(self._path)
        return offset


def isoformat(moment: datetime) -> str:
    """A UTC datetime as the cloud and our contracts write it: `2026-11-22T04:05:06Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
