"""Measures list and detail reads of a running world: latency at an arrival rate, throughput at a concurrency.

    python tests/load/cloudsim_bench.py FOLDER [SECONDS]

FOLDER holds a world made by `cloudsim_world.py`; the simulator is started on it and stopped again. The processor time
of the server per request is printed too: unlike latency it can be compared between worlds on a busy machine.

Arrivals are independent (Poisson), so a slow answer does not slow the next request down. Requests are signed as the
legacy SDK signs, once for each distinct request; the server verifies every one of them.

Latency is taken in rounds of SECONDS. Whatever else runs on the machine shows in it, so each round also says which
share of the processors others used; the ROUNDS quietest of at most TRIES count, and of those the median.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import uvloop

from cloudsim.protocol.signing import SignedRequest, parse_authorization, signature

PORT, CONTROL_PORT = 18_695, 18_696
HOST = "bcc.bj.baidubce.com"
PAGE = 20
RATE_PER_SECOND = 100
IN_FLIGHT = 50
SAMPLE_ACCOUNTS = 40
SAMPLE_PAGES = 25
ROUNDS, TRIES = 3, 8
# A round in which others used less of the machine than this is quiet: no more than these are tried for.
QUIET_SHARE = 0.10
WARM_SECONDS = 1.0


@dataclass(frozen=True)
class Account:
    """An access key pair."""

    access_key: str
    secret_key: str


def signed_get(account: Account, path: str, query: str) -> bytes:
    """The bytes of a signed GET."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    prefix = f"bce-auth-v1/{account.access_key}/{stamp}/1800"
    pairs = tuple(tuple(part.split("=", 1)) for part in query.split("&")) if query else ()
    headers = {"host": HOST, "x-bce-date": stamp}
    unsigned = parse_authorization(prefix + "//x")
    made = signature(SignedRequest("GET", path, pairs, headers.items()), unsigned, account.secret_key)  # type: ignore[arg-type]
    target = f"{path}?{query}" if query else path
    return (
        f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nx-bce-date: {stamp}\r\nAuthorization: {prefix}//{made}\r\n\r\n"
    ).encode()


class Connection:
    """One keep-alive connection that answers one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; returns status and body."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader is not None
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        body = await self._reader.readexactly(int(lower.split(b"content-length: ")[1].split(b"\r\n")[0]))
        if b"connection: close" in lower or head.startswith(b"HTTP/1.0"):
            self._writer.close()
            self._writer = None
        return int(head[9:12]), body


def percentile(values: list[float], share: float) -> float:
    """A percentile in the unit of the values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def collect(port: int, accounts: list[Account]) -> dict[str, list[bytes]]:
    """Signed requests spread over accounts and pages: lists, details and searches by name."""
    line, made = Connection(port), {"list": [], "detail": [], "search": []}
    for account in accounts:
        marker = ""
        for _ in range(SAMPLE_PAGES):
            request = signed_get(account, "/v2/instance", f"maxKeys={PAGE}" + (f"&marker={marker}" if marker else ""))
            status, body = await line.exchange(request)
            if status != 200:
                raise RuntimeError(body.decode())
            page = json.loads(body)
            if page["instances"]:
                made["list"].append(request)
                made["detail"].extend(
                    signed_get(account, "/v2/instance/" + one["id"], "") for one in page["instances"][:4]
                )
                name = page["instances"][-1]["name"]
                made["search"].append(signed_get(account, "/v2/instance", f"instanceNames={name}&maxKeys={PAGE}"))
            marker = page.get("nextMarker", "")
            if not marker:
                break
    return made


async def arrivals(port: int, requests: list[bytes], seconds: float) -> list[float]:
    """Latencies (seconds) at RATE_PER_SECOND independent arrivals."""
    chance, free, latencies, tasks = random.Random(7), [Connection(port) for _ in range(64)], [], []

    async def one(request: bytes, due: float) -> None:
        connection = free.pop() if free else Connection(port)
        status, _ = await connection.exchange(request)
        if status != 200:
            raise RuntimeError(str(status))
        latencies.append(time.perf_counter() - due)
        free.append(connection)

    due = started = time.perf_counter()
    while due - started < seconds:
        due += chance.expovariate(RATE_PER_SECOND)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(chance.choice(requests), due)))
    await asyncio.gather(*tasks)
    return latencies


