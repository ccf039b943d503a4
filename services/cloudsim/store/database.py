"""One SQLite file, one connection, one writer: the simulator answers every request on one event loop."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CACHE_KIB = 131_072
BULK_CACHE_KIB = 1_048_576
MMAP_BYTES = 268_435_456


class Database:
    """A connection whose writes are grouped into one transaction per request."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        if self.path != ":memory:":
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        for pragma in (
            "page_size=8192",
            "journal_mode=WAL",
            "synchronous=OFF",
            f"cache_size=-{CACHE_KIB}",
            f"mmap_size={MMAP_BYTES}",
            "temp_store=MEMORY",
        ):
            self._connection.execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self._connection.execute(sql, values).fetchall()

    def read_one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return row

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement inside the current transaction; returns the number of rows touched."""
        self._begin()
        return self._connection.execute(sql, values).rowcount

    def write_many(self, sql: str, rows: Iterator[Sequence[Any]] | Sequence[Sequence[Any]]) -> None:
        """Run one statement for many rows inside the current transaction."""
        self._begin()
        self._connection.executemany(sql, rows)

    def define(self, sql: str) -> None:
        """Create tables and indexes."""
        self._connection.execute(sql)

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")

    def commit(self) -> None:
        """Keep what was written since the last commit."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forget what was written since the last commit."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def bulk_load(self) -> Iterator[None]:
        """One large write into a new file: no journal (a crash leaves the file to be planted again), more cache."""
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute(f"PRAGMA cache_size=-{BULK_CACHE_KIB}")
        try:
            with self.transaction():
                yield
        finally:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, roll back when the block raises."""
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()
