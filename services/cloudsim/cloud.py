"""One simulated cloud: its world, services, request log and faults, put together."""

from __future__ import annotations

import random
from pathlib import Path

from cloudsim.catalog import SERVICES
from cloudsim.faults.injection import FaultInjector
from cloudsim.faults.scenarios import SCENARIOS, read_book
from cloudsim.operations import kinds as operations_kinds
from cloudsim.operations.seed import plant_hosts
from cloudsim.protocol import idempotency
from cloudsim.protocol.request_log import RequestLog
from cloudsim.store.database import Database
from cloudsim.world.accounts import plant_accounts
from cloudsim.world.guests import OVERLAYS
from cloudsim.world.seeding import plant, read_seed
from cloudsim.world.world import Clock, Pace, World

FIRST = (plant_accounts, plant_hosts)


class Cloud:
    """Opens the database, plants the seed when it is empty, and holds what the ports need."""

    def __init__(self, database: Path | str, seed_file: Path, clock: Clock, pace: Pace | None = None) -> None:
        self.seed_file = seed_file
        self._database_path = database
        self._clock = clock
        self._pace = pace or Pace()
        self.services = SERVICES
        self.seed_document = read_seed(seed_file)
        self.database = Database(database)
        self.world = World(self.database, clock, self.seed_document["name"], self._pace)
        self.world.catalogue = self.seed_document
        self.world.book = read_book(seed_file.parent / "scenarios")
        self.request_log = RequestLog(self.database)
        self.injector = FaultInjector(random.Random(self.seed_document["name"]).random)
        self._define()
        if not self._planted():
            self._plant()

    def _define(self) -> None:
        self.database.define(idempotency.TABLE)
        self.database.define("CREATE TABLE IF NOT EXISTS planted (seed TEXT PRIMARY KEY)")
        self.world.define((SCENARIOS, OVERLAYS))
        self.world.define((operations_kinds.HOSTS, operations_kinds.INCIDENTS, operations_kinds.MAINTENANCE))
        for service in self.services.values():
            self.world.define(service.kinds)

    def _planted(self) -> bool:
        return self.database.read_one("SELECT seed FROM planted") is not None

    def _plant(self) -> None:
        with self.database.bulk_load():
            plant(self.world, self.seed_document, FIRST, self.services.values())
            self.database.write("INSERT OR REPLACE INTO planted VALUES (?)", (self.seed_document["name"],))

    def reset(self) -> None:
        """Throw everything away and plant the seed again; the clock keeps its offset."""
        self.injector.rules.clear()
        self.request_log.clear()
        tables = self.database.read("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")
        with self.world.change():
            for (name,) in tables:
                self.database.write(f"DELETE FROM {name}")
        self.world.agenda.forget_cached()
        self.world.identity.forget_cached()
        self._plant()

    def close(self) -> None:
        """Write what is still in memory and close the file."""
        self.request_log.flush()
        self.database.close()