async def saturation(port: int, requests: list[bytes], seconds: float) -> float:
    """Requests per second with IN_FLIGHT under way for so long; those under way at the end are waited for."""
    chance, done, started = random.Random(11), 0, time.perf_counter()

    async def worker() -> None:
        nonlocal done
        connection = Connection(port)
        while time.perf_counter() - started < seconds:
            await connection.exchange(chance.choice(requests))
            done += 1

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return done / (time.perf_counter() - started)


def read_accounts(control_port: int) -> list[Account]:
    """Keys of the accounts, the largest generated ones among them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{control_port}/accounts") as answer:
        found: list[dict[str, Any]] = json.load(answer)
    generated = [one for one in found if one["key"].startswith("generated-")]
    chosen = generated[:10] + random.Random(3).sample(generated[10:], min(SAMPLE_ACCOUNTS, len(generated) - 10))
    pairs = [one["users"][0]["keys"][0] for one in chosen]
    return [Account(pair["access_key"], pair["secret_key"]) for pair in pairs]


@dataclass(frozen=True)
class Round:
    """Latencies in milliseconds, and the share of all processors that others used meanwhile (0 to 1)."""

    p50: float
    p95: float
    others: float


async def timed(pid: int, requests: list[bytes], seconds: float) -> Round:
    """One round of arrivals."""
    started, busy, own = time.perf_counter(), busy_seconds(), processor_seconds(pid) + time.process_time()
    latencies = await arrivals(PORT, requests, seconds)
    available = (time.perf_counter() - started) * (os.cpu_count() or 1)
    others = busy_seconds() - busy - (processor_seconds(pid) + time.process_time() - own)
    return Round(1000 * percentile(latencies, 0.50), 1000 * percentile(latencies, 0.95), max(0.0, others / available))


async def quiet_rounds(pid: int, requests: list[bytes], seconds: float) -> list[Round]:
    """The rounds that count; it ends early when enough of them were quiet."""
    await arrivals(PORT, requests, WARM_SECONDS)
    rounds: list[Round] = []
    while len(rounds) < TRIES and sum(one.others <= QUIET_SHARE for one in rounds) < ROUNDS:
        rounds.append(await timed(pid, requests, seconds))
    return sorted(rounds, key=lambda one: one.others)[:ROUNDS]


async def measure(pid: int, seconds: float) -> dict[str, float]:
    """Every figure by name."""
    requests = await collect(PORT, read_accounts(CONTROL_PORT))
    figures: dict[str, float] = {"distinct requests": sum(len(kind) for kind in requests.values())}
    for kind, some in requests.items():
        rounds = await quiet_rounds(pid, some, seconds)
        figures[f"{kind} p50 ms at {RATE_PER_SECOND}/s"] = round(median(one.p50 for one in rounds), 2)
        figures[f"{kind} p95 ms at {RATE_PER_SECOND}/s"] = round(median(one.p95 for one in rounds), 2)
        figures[f"{kind} % of the machine used by others"] = round(100 * max(one.others for one in rounds), 1)
    for kind, some in (*requests.items(), ("mixed", [*requests["list"], *requests["detail"]])):
        before, began = processor_seconds(pid), time.perf_counter()
        per_second = await saturation(PORT, some, seconds)
        used, took = processor_seconds(pid) - before, time.perf_counter() - began
        figures[f"{kind} requests/s, {IN_FLIGHT} in flight"] = round(per_second, 1)
        figures[f"{kind} server processor ms a request"] = round(1000 * used / (per_second * took), 3)
    return figures


def processor_seconds(pid: int) -> float:
    """User and system time of a process."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def busy_seconds() -> float:
    """Seconds in which the processors of the machine did anything, since it started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def main(folder: Path, seconds: float) -> None:
    """Start the simulator on a world, measure, stop it."""
    started = time.perf_counter()
    command = [
        sys.executable, "-m", "cloudsim", "--port", str(PORT), "--service-ports", "0", "--control-port",
        str(CONTROL_PORT), "--database", str(folder / "cloud.db"), "--seed", str(folder / "seed.yaml"),
        "--clock", str(folder / "clock.json"),
    ]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", CONTROL_PORT), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise RuntimeError("the simulator ended before it listened") from None
                time.sleep(0.05)
        ready = time.perf_counter() - started
        figures = uvloop.run(measure(server.pid, seconds))
        memory = psutil.Process(server.pid).memory_info().rss / 2**20
        print(json.dumps({"start s": round(ready, 2), **figures, "memory MiB": round(memory, 1)}, indent=1))
    finally:
        server.terminate()
        server.wait(timeout=20)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 8.0)
