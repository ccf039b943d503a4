"""Points in time that stand together: a clock and its day are one point, two points joined by "to" one window."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from bot.nlu.entities.model import Entity, before

_BETWEEN = re.compile(r" ?(?:到|至|-|~|–|—|and|to|until|till) ?(?:at )?", re.I)
# "15:32 today", "tonight between 1 and 3 am": a clock and its day, in either order, are one point.
_BESIDE = re.compile(
    r",? (?:on |of |at |in the |from |between |around |about |after |before |by |until |till )*|的", re.I
)
_FINE_FIRST = ("minute", "hour", "part", "day")
# "Move it from Monday to Friday" names two points and no window.
_MOVED_FROM = re.compile(
    r"\b(?:reschedul|mov|postpon|shift|chang|push|delay|brought|bring)\w*\b[^,.;]*\bfrom (?:the )?$", re.I
)


def with_windows(text: str, points: list[Entity]) -> list[Entity]:
    """Two points joined by "to" become one window; the second takes its day and half of the day from the first."""
    joined: list[Entity] = []
    for point in points:
        last = joined[-1] if joined else None
        if last is not None and _is_within(text, last, point):
            joined[-1] = replace(last, end=point.end)
        elif last is not None and _is_clock_of(text, last, point):
            joined[-1] = _on_its_day(last, point)
        elif last is not None and _is_window(text, last, point):
            joined[-1] = _window(last, point)
        else:
            joined.append(point)
    return joined


def _is_within(text: str, first: Entity, second: Entity) -> bool:
    """ "2026年第三季度", "the third quarter of 2026": a stretch and its year."""
    grains = [first.details["grain"], second.details["grain"]]
    return (
        "year" in grains
        and bool({"quarter", "month", "day"} & set(grains))
        and bool(re.fullmatch(r" ?(?:of )?", text[first.end : second.start]))
    )


def _is_clock_of(text: str, first: Entity, second: Entity) -> bool:
    grains = {first.details["grain"], second.details["grain"]}
    whole = grains & {"hour", "minute"} and grains & {"day", "part"}
    return bool(whole or grains == {"day", "part"}) and _BESIDE.fullmatch(text[first.end : second.start]) is not None


def _on_its_day(first: Entity, second: Entity) -> Entity:
    clock, day = sorted((first, second), key=lambda point: _FINE_FIRST.index(point.details["grain"]))
    date, moment = datetime.fromisoformat(str(day.value)), datetime.fromisoformat(str(clock.value))
    shift = timedelta(days=(date.date() - moment.date()).days)
    if day.details["grain"] == "part" and date.hour >= 12 and 5 <= moment.hour < 12:
        shift += timedelta(hours=12)
    details = dict(clock.details)
    if "until" in details:
        details["until"] = (datetime.fromisoformat(details["until"]) + shift).isoformat()
    return Entity(
        "time", (moment + shift).isoformat(), first.start, second.end, details, max(first.weight, second.weight)
    )


def _is_window(text: str, first: Entity, second: Entity) -> bool:
    between = text[first.end : second.start]
    if not _BETWEEN.fullmatch(between) or _MOVED_FROM.search(before(text, first.start)):
        return False
    return (
        "and" not in between or re.search(r"\bbetween (?:the )?[\d:. apm]*$", before(text, first.end), re.I) is not None
    )


def _window(first: Entity, second: Entity) -> Entity:
    start, end = datetime.fromisoformat(str(first.value)), datetime.fromisoformat(str(second.value))
    if second.details["grain"] != "day":
        end = end.replace(year=start.year, month=start.month, day=start.day)
    if end.hour == 12 and start.hour >= 18:
        end -= timedelta(hours=12)
    half = end + timedelta(hours=12)
    if end < start and end.hour < 12 <= start.hour and half >= start:
        end = half
    elif end < start:
        end += timedelta(days=-(-(start - end) // timedelta(days=1)))
    return Entity(
        "time", first.value, first.start, second.end, {**first.details, "until": end.isoformat()}, first.weight + 1
    )
