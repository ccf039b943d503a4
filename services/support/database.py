"""One database, two engines: SQLite in WAL mode (embedded) or PostgreSQL. All access goes through sessions of here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import CursorResult, DateTime, MetaData, Update, event, func, select
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool
from sqlalchemy.types import JSON, TypeDecorator

BUSY_TIMEOUT_MS = 15_000
POOL_SIZE = 10
NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on both engines; SQLite, which has no zones, stores them naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(timezone.utc)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=timezone.utc)


class Base(DeclarativeBase):
    """Every table of the service; Alembic compares against this metadata."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON, list[str]: JSON}  # noqa: RUF012


def async_url(url: str) -> URL:
    """`sqlite:` and `postgresql:` addresses with the asynchronous driver of each."""
    parsed = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    return parsed.set(drivername=drivers.get(parsed.drivername, parsed.drivername))


def _prepare_sqlite(engine: AsyncEngine, foreign_keys: bool = True) -> None:
    """WAL, and transactions that take the write lock when they begin: an upgrade in the middle could fail as busy."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        keys = f"foreign_keys={'ON' if foreign_keys else 'OFF'}"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", keys, f"busy_timeout={BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def rows_changed(session: AsyncSession, statement: Update) -> int:
    """Run an UPDATE and say how many rows its condition met: the answer of a compare-and-set."""
    result = await session.execute(statement, execution_options={"synchronize_session": False})
    return result.rowcount if isinstance(result, CursorResult) else 0


async def one_at_a_time(session: AsyncSession, key: int) -> None:
    """Until the transaction ends, no other instance passes here with the same key. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(key)))


class Database:
    """Hands out `read()` and `write()` sessions; a write session is one transaction, committed on leaving."""

    def __init__(self, url: str) -> None:
        self._url = parsed = async_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {} if self.is_sqlite else {"pool_size": POOL_SIZE, "pool_pre_ping": True}
        self.engine = create_async_engine(parsed, **options)
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self._writing = self.engine.execution_options(writes=True)
        self._read = async_sessionmaker(self.engine, expire_on_commit=False)
        self._write = async_sessionmaker(self._writing, expire_on_commit=False)
        self._one_writer = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with self._read() as session:
            yield session

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """SQLite has one writer: queue here, in order, rather than in its busy handler."""
        guard = self._one_writer if self.is_sqlite else contextlib.nullcontext()
        async with guard, self._write() as session, session.begin():
            yield session

    @contextlib.asynccontextmanager
    async def migrating(self) -> AsyncIterator[AsyncConnection]:
        """One transaction for a change of schema. SQLite rebuilds tables, which foreign keys would forbid."""
        engine = create_async_engine(self._url, poolclass=NullPool)
        if self.is_sqlite:
            _prepare_sqlite(engine, foreign_keys=False)
        async with engine.execution_options(writes=True).begin() as connection:
            yield connection
        await engine.dispose()

    async def close(self) -> None:
        await self.engine.dispose()
