"""What will happen: things due at a world time, run before the first request that could see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from cloudsim.store.database import Database

if TYPE_CHECKING:
    from cloudsim.world.world import World

Payload = dict[str, Any]
Happening = Callable[["World", datetime, Payload], None]

_HAPPENINGS: dict[str, Happening] = {}
_NEVER = float("inf")
# A happening may schedule the next one; a loop that never ends is a defect, not a long queue.
RUN_LIMIT = 200_000


def happening(name: str) -> Callable[[Happening], Happening]:
    """Register the function that `Agenda.schedule(..., name)` calls; it gets the time it was due at."""

    def register(function: Happening) -> Happening:
        _HAPPENINGS[name] = function
        return function

    return register


class Agenda:
    """Due times in one indexed table; the earliest one is kept at hand so that an idle check costs nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.define(
            "CREATE TABLE IF NOT EXISTS agenda (seq INTEGER PRIMARY KEY, at REAL NOT NULL, name TEXT NOT NULL, "
            "subject TEXT NOT NULL, payload BLOB NOT NULL)"
        )
        database.define("CREATE INDEX IF NOT EXISTS agenda_at ON agenda (at, seq)")
        database.define("CREATE INDEX IF NOT EXISTS agenda_subject ON agenda (subject)")
        self._next = self._earliest()

    def _earliest(self) -> float:
        row = self._database.read_one("SELECT MIN(at) FROM agenda")
        return float(row[0]) if row and row[0] is not None else _NEVER

    def schedule(self, at: datetime, name: str, subject: str, payload: Payload | None = None) -> None:
        """Call happening `name` at `at`. `subject` is the resource id, for `cancel`."""
        if name not in _HAPPENINGS:
            raise KeyError(name)
        moment = at.timestamp()
        self._database.write(
            "INSERT INTO agenda (at, name, subject, payload) VALUES (?,?,?,?)",
            (moment, name, subject, orjson.dumps(payload or {})),
        )
        self._next = min(self._next, moment)

    def schedule_many(self, name: str, dues: Iterable[tuple[datetime, str]]) -> None:
        """Call happening `name` for many resources: (when, resource id); the payload is the id."""
        if name not in _HAPPENINGS:
            raise KeyError(name)
        self._database.write_many(
            "INSERT INTO agenda (at, name, subject, payload) VALUES (?,?,?,?)",
            ((at.timestamp(), name, subject, orjson.dumps({"id": subject})) for at, subject in dues),
        )
        self._next = self._earliest()

    def cancel(self, subject: str, name: str | None = None) -> None:
        """Forget what was due for a resource (only happening `name` when given)."""
        if name is None:
            self._database.write("DELETE FROM agenda WHERE subject=?", (subject,))
        else:
            self._database.write("DELETE FROM agenda WHERE subject=? AND name=?", (subject, name))
        self._next = self._earliest()

    def due(self, now: datetime) -> bool:
        """Whether something has to happen before a request at `now` may look."""
        return now.timestamp() >= self._next

    def run(self, world: World, now: datetime) -> int:
        """Let everything due up to `now` happen, in order; returns how many did."""
        limit, done = now.timestamp(), 0
        while self._next <= limit and done < RUN_LIMIT:
            row = self._database.read_one("SELECT seq, at, name, payload FROM agenda ORDER BY at, seq LIMIT 1")
            if row is None or row[1] > limit:
                break
            self._database.write("DELETE FROM agenda WHERE seq=?", (row[0],))
            _HAPPENINGS[row[2]](world, datetime.fromtimestamp(row[1], UTC), orjson.loads(row[3]))
            done += 1
            self._next = self._earliest()
        self._next = self._earliest()
        return done

    def forget_cached(self) -> None:
        """Read the earliest due time again, after a rollback."""
        self._next = self._earliest()
