"""Documents of one kind: get, put, delete, keyset pages, indexed lookups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from cloudsim.store.database import Database

Document = dict[str, Any]
Where = Mapping[str, "str | Sequence[str] | None"]


@dataclass(frozen=True)
class Kind:
    """What a collection stores.

    Every document has `id` and `accountId`, and `region` ("" when it has none). `indexed` fields are searched
    within an account, `global_indexed` ones across accounts (which instances sit on this host).
    """

    name: str
    indexed: tuple[str, ...] = ()
    global_indexed: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The SQLite table."""
        return f"doc_{self.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Fields of a document that are columns too."""
        return tuple(dict.fromkeys((*self.indexed, *self.global_indexed)))


@dataclass(frozen=True, slots=True)
class Page:
    """One page and the marker of the next one (None at the end)."""

    items: list[Document]
    next_marker: str | None


class Collection:
    """The documents of one kind."""

    def __init__(self, database: Database, kind: Kind) -> None:
        self._database = database
        self.kind = kind
        names = ("account", "region", "id", *(f"f_{column}" for column in kind.columns), "doc")
        marks = ",".join("?" * len(names))
        self._put_sql = f"INSERT OR REPLACE INTO {kind.table} ({','.join(names)}) VALUES ({marks})"
        self._get_sql = f"SELECT doc FROM {kind.table} WHERE id=?"

    def define(self) -> None:
        """Create the table and its indexes when missing."""
        kind = self.kind
        fields = "".join(f", f_{column} TEXT" for column in kind.columns)
        self._database.define(
            f"CREATE TABLE IF NOT EXISTS {kind.table} (account TEXT NOT NULL, region TEXT NOT NULL, "
            f"id TEXT NOT NULL{fields}, doc BLOB NOT NULL, PRIMARY KEY (account, region, id)) WITHOUT ROWID"
        )
        self._database.define(f"CREATE UNIQUE INDEX IF NOT EXISTS {kind.table}_id ON {kind.table} (id)")
        for column in kind.indexed:
            self._database.define(
                f"CREATE INDEX IF NOT EXISTS {kind.table}_a_{column} ON {kind.table} (account, f_{column})"
            )
        for column in kind.global_indexed:
            self._database.define(f"CREATE INDEX IF NOT EXISTS {kind.table}_g_{column} ON {kind.table} (f_{column})")

    def get(self, identifier: str) -> Document | None:
        """The document with this id, whoever owns it."""
        row = self._database.read_one(self._get_sql, (identifier,))
        return _load(row) if row else None

    def get_many(self, identifiers: Iterable[str]) -> list[Document]:
        """The documents that exist, in the order asked for."""
        found = (self.get(identifier) for identifier in identifiers)
        return [document for document in found if document is not None]

    def put(self, document: Document) -> None:
        """Insert or replace."""
        self._database.write(self._put_sql, self._row(document))

    def put_many(self, documents: Iterable[Document]) -> None:
        """Insert or replace many at once."""
        self._database.write_many(self._put_sql, (self._row(document) for document in documents))

    def _row(self, document: Document) -> tuple[Any, ...]:
        columns = (document.get(column) for column in self.kind.columns)
        return (document["accountId"], document.get("region", ""), document["id"], *columns, orjson.dumps(document))

    def delete(self, identifier: str) -> bool:
        """Remove; False when it did not exist."""
        return self._database.write(f"DELETE FROM {self.kind.table} WHERE id=?", (identifier,)) > 0

    def page(
        self,
        account: str,
        region: str | None,
        marker: str | None,
        limit: int,
        where: Where | None = None,
        without: Where | None = None,
    ) -> Page:
        """A page in id order (region first when `region` is None).

        Documents match every indexed field of `where` and none of `without`.
        """
        clauses, values = _conditions(account, region, where)
        for column, unwanted in (without or {}).items():
            clauses += f" AND f_{column}<>?"
            values.append(unwanted)
        if marker and region is not None:
            clauses += " AND id >= ?"
            values.append(marker)
        elif marker:
            clauses += " AND (region, id) >= (?, ?)"
            values += _marker(marker)
        rows = self._database.read(
            f"SELECT doc FROM {self.kind.table} WHERE {clauses} ORDER BY region, id LIMIT ?", (*values, limit + 1)
        )
        items = [_load(row) for row in rows]
        if len(items) <= limit:
            return Page(items, None)
        following = items[limit]
        next_marker = following["id"] if region is not None else f"{following.get('region', '')}/{following['id']}"
        return Page(items[:limit], next_marker)

    def all_of(self, account: str, region: str | None = None, where: Where | None = None) -> list[Document]:
        """Every document of an account that matches; for kinds of which an account has few."""
        clauses, values = _conditions(account, region, where)
        rows = self._database.read(f"SELECT doc FROM {self.kind.table} WHERE {clauses} ORDER BY region, id", values)
        return [_load(row) for row in rows]

    def everywhere(self, column: str, value: str) -> list[Document]:
        """Documents of every account whose globally indexed `column` has this value."""
        if column not in self.kind.global_indexed:
            raise KeyError(column)
        rows = self._database.read(f"SELECT doc FROM {self.kind.table} WHERE f_{column}=? ORDER BY id", (value,))
        return [_load(row) for row in rows]

    def scan(self) -> Iterator[Document]:
        """Every document, for tests and small worlds."""
        for row in self._database.read(f"SELECT doc FROM {self.kind.table} ORDER BY account, region, id"):
            yield _load(row)

    def count(self, account: str | None = None, region: str | None = None, where: Where | None = None) -> int:
        """How many documents match."""
        clauses, values = ("1", []) if account is None else _conditions(account, region, where)
        row = self._database.read_one(f"SELECT COUNT(*) FROM {self.kind.table} WHERE {clauses}", values)
        return int(row[0]) if row else 0

    def clear(self) -> None:
        """Remove everything."""
        self._database.write(f"DELETE FROM {self.kind.table}")


def _load(row: tuple[Any, ...]) -> Document:
    document: Document = orjson.loads(row[0])
    return document


def _marker(marker: str) -> list[str]:
    """Region and id of a marker across regions, `bj/i-YufwpQAe`; a plain id has no region."""
    first, _, rest = marker.partition("/")
    return [first, rest] if rest else ["", first]


def _conditions(account: str, region: str | None, where: Where | None) -> tuple[str, list[Any]]:
    clauses, values = "account=?", [account]
    if region is not None:
        clauses += " AND region=?"
        values.append(region)
    for column, wanted in (where or {}).items():
        if wanted is None:
            continue
        if isinstance(wanted, str):
            clauses += f" AND f_{column}=?"
            values.append(wanted)
        else:
            clauses += f" AND f_{column} IN ({','.join('?' * len(wanted))})"
            values.extend(wanted)
    return clauses, values
