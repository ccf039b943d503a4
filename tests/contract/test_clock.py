"""The world clock is one for all processes that share its file."""

from datetime import datetime, timezone
from pathlib import Path

from contracts.clock import WorldClock, isoformat


def test_that_every_reader_sees_the_world_move(tmp_path: Path) -> None:
    one, other = WorldClock(tmp_path / "clock.json"), WorldClock(tmp_path / "clock.json")
    before = other.now()
    one.advance(3600)
    assert (other.now() - before).total_seconds() >= 3600
    assert other.offset_seconds == 3600


def test_that_a_world_that_never_moved_is_now(tmp_path: Path) -> None:
    clock = WorldClock(tmp_path / "nothing.json")
    assert abs((clock.now() - datetime.now(timezone.utc)).total_seconds()) < 1


def test_that_times_are_written_as_the_cloud_writes_them() -> None:
    assert isoformat(datetime(2026, 11, 22, 4, 5, 6, 789, tzinfo=timezone.utc)) == "2026-11-22T04:05:06Z"
