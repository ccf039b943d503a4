"""Runs every check, in lanes side by side where that helps, and closes with one line of counts.

`run.py` is what `make test` runs; `run.py --deep` adds soaks, fuzzing, races and benchmarks; `run.py --only NAME`
runs single steps (names: run.py --list).
"""

import argparse
import os
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

from contracts.processor import blas_kernel

ROOT = Path(__file__).parents[1]
OUT = ROOT / "var" / "test"
PY310, PY312 = ".venv/bin/python", "services/.venv/bin/python"


@dataclass(frozen=True)
class Step:
    """One command. Steps of a lane run one after the other; `stack` steps share one running stack."""

    name: str
    command: list[str]
    lane: str
    pytest: bool = False
    deep: bool = False


def _pytest(name: str, python: str, lane: str, *arguments: str, deep: bool = False) -> Step:
    report = f"--junitxml={OUT / (name + '.xml')}"
    return Step(name, [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", report, *arguments], lane, True, deep)


STEPS = [
    Step("train", [PY310, "deploy/local/train.py"], "assistant"),
    _pytest("assistant", PY310, "assistant", "tests/bot", "tests/actions", "tests/nlu"),
    Step("lint", [PY312, "-m", "ruff", "check", "."], "services"),
    Step("format", [PY312, "-m", "ruff", "format", "--check", "."], "services"),
    Step("types-services", [PY312, "-m", "mypy", "--config-file", "services/mypy.ini"], "services"),
    Step("types-assistant", [PY310, "-m", "mypy", "--config-file", "mypy.ini"], "services"),
    Step("data", [PY310, "-m", "rasa", "data", "validate"], "services"),
    _pytest("contract", PY312, "services", "tests/contract", "tests/convtest", "tests/deploy"),
    _pytest("support", PY312, "services", "tests/support"),
    _pytest("cloudsim", PY312, "services", "tests/cloudsim"),
    Step("web", ["npm", "--prefix", "web", "run", "--silent", "check"], "services"),
    _pytest("conversations", PY312, "stack", "-p", "convtest.plugin", "tests/conversations", "--conv-coverage"),
    _pytest("browser", PY312, "stack", "tests/browser"),
    _pytest("faults", PY312, "last", "tests/faults"),
    Step("deep-turns", [PY312, "tests/load/turns.py"], "deep", deep=True),
    Step("deep-delivery", [PY312, "tests/load/delivery.py"], "deep", deep=True),
    Step("deep-cloudsim", [PY312, "tests/load/cloudsim_deep.py"], "deep", deep=True),
    Step("deep-nlu", [PY310, "tests/load/nlu_speed.py"], "deep", deep=True),
]


@dataclass
class Outcome:
    """How the steps ended so far; lanes write to it from their threads."""

    failed: list[str] = field(default_factory=list)
    ended: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def _run(step: Step, outcome: Outcome, environment: dict[str, str]) -> None:
    begun = time.monotonic()
    log = OUT / f"{step.name}.log"
    command = list(step.command)
    if "STACK_URL" in environment and "convtest.plugin" in command:
        command += ["--conv-url", environment["STACK_URL"], "--conv-control", environment["STACK_CONTROL_URL"]]
    with log.open("w") as file:
        code = subprocess.run(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT).returncode
    seconds = time.monotonic() - begun
    with outcome.lock:
        outcome.ended[step.name] = seconds
        print(f"{'✓' if code == 0 else '✗'} {step.name:<18} {seconds:6.1f} s", flush=True)
        if code != 0:
            outcome.failed.append(step.name)
            print("\n".join(log.read_text(errors="replace").splitlines()[-60:]), flush=True)


def _lane(steps: list[Step], outcome: Outcome, environment: dict[str, str]) -> None:
    for step in steps:
        _run(step, outcome, environment)


def _lanes(steps: list[Step], names: tuple[str, ...], outcome: Outcome) -> None:
    lanes = [[step for step in steps if step.lane == name] for name in names]
    threads = [threading.Thread(target=_lane, args=(lane, outcome, dict(os.environ))) for lane in lanes if lane]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _with_stack(steps: list[Step], outcome: Outcome) -> None:
    if not steps:
        return
    sys.path.insert(0, str(ROOT / "tests"))
    from local_stack import running_stack

    try:
        with running_stack() as stack:
            given = {**os.environ, "STACK_URL": stack.url, "STACK_CONTROL_URL": stack.control_url}
            _lane(steps, outcome, given)
            if outcome.failed:
                (OUT / "stack.log").write_text(stack.log_tails(400))
    except RuntimeError as error:
        outcome.failed.append("stack")
        print(f"✗ the stack did not start: {error}", flush=True)


def _count() -> tuple[int, int, int]:
    """(passed, failed, skipped) over every test report of this run."""
    passed = failed = skipped = 0
    for report in OUT.glob("*.xml"):
        for suite in ET.parse(report).getroot().iter("testsuite"):
            total, wrong = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            left = int(suite.get("skipped", 0))
            passed, failed, skipped = passed + total - wrong - left, failed + wrong, skipped + left
    return passed, failed, skipped


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list:
        print("\n".join(step.name for step in STEPS))
        return 0
    OUT.mkdir(parents=True, exist_ok=True)
    for old in (*OUT.glob("*.xml"), *OUT.glob("*.log")):
        old.unlink()
    chosen = [step for step in STEPS if (options.deep or not step.deep) and step.name in (options.only or [step.name])]
    os.environ |= {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        **blas_kernel(),
    }
    begun, outcome = time.monotonic(), Outcome()
    _lanes(chosen, ("assistant", "services"), outcome)
    _with_stack([step for step in chosen if step.lane == "stack"], outcome)
    _lanes(chosen, ("last",), outcome)
    _lanes(chosen, ("deep",), outcome)
    passed, failed, skipped = _count()
    other = [name for name in outcome.failed if not (OUT / f"{name}.xml").exists()]
    print(f"\n{time.monotonic() - begun:.0f} s; steps that failed: {', '.join(outcome.failed) or 'none'}")
    print(f"{passed} passed, {failed + len(other)} failed, {skipped} skipped")
    return 1 if outcome.failed or not (passed or all(not step.pytest for step in chosen)) else 0


if __name__ == "__main__":
    sys.exit(main())
