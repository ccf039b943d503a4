"""Every bar of the simulated cloud that needs minutes: size, speed, moto, fuzz. Writes docs/reports/cloudsim.md.

    python tests/load/cloudsim_deep.py [--worlds FOLDER] [--requests N]

`--worlds` keeps the built worlds (FOLDER/small, FOLDER/large) for the next run; building the large one takes minutes.
Exits with 1 when a bar is missed.
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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = REPOSITORY / "tests/load"
REPORT = REPOSITORY / "docs/reports/cloudsim.md"
SMALL, LARGE = 10_000, 1_000_000
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


def world(folder: Path, name: str, instances: int) -> Path:
    """The folder of a world, built when it is not there."""
    place = folder / name
    if not (place / "built").exists():
        started = time.perf_counter()
        status, output = run("cloudsim_world.py", str(place), str(instances))
        if status:
            raise RuntimeError(output)
        (place / "built").write_text(f"{time.perf_counter() - started:.1f}\n", encoding="utf-8")
    return place


def figures(script: str, *arguments: str) -> Any:
    """The JSON a script prints."""
    status, output = run(script, *arguments)
    if status and not output:
        raise RuntimeError(f"{script} failed")
    return json.loads(output)


def judged(large: Any, growth: Any, moto: Any, fuzz: Any) -> Iterator[Bar]:
    """The bars and whether they hold."""
    yield Bar("start on 1,000,000 instances", "≤ 15 s", f"{large['start s']} s", large["start s"] <= START_SECONDS)
    for kind in ("list", "detail", "search"):
        value = large[f"{kind} p95 ms at 100/s"]
        yield Bar(f"{kind}, p95 at 100 arrivals a second", "≤ 10 ms", f"{value} ms", value <= P95_MS)
    rate = large["mixed requests/s, 50 in flight"]
    yield Bar("list and detail, 50 in flight", "≥ 500 requests/s", f"{rate}", rate >= REQUESTS_PER_SECOND)
    yield Bar("memory", "≤ 1 GiB", f"{large['memory MiB']} MiB", large["memory MiB"] <= MEMORY_MIB)
    for kind, cost in growth.items():
        yield Bar(f"cost of {kind}, 1,000,000 to 10,000", "≤ 1.3", f"{cost['ratio']}", cost["ratio"] <= GROWTH)
    for kind, both in moto.items():
        ours, theirs = both["cloudsim requests/s at 50"], both["moto requests/s at 50"]
        yield Bar(f"{kind} beside moto", "ahead", f"{ours} to {theirs} requests/s", ours > theirs)
    broken = fuzz["statuses"].get("500", 0)
    clean = not broken and not fuzz["traceback"]
    measured = f"{broken} × 500, slowest {fuzz['slowest answer ms']} ms"
    yield Bar(f"{fuzz['requests']:,} fuzzed requests", "no 500, hang or traceback", measured, clean)


def report(bars: list[Bar], small: Any, large: Any, rest: dict[str, Any]) -> str:
    """The page."""
    when, load = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), os.getloadavg()
    lines = [
        "# The simulated cloud: figures",
        "",
        f"Written by `tests/load/cloudsim_deep.py` on {when}; {os.cpu_count()} processors, load average {load[0]:.1f}",
        "at the end, generator and server on the same machine. Latency and throughput suffer from whatever else runs;",
        "the growth between the worlds, asked in turns in one process, hardly does.",
        "",
        "| bar | wanted | measured | held |",
        "|---|---|---|---|",
        *(f"| {bar.name} | {bar.wanted} | {bar.measured} | {'yes' if bar.held else 'NO'} |" for bar in bars),
        "",
        "| | 10,000 instances | 1,000,000 instances |",
        "|---|---|---|",
        *(f"| {name} | {small[name]} | {large[name]} |" for name in large),
        "",
        *(f"{name}: `{json.dumps(value, ensure_ascii=False)}`\n" for name, value in rest.items()),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Measure, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=Path, default=None)
    parser.add_argument("--requests", type=int, default=100_000)
    options = parser.parse_args()
    folder = options.worlds or Path(tempfile.mkdtemp(prefix="cloudsim-deep-"))
    places = [world(folder, "small", SMALL), world(folder, "large", LARGE)]
    small, large = (figures("cloudsim_bench.py", str(place)) for place in places)
    growth = figures("cloudsim_growth.py", *(str(place) for place in places))
    moto = figures("cloudsim_moto.py", str(places[1]))
    fuzz = figures("cloudsim_fuzz.py", str(options.requests))
    bars = list(judged(large, growth, moto, fuzz))
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(report(bars, small, large, {"growth": growth, "moto": moto, "fuzz": fuzz}), encoding="utf-8")
    for bar in bars:
        print(f"{'held  ' if bar.held else 'MISSED'} {bar.name}: {bar.measured} (wanted {bar.wanted})")
    return 0 if all(bar.held for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
