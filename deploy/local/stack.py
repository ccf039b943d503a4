"""Starts and stops all processes of one machine: `stack.py run|serve|stop`. Runs in the services environment."""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

sys.path.insert(0, str(Path(__file__).parent))
from settings import ROOT, Settings, SettingsError, check_ports, load

READY_TIMEOUT_SECONDS = 180
STOP_TIMEOUT_SECONDS = 20


def commands(demo: bool) -> dict[str, str]:
    """The shell command of every process; production brings its own cloud."""
    processes: dict[str, str] = dict(parse_procfile((ROOT / "Procfile").read_text()).processes)
    if not demo:
        processes.pop("cloud")
    return processes


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _announce(settings: Settings, started: float) -> None:
    while time.monotonic() - started < READY_TIMEOUT_SECONDS:
        if is_ready(settings.url):
            lines = [
                f"Ready after {time.monotonic() - started:.0f} s.",
                f"  Chat   {settings.url}/",
                f"  Desk   {settings.url}/desk/",
                f"  API    {settings.url}/openapi.json",
            ]
            if settings.demo:
                lines.append("  Demo mode: loopback only; demo customers and agents are listed on the pages.")
            print("\n" + "\n".join(lines) + "\n  Stop with Ctrl-C or: make stop\n", flush=True)
            return
        time.sleep(0.5)
    print(f"\n✗ Not ready after {READY_TIMEOUT_SECONDS} s: see the log above.\n", file=sys.stderr, flush=True)


def run(settings: Settings) -> int:
    """Run every process in the foreground with prefixed logs, until one ends or a signal comes."""
    pid_file = settings.var / "stack.pid"
    if _alive(pid_file):
        print(f"Already running: {settings.url}/   (stop it with: make stop)")
        return 0
    check_ports(settings)
    pid_file.write_text(str(os.getpid()))
    manager = Manager(Printer(sys.stdout))
    for name, command in commands(settings.demo).items():
        manager.add_process(name, command, env=dict(settings.environment), cwd=str(ROOT))
    threading.Thread(target=_announce, args=(settings, time.monotonic()), daemon=True).start()
    try:
        manager.loop()
    finally:
        pid_file.unlink(missing_ok=True)
    return int(manager.returncode or 0)


def _alive(pid_file: Path) -> int | None:
    """The process id in the file if that process still runs this program."""
    try:
        pid = int(pid_file.read_text())
        command = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout
    except (FileNotFoundError, ValueError):
        return None
    return pid if "stack.py" in command else None


def stop(settings: Settings) -> int:
    """Stop a running stack and wait until it is gone."""
    pid = _alive(settings.var / "stack.pid")
    if pid is None:
        print("Nothing is running.")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while _alive(settings.var / "stack.pid"):
        if time.monotonic() > deadline:
            print(f"✗ Process {pid} did not stop within {STOP_TIMEOUT_SECONDS} s.", file=sys.stderr)
            return 1
        time.sleep(0.1)
    print("Stopped.")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("run", "serve", "stop"), help="run = demo mode, serve = production")
    command = parser.parse_args().command
    try:
        if command == "stop":
            return stop(load(demo=True))
        return run(load(demo=command == "run"))
    except SettingsError as error:
        print(f"\n✗ {error}\n", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
