"""Metrics as a pure function of resource, time and what is in force: nothing is sampled, any window can be read.

A `Scope` says which metrics a kind of resource has and what they look like on a quiet day; rows of
`metric_effect` say what a state or a scenario makes of them between two times.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from cloudsim.store.collection import Kind
from cloudsim.store.database import Database
from cloudsim.world.chance import unit
from cloudsim.world.moments import parse

if TYPE_CHECKING:
    from cloudsim.store.collection import Document

Mode = Literal["gap", "set", "scale", "ramp"]
ALL_METRICS = "*"
# Owner of the gaps that come with a state (a stopped instance has no data).
STATE_OWNER = "state"
DAY_SECONDS = 86_400
SAMPLE_SECONDS = 60
# The working day peaks at 14:00 in China (06:00 UTC).
PEAK_SECONDS = 6 * 3600
WOBBLE = 0.02
TABLE = (
    "CREATE TABLE IF NOT EXISTS metric_effect (seq INTEGER PRIMARY KEY, resource TEXT NOT NULL, metric TEXT NOT NULL, "
    "start REAL NOT NULL, end REAL, mode TEXT NOT NULL, value REAL NOT NULL, goal REAL NOT NULL, owner TEXT NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A quiet day: the level lies in [low, high] by resource; `swing` is the share that follows the day."""

    low: float
    high: float
    swing: float = 0.4
    noise: float = 0.15
    ceiling: float | None = None
    floor: float = 0.0
    whole: bool = False


@dataclass(frozen=True)
class Scope:
    """A monitoring scope such as BCE_BCC: its dimension, its documents and its metrics."""

    name: str
    dimension: str
    kind: Kind
    shapes: dict[str, Shape]
    # Two documented names for one curve: alias -> name.
    aliases: dict[str, str]


SCOPES: dict[str, Scope] = {}


def declare_scope(
    name: str, dimension: str, kind: Kind, shapes: dict[str, Shape], aliases: dict[str, str] | None = None
) -> Scope:
    """Make a scope known to the monitoring service."""
    SCOPES[name] = Scope(name, dimension, kind, shapes, aliases or {})
    return SCOPES[name]


@dataclass(frozen=True, slots=True)
class Effect:
    """What holds between `start` and `end` (Unix seconds of world time; `end` None: still in force)."""

    metric: str
    start: float
    end: float | None
    mode: Mode
    value: float
    goal: float

    def covers(self, metric: str, moment: float) -> bool:
        """Whether this effect shapes the metric at that moment."""
        in_time = self.start <= moment and (self.end is None or moment < self.end)
        return in_time and self.metric in (ALL_METRICS, metric)

    def level(self, moment: float, quiet: float) -> float:
        """The level it makes of the quiet one."""
        if self.mode == "scale":
            return quiet * self.value
        if self.mode == "ramp" and self.end is not None:
            share = min(1.0, (moment - self.start) / max(1.0, self.end - self.start))
            return self.value + (self.goal - self.value) * share
        return self.value


class Metrics:
    """Reads curves and keeps the effects."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.define(TABLE)
        database.define("CREATE INDEX IF NOT EXISTS metric_effect_resource ON metric_effect (resource, start)")
        database.define("CREATE INDEX IF NOT EXISTS metric_effect_owner ON metric_effect (owner)")

    def begin(
        self,
        resource: str,
        metric: str,
        start: datetime,
        owner: str,
        mode: Mode,
        value: float = 0.0,
        until: datetime | None = None,
        goal: float = 0.0,
    ) -> None:
        """Put an effect in force; `owner` (a scenario or a state) ends it. The newest effect wins."""
        self._database.write(
            "INSERT INTO metric_effect (resource, metric, start, end, mode, value, goal, owner) "
            "VALUES (?,?,?,?,?,?,?,?)",
            (resource, metric, start.timestamp(), until.timestamp() if until else None, mode, value, goal, owner),
        )

    def end(self, resource: str, owner: str, at: datetime) -> None:
        """End the owner's effects on a resource: what was measured before stays as it was."""
        self._database.write(
            "UPDATE metric_effect SET end=? WHERE resource=? AND owner=? AND (end IS NULL OR end > ?)",
            (at.timestamp(), resource, owner, at.timestamp()),
        )

    def end_owner(self, owner: str, at: datetime) -> None:
        """End the owner's effects wherever they are."""
        self._database.write(
            "UPDATE metric_effect SET end=? WHERE owner=? AND (end IS NULL OR end > ?)",
            (at.timestamp(), owner, at.timestamp()),
        )

    def forget(self, owner: str, resource: str | None = None, since: datetime | None = None) -> None:
        """Remove the owner's effects and what they showed; only on a resource, only those begun since, when given."""
        self._database.write(
            "DELETE FROM metric_effect WHERE owner=? AND (? IS NULL OR resource=?) AND start>=?",
            (owner, resource, resource, int(since.timestamp()) if since else 0),
        )

    def effects(self, resource: str, start: float, end: float) -> list[Effect]:
        """The effects that touch a window, newest first."""
        rows = self._database.read(
            "SELECT metric, start, end, mode, value, goal FROM metric_effect "
            "WHERE resource=? AND start<=? AND (end IS NULL OR end>?) ORDER BY seq DESC",
            (resource, end, start),
        )
        return [Effect(*row) for row in rows]

    def curve(
        self, scope: Scope, document: Document, metric: str, moments: Iterable[float]
    ) -> list[tuple[float, float]]:
        """(moment, value) for every moment that has a value: a gap has none, nor the time before creation."""
        name = scope.aliases.get(metric, metric)
        shape = scope.shapes[name]
        wanted = list(moments)
        if not wanted:
            return []
        born = parse(document["createTime"]).timestamp() if document.get("createTime") else 0.0
        effects = self.effects(document["id"], wanted[0], wanted[-1])
        points = []
        for moment in wanted:
            if moment < born:
                continue
            found = next((effect for effect in effects if effect.covers(name, moment)), None)
            if found is not None and found.mode == "gap":
                continue
            quiet = quiet_level(document["id"], name, shape, moment)
            value = quiet if found is None else _wobbled(found.level(moment, quiet), document["id"], moment)
            points.append((moment, _bounded(value, shape)))
        return points


def quiet_level(resource: str, metric: str, shape: Shape, moment: float) -> float:
    """The value of a healthy resource at a moment."""
    key = f"{resource}|{metric}"
    level = shape.low + (shape.high - shape.low) * unit(key)
    day = math.cos(2 * math.pi * ((moment - PEAK_SECONDS) % DAY_SECONDS) / DAY_SECONDS)
    chance = unit(f"{key}|{int(moment // SAMPLE_SECONDS)}") * 2 - 1
    return level * (1 + shape.swing * day + shape.noise * chance)


def _wobbled(value: float, resource: str, moment: float) -> float:
    return value * (1 + WOBBLE * (unit(f"{resource}|wobble|{int(moment // SAMPLE_SECONDS)}") * 2 - 1))


def _bounded(value: float, shape: Shape) -> float:
    bounded = max(shape.floor, value if shape.ceiling is None else min(shape.ceiling, value))
    return float(round(bounded)) if shape.whole else round(bounded, 2)
