"""Every bar of the simulated cloud that needs minutes: size, speed, moto, fuzz. Writes docs/reports/cloudsim.md.

    python tests/load/cloudsim_deep.py [--worlds FOLDER]
    python tests/load/cloudsim_deep.py --report FILE [--sizes SMALL LARGE] [--requests N] [--seconds S]

One run from nothing to the page. `--worlds` keeps the built worlds for the next run; building the large one takes
minutes. A trial with other sizes has to name its own `--report`. Exits with 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = REPOSITORY / "tests/load"
REPORT = REPOSITORY / "docs/reports/cloudsim.md"
SMALL, LARGE = 10_000, 1_000_000
REQUESTS, SECONDS = 100_000, 8.0
START_SECONDS, P95_MS, REQUESTS_PER_SECOND, MEMORY_MIB, GROWTH = 15.0, 10.0, 500.0, 1024.0, 1.3


@dataclass(frozen=True)
class Bar:
    """One line of the verdict."""

    name: str
    wanted: str
    measured: str
    held: bool


def run(script: str, *arguments: str) -> tuple[int, str]:
    """Run a script of this folder; returns exit status and output."""
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "services"), str(HERE)])
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments],
        env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def world(folder: Path, instances: int) -> Path:
    """The folder of a world, built when it is not there."""
    place = folder / str(instances)
    if not (place / "built").exists():
        status, output = run("cloudsim_world.py", str(place), str(instances))
        if status:
            raise RuntimeError(output)
        (place / "built").write_text(output, encoding="utf-8")
    return place


def figures(script: str, *arguments: str) -> Any:
    """The JSON a script prints."""
    status, output = run(script, *arguments)
    if status and not output:
        raise RuntimeError(f"{script} failed")
    return json.loads(output)


@dataclass(frozen=True)
class Figures:
    """What the scripts of this folder measured, and the instances of the two worlds."""

    sizes: tuple[int, int]
    small: Any
    large: Any
    growth: Any
    moto: Any
    fuzz: Any
    minutes: dict[str, float]


def judged(found: Figures) -> Iterator[Bar]:
    """The bars and whether they hold."""
    large, (few, many) = found.large, found.sizes
    yield Bar(f"start on {many:,} instances", "≤ 15 s", f"{large['start s']} s", large["start s"] <= START_SECONDS)
    for kind in ("list", "detail", "search"):
        value = large[f"{kind} p95 ms at 100/s"]
        yield Bar(f"{kind}, p95 at 100 arrivals a second", "≤ 10 ms", f"{value} ms", value <= P95_MS)
    rate = large["mixed requests/s, 50 in flight"]
    yield Bar("list and detail, 50 in flight", "≥ 500 requests/s", f"{rate}", rate >= REQUESTS_PER_SECOND)
    yield Bar("memory", "≤ 1 GiB", f"{large['memory MiB']} MiB", large["memory MiB"] <= MEMORY_MIB)
    for kind, cost in found.growth.items():
        yield Bar(f"cost of {kind}, {many:,} to {few:,}", "≤ 1.3", f"{cost['ratio']}", cost["ratio"] <= GROWTH)
    for kind, both in found.moto.items():
        ours, theirs = both["cloudsim requests/s at 50"], both["moto requests/s at 50"]
        yield Bar(f"{kind} beside moto", "ahead", f"{ours} to {theirs} requests/s", ours > theirs)
    fuzz = found.fuzz
    measured = f"{fuzz['broken']} broken, slowest {fuzz['slowest answer ms']} ms"
    clean = not fuzz["broken"] and not fuzz["traceback"]
    yield Bar(f"{fuzz['requests']:,} fuzzed requests", "no 500, hang or traceback", measured, clean)


def report(bars: list[Bar], found: Figures) -> str:
    """The page."""
    when, total = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), sum(found.minutes.values())
    parts = ", ".join(f"{name} {minutes:.1f}" for name, minutes in found.minutes.items())
    few, many = found.sizes
    rest = {"growth": found.growth, "moto": found.moto, "fuzz": found.fuzz}
    lines = [
        "# The simulated cloud: figures",
        "",
        f"Written by `tests/load/cloudsim_deep.py` on {when}, in one run of {total:.1f} minutes ({parts});",
        f"{os.cpu_count()} processors, generator and server on the same machine. Latency is the median of the quietest",
        "rounds; the share of the processors that others used in them stands beside it. The growth between the worlds,",
        "asked in turns in one process, hardly depends on what others do.",
        "",
        "| bar | wanted | measured | held |",
        "|---|---|---|---|",
        *(f"| {bar.name} | {bar.wanted} | {bar.measured} | {'yes' if bar.held else 'NO'} |" for bar in bars),
        "",
        f"| | {few:,} instances | {many:,} instances |",
        "|---|---|---|",
        *(f"| {name} | {found.small[name]} | {found.large[name]} |" for name in found.large),
        "",
        *(f"{name}: `{json.dumps(value, ensure_ascii=False)}`\n" for name, value in rest.items()),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


@contextmanager
def timed(minutes: dict[str, float], name: str) -> Iterator[None]:
    """Note how long a part took, and say that it is through."""
    started = time.perf_counter()
    yield
    minutes[name] = (time.perf_counter() - started) / 60
    print(f"{name}: {minutes[name]:.1f} minutes", flush=True)


def measured(folder: Path, sizes: tuple[int, int], requests: int, seconds: float) -> Figures:
    """Every script, one after the other: side by side they would measure each other."""
    minutes: dict[str, float] = {}
    with timed(minutes, "building"):
        places = [str(world(folder, instances)) for instances in sizes]
    with timed(minutes, "small world"):
        small = figures("cloudsim_bench.py", places[0], str(seconds / 2))
    with timed(minutes, "large world"):
        large = figures("cloudsim_bench.py", places[1], str(seconds))
    with timed(minutes, "growth"):
        growth = figures("cloudsim_growth.py", *places)
    with timed(minutes, "moto"):
        moto = figures("cloudsim_moto.py", places[1], str(seconds / 2))
    with timed(minutes, "fuzzing"):
        fuzz = figures("cloudsim_fuzz.py", str(requests))
    return Figures(sizes, small, large, growth, moto, fuzz, minutes)


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=Path, help="folder that keeps the built worlds; a new one each time if absent")
    parser.add_argument("--report", type=Path, help=f"the page to write; {REPORT.relative_to(REPOSITORY)} if absent")
    parser.add_argument("--sizes", type=int, nargs=2, default=(SMALL, LARGE), help="instances of the two worlds")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="fuzzed requests")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of a round in the large world")
    given = parser.parse_args()
    whole = (tuple(given.sizes), given.requests, given.seconds) == ((SMALL, LARGE), REQUESTS, SECONDS)
    if given.report is None and not whole:
        parser.error("a trial does not overwrite the project's page: give --report FILE")
    return given


def main() -> int:
    """Measure, judge, write."""
    given = options()
    with tempfile.TemporaryDirectory(prefix="cloudsim-deep-") as scratch:
        found = measured(given.worlds or Path(scratch), tuple(given.sizes), given.requests, given.seconds)
    bars = list(judged(found))
    page = given.report or REPORT
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(report(bars, found), encoding="utf-8")
    for bar in bars:
        print(f"{'held  ' if bar.held else 'MISSED'} {bar.name}: {bar.measured} (wanted {bar.wanted})")
    return 0 if all(bar.held for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
