"""Times as the protocol writes them: ISO 8601, UTC, whole seconds."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta


def iso(moment: datetime) -> str:
    """`2026-11-22T00:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """Read what `iso` writes (offsets and fractions are accepted); raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def later(moment: datetime, seconds: float) -> datetime:
    """`moment` plus seconds."""
    return moment + timedelta(seconds=seconds)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day some months on, or the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
