"""Which calls were made: by request id, by conversation, since a time."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from cloudsim.store.database import Database

KEPT_ENTRIES = 200_000
# Small groups keep the pause of a write below a millisecond or so.
FLUSH_AT = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `at` is world time (ISO 8601), `duration_ms` wall milliseconds, `client` the user agent's start.

    No other header is kept, and no body.
    """

    request_id: str
    at: str
    service: str
    operation: str
    method: str
    path: str
    query: str
    account_id: str | None
    user_id: str | None
    access_key: str | None
    conversation: str | None
    client: str | None
    client_token: str | None
    status: int
    code: str | None
    duration_ms: float


_COLUMNS = tuple(Entry.__dataclass_fields__)


class RequestLog:
    """Entries wait in memory and are written in groups, so that a request does not pay for its own record."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Entry] = deque()
        columns = ", ".join(f"{name} TEXT" if name not in ("status", "duration_ms") else name for name in _COLUMNS)
        kept = [row[1] for row in database.read("PRAGMA table_info(request_log)")]
        if kept and kept[1:] != list(_COLUMNS):
            database.define("DROP TABLE request_log")  # Written by another version: a log is not worth a migration.
        database.define(f"CREATE TABLE IF NOT EXISTS request_log (seq INTEGER PRIMARY KEY, {columns})")
        for name in ("request_id", "conversation", "at"):
            database.define(f"CREATE INDEX IF NOT EXISTS request_log_{name} ON request_log ({name})")

    def add(self, entry: Entry) -> None:
        """Remember a finished request."""
        self._waiting.append(entry)
        if len(self._waiting) >= FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        """Write the waiting entries and forget the oldest beyond the limit."""
        if not self._waiting:
            return
        rows = [tuple(getattr(entry, name) for name in _COLUMNS) for entry in self._waiting]
        self._waiting.clear()
        marks = ",".join("?" * len(_COLUMNS))
        with self._database.transaction():
            self._database.write_many(f"INSERT INTO request_log ({','.join(_COLUMNS)}) VALUES ({marks})", rows)
            self._database.write(
                "DELETE FROM request_log WHERE seq <= (SELECT MAX(seq) FROM request_log) - ?", (KEPT_ENTRIES,)
            )

    def find(
        self,
        request_id: str | None = None,
        conversation: str | None = None,
        since: str | None = None,
        limit: int = 200,
    ) -> list[dict[str, Any]]:
        """Entries in the order they finished, the last `limit` that match."""
        self.flush()
        clauses, values = "1", []
        for column, operator, value in (
            ("request_id", "=", request_id),
            ("conversation", "=", conversation),
            ("at", ">=", since),
        ):
            if value is not None:
                clauses += f" AND {column} {operator} ?"
                values.append(value)
        rows = self._database.read(
            f"SELECT {','.join(_COLUMNS)} FROM request_log WHERE {clauses} ORDER BY seq DESC LIMIT ?",
            (*values, limit),
        )
        return [asdict(Entry(*row)) for row in reversed(rows)]

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        with self._database.transaction():
            self._database.write("DELETE FROM request_log")
