"""First-response targets: plan x severity -> seconds, counted in the hours of the plan (data/desk/sla.yml)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """When a clock runs, local time; `None` for round the clock."""

    opens: time
    closes: time


@dataclass(frozen=True)
class Rung:
    """One level of a ladder: whom to ring after `after_seconds` of counted time."""

    level: int
    after_seconds: float
    ring: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """What is promised for one plan and severity."""

    seconds: float
    hours: Hours | None
    ladder: tuple[Rung, ...]


class Targets:
    """The promises of data/desk/sla.yml; plans it does not know are treated as `basic`."""

    def __init__(self, file: Path) -> None:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.zone = ZoneInfo(data["timezone"])
        self._targets = {
            (plan, severity): self._read(spec, data["ladders"])
            for plan, severities in data["targets"].items()
            for severity, spec in severities.items()
        }

    @staticmethod
    def _read(spec: dict[str, object], ladders: dict[str, list[dict[str, object]]]) -> Target:
        seconds = float(str(spec["seconds"]))
        hours = None
        if spec.get("hours"):
            opens, closes = str(spec["hours"]).split("-")
            hours = Hours(time.fromisoformat(opens), time.fromisoformat(closes))
        rungs = []
        for level, rung in enumerate(ladders[str(spec["ladder"])]):
            people = rung["ring"]
            assert isinstance(people, list)
            rungs.append(Rung(level, float(str(rung["at"])) * seconds, tuple(people)))
        return Target(seconds, hours, tuple(rungs))

    def of(self, plan: str, severity: str) -> Target:
        return self._targets.get((plan, severity)) or self._targets[("basic", severity)]

    def due(self, start: datetime, seconds: float, hours: Hours | None) -> datetime:
        """The moment (UTC) at which `seconds` of the clock's hours have passed since `start`."""
        if hours is None:
            return start + timedelta(seconds=seconds)
        left, moment = timedelta(seconds=seconds), start.astimezone(self.zone)
        while True:
            opens = moment.replace(hour=hours.opens.hour, minute=hours.opens.minute, second=0, microsecond=0)
            closes = moment.replace(hour=hours.closes.hour, minute=hours.closes.minute, second=0, microsecond=0)
            begin = max(moment, opens)
            if begin < closes:
                if left <= closes - begin:
                    return (begin + left).astimezone(timezone.utc)
                left -= closes - begin
            moment = (opens + DAY).replace(hour=0, minute=0)

    def is_open(self, moment: datetime, hours: Hours | None) -> bool:
        if hours is None:
            return True
        return hours.opens <= moment.astimezone(self.zone).time() < hours.closes

    def local_time(self, moment: datetime, now: datetime) -> str:
        """A promised moment as people read it: the time, with the date when it is not today's."""
        local = moment.astimezone(self.zone)
        same_day = local.date() == now.astimezone(self.zone).date()
        return local.strftime("%H:%M:%S" if same_day else "%Y-%m-%d %H:%M")
