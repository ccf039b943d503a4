"""A whole stack of its own for tests: free ports, its own folder, each process with a log, each can be killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from free_ports import free_stretch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "deploy" / "local"))

from settings import CLOUD_SERVICES, DEFAULT_PORTS, Settings, load  # noqa: E402
from stack import commands, is_ready  # noqa: E402

READY_SECONDS = 180
STOP_SECONDS = 15


def _free_ports() -> dict[str, str]:
    """One stretch of free ports for a whole stack, as environment variables."""
    first = free_stretch(len(DEFAULT_PORTS) + CLOUD_SERVICES)
    return {name: str(first + index) for index, name in enumerate(DEFAULT_PORTS)}


class LocalStack:
    """The processes of the Procfile. `url` is support, `control_url` the simulated cloud's control port."""

    def __init__(self, folder: Path, extra: dict[str, str] | None = None) -> None:
        self.folder = folder
        given = {**os.environ, **_free_ports(), "VAR_DIR": str(folder), **(extra or {})}
        for name in (
            "ASSISTANT_URL",
            "ACTION_ENDPOINT_URL",
            "ACTIONS_URL",
            "SUPPORT_URL",
            "TRACKER_URL",
            "CLOUD_GATEWAY",
            "CLOUD_CONTROL_URL",
        ):
            if name not in (extra or {}):
                given.pop(name, None)
        self.settings: Settings = load(demo=True, given=given)
        self.url, self.control_url = self.settings.url, self.settings.control_url
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start the named processes (all when none is named) without waiting."""
        for name, command in commands(demo=True).items():
            if names and name not in names:
                continue
            log = (self.folder / f"{name}.log").open("ab")
            self._processes[name] = subprocess.Popen(
                command,
                shell=True,
                cwd=ROOT,
                env=dict(self.settings.environment),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            log.close()

    def wait_ready(self) -> None:
        """Wait until every process is ready; raises with the logs' ends when one died or time ran out."""
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready(self.url):
            dead = [name for name, process in self._processes.items() if process.poll() is not None]
            if dead or time.monotonic() > deadline:
                raise RuntimeError(f"not ready; ended: {dead or 'none'}\n{self.log_tails()}")
            time.sleep(0.2)

    def kill(self, name: str, hard: bool = True) -> None:
        """End one process, at once (SIGKILL) or politely, and wait until it is gone."""
        process = self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL if hard else signal.SIGTERM)
        process.wait(STOP_SECONDS)

    def pause(self, name: str) -> None:
        """Freeze a process: it holds its connections and answers nothing."""
        os.killpg(self._processes[name].pid, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        os.killpg(self._processes[name].pid, signal.SIGCONT)

    def stop(self) -> None:
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self._processes.clear()

    def memory_mb(self, name: str) -> float:
        """Resident memory of one process, MB."""
        for line in Path(f"/proc/{self._processes[name].pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"{name} is not running")

    def log_tails(self, lines: int = 25) -> str:
        tails = []
        for log in sorted(self.folder.glob("*.log")):
            tails.append(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-lines:]))
        return "\n".join(tails)


@contextlib.contextmanager
def running_stack(extra: dict[str, str] | None = None) -> Iterator[LocalStack]:
    """A stack that is ready; its folder goes with it unless KEEP_STACK is set."""
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    stack = LocalStack(folder, extra)
    try:
        stack.start()
        stack.wait_ready()
        yield stack
    finally:
        stack.stop()
        if not os.environ.get("KEEP_STACK"):
            shutil.rmtree(folder, ignore_errors=True)
