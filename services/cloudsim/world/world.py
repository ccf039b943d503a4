"""The simulated world: everything a handler may reach, passed to it in its call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from cloudsim.store.collection import Collection, Kind
from cloudsim.store.database import Database
from cloudsim.world.agenda import Agenda
from cloudsim.world.identity import Identity
from cloudsim.world.ids import Ids
from cloudsim.world.metrics import Metrics

if TYPE_CHECKING:
    from cloudsim.faults.scenarios import ScenarioSpec


class Clock(Protocol):
    """World time: wall time plus one offset that every process shares (`contracts.clock.WorldClock`)."""

    def now(self) -> datetime:
        """World time, UTC."""
        ...

    @property
    def offset_seconds(self) -> float:
        """World time minus wall time."""
        ...

    def advance(self, seconds: float) -> float:
        """Move world time forward for every process; returns the new offset."""
        ...


@dataclass(frozen=True)
class Pace:
    """How many world seconds things take."""

    power: float = 4.0
    volume: float = 3.0
    snapshot: float = 20.0
    resize: float = 8.0
    rebuild: float = 12.0
    repair_start: float = 5.0
    repair: float = 20.0
    binding: float = 2.0
    cdn_task: float = 300.0


@dataclass
class World:
    """Documents, clock, ids, agenda and identities of one simulated cloud."""

    database: Database
    clock: Clock
    seed: str = "demo"
    pace: Pace = field(default_factory=Pace)
    wall: Callable[[], float] = time.time
    console_url: str = "http://127.0.0.1:8600"
    catalogue: dict[str, Any] = field(default_factory=dict)
    book: dict[str, ScenarioSpec] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = Ids(self.database, self.seed)
        self.agenda = Agenda(self.database)
        self.identity = Identity(self.database)
        self.metrics = Metrics(self.database)
        self._collections: dict[str, Collection] = {}

    def define(self, kinds: Iterable[Kind]) -> None:
        """Create the tables of these kinds."""
        for kind in kinds:
            self.collection(kind).define()

    def collection(self, kind: Kind) -> Collection:
        """The documents of one kind."""
        found = self._collections.get(kind.name)
        if found is None:
            found = self._collections[kind.name] = Collection(self.database, kind)
        return found

    def now(self) -> datetime:
        """World time, UTC."""
        return self.clock.now()

    def catch_up(self) -> datetime:
        """Let everything due happen and return world time."""
        now = self.clock.now()
        if self.agenda.due(now):
            with self.change():
                self.agenda.run(self, now)
        return now

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction: kept at the end, forgotten with its caches when the block raises."""
        try:
            yield
        except BaseException:
            self.database.rollback()
            self.agenda.forget_cached()
            self.identity.forget_cached()
            raise
        self.database.commit()
