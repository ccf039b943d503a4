"""A real server process for the session, and clients of the official SDK for the demo accounts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from baidubce.auth.bce_credentials import BceCredentials
from baidubce.bce_client_configuration import BceClientConfiguration
from baidubce.retry.retry_policy import NoRetryPolicy

from cloudsim.protocol.hosts import PORT_ORDER

REPOSITORY = Path(__file__).resolve().parents[2]
START_LIMIT_SECONDS = 30.0
SPAN = len(PORT_ORDER)
SDK_AGENTS = ("bce-sdk-python/0.9.79/", "baiducloud-python-sdk/0.0.6/")
# Marks what goes through the SDK's sender, but is put together by a test: no client method made it.
BY_HAND = "signed-by-hand"
LOG_PAGE = 10_000
LAST = "test_sdk_coverage.py"


@dataclass(frozen=True)
class Key:
    """An access key of the seed."""

    access_key: str
    secret_key: str
    account_id: str
    user_id: str


@dataclass(frozen=True)
class RunningCloud:
    """Addresses of a running simulator and the keys of its accounts."""

    main_port: int
    service_base: int
    control: httpx.Client
    operator: httpx.Client
    driven: set[str] = field(default_factory=set)
    """Operations that answered a client method of an official SDK, as far as the request log was read."""

    def endpoint(self, service: str) -> str:
        """The address of a service port."""
        return f"http://127.0.0.1:{self.service_base + PORT_ORDER.index(service)}"

    def key(self, account: str, user: str) -> Key:
        """The key of a user, by the short names of the seed."""
        found = next(one for one in self.control.get("/accounts").json() if one["key"] == account)
        person = next(one for one in found["users"] if one["key"] == user)
        pair = person["keys"][0]
        return Key(pair["access_key"], pair["secret_key"], found["id"], person["id"])

    def configuration(self, service: str, key: Key, token: str | None = None) -> BceClientConfiguration:
        """What the legacy SDK needs to reach a service as this user; no retries, so that a test sees each answer."""
        return BceClientConfiguration(
            credentials=BceCredentials(key.access_key, key.secret_key),
            endpoint=self.endpoint(service),
            security_token=token,
            retry_policy=NoRetryPolicy(),
        )

    def client(self, kind: type[Any], service: str, key: Key, token: str | None = None) -> Any:
        """A legacy SDK client."""
        return kind(self.configuration(service, key, token))

    def advance(self, seconds: float) -> None:
        """Move world time."""
        self.control.post("/clock", json={"advance_seconds": seconds}).raise_for_status()

    def reset(self) -> None:
        """The world as planted; the request log begins anew, so it is read before."""
        self.read_log()
        self.forget()

    def forget(self) -> None:
        """The world as planted, and what was asked since the last reset is not counted as driven."""
        self.control.post("/reset").raise_for_status()

    def read_log(self) -> None:
        """Add to `driven` what the log has."""
        logged = self.control.get("/requests", params={"limit": LOG_PAGE}).json()
        assert len(logged) < LOG_PAGE, "the log is longer than one answer: reset more often"
        self.driven.update(
            f"{one['service']}.{one['operation']}"
            for one in logged
            if (one["client"] or "").startswith(SDK_AGENTS)
            and 200 <= one["status"] < 300
            and one["conversation"] != BY_HAND
        )


def _free_block(size: int) -> int:
    """The first of `size` neighbouring free ports."""
    for base in range(18_620, 18_690 - size):
        sockets = []
        try:
            for port in range(base, base + size):
                one = socket.socket()
                sockets.append(one)
                one.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise RuntimeError("no free block of ports")


def start_cloud(directory: Path, *options: str) -> tuple[subprocess.Popen[bytes], RunningCloud]:
    """Start `python -m cloudsim` on free ports and wait until it answers."""
    base = _free_block(SPAN + 3)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "services")])}
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "cloudsim",
            "--service-ports",
            str(base),
            "--port",
            str(base + SPAN),
            "--control-port",
            str(base + SPAN + 1),
            "--operator-port",
            str(base + SPAN + 2),
            "--database",
            str(directory / "cloud.db"),
            "--clock",
            str(directory / "clock.json"),
            *options,
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=(directory / "stderr.log").open("wb"),
    )
    cloud = RunningCloud(
        base + SPAN,
        base,
        httpx.Client(base_url=f"http://127.0.0.1:{base + SPAN + 1}", timeout=30),
        httpx.Client(base_url=f"http://127.0.0.1:{base + SPAN + 2}", timeout=30),
    )
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            cloud.control.get("/healthz").raise_for_status()
            return process, cloud
        except httpx.HTTPError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError((directory / "stderr.log").read_text()) from None
            time.sleep(0.05)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    """One simulator for the session; a test that changes the world uses `fresh_cloud`."""
    directory = tmp_path_factory.mktemp("cloudsim")
    process, running = start_cloud(directory)
    yield running
    process.terminate()
    process.wait(timeout=10)
    assert "Traceback" not in (directory / "stderr.log").read_text()


@pytest.fixture
def fresh_cloud(cloud: RunningCloud) -> RunningCloud:
    """The session's simulator with the world as planted."""
    cloud.reset()
    return cloud


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What counts over the folder runs last, and only when the whole folder does."""
    last = [item for item in items if item.path.name == LAST]
    folder = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    if not folder <= {item.path.name for item in items}:
        for item in last:
            item.add_marker(pytest.mark.skip(reason="counts over every test of this folder"))
    items[:] = [item for item in items if item.path.name != LAST] + last
