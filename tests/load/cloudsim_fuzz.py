"""Fuzzes a running simulator with protocol requests: no 500, no hang, no traceback.

    python tests/load/cloudsim_fuzz.py [REQUESTS]

Starts a simulator of its own and sends REQUESTS (default 100,000) random requests over keep-alive connections, most of
them correctly signed, some with characters in the path that should have been encoded. Any answer that is a 500, takes
longer than LONGEST_SECONDS, or is no answer is broken; the first SHOWN are printed, and the run goes on.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from cloudsim.catalog import SERVICES
from cloudsim.protocol.signing import SignedRequest, encode, parse_authorization, signature

MAIN_PORT, CONTROL_PORT = 18_680, 18_681
LINES = 12
LONGEST_SECONDS = 10.0
SHOWN = 5
RAW_SHARE = 0.05
RAW = ("a:b", "a?b=c", "a#b", "%zz", "%", "a;b&c", "%2F", "<x>", "a%20b")
HOSTS = {
    "bos": "bj.bcebos.com", "vpc": "bcc.bj.baidubce.com", "cdn": "cdn.baidubce.com", "aip": "aip.baidubce.com",
    "billing": "billing.baidubce.com", "certificate": "certificate.baidubce.com", "console": "127.0.0.1",
}  # fmt: skip
WORDS = (
    "i-Dw7Lq2Xa", "", "0", "-1", "1e309", "中文", "%", "a" * 300, "../..", "null", "true", "2026-11-22T00:00:00Z",
    "9999-99-99", "InstanceId:i-Dw7Lq2Xa", "BCE_BCC", "{}", "\x00", "' OR 1=1", "ev-00000000", "10.0.0.0/8", "65536",
)  # fmt: skip
KEYS = (
    "marker", "maxKeys", "instanceId", "instanceIds", "volumeId", "billing", "filters", "rule", "metricName", "scope",
    "endDatetime", "beginDatetime", "statistics", "dimensions", "pageNo", "pageSize", "clientToken", "action", "tasks",
    "name", "weight", "listenerPort", "cpuCount", "memoryCapacityInGB", "url", "origin", "startTime", "month",
)  # fmt: skip


@dataclass
class Fuzzer:
    """Makes requests from a seeded generator."""

    pairs: list[tuple[str, str]]
    chance: random.Random = field(default_factory=lambda: random.Random(20261122))

    def value(self, depth: int = 0) -> Any:
        """Any JSON value."""
        kind = self.chance.randrange(9 if depth < 3 else 6)
        if kind < 3:
            return self.chance.choice(WORDS)
        if kind == 3:
            return self.chance.choice((0, -1, 1, 60, 2**31, 2**70, 0.5, 1e308))
        if kind == 4:
            return self.chance.choice((True, False))
        if kind == 5:
            return None
        if kind == 6:
            return [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
        return {self.chance.choice(KEYS): self.value(depth + 1) for _ in range(self.chance.randrange(5))}

    def body(self) -> bytes:
        """A body: JSON most of the time."""
        kind = self.chance.random()
        if kind < 0.2:
            return b""
        if kind < 0.85:
            return json.dumps(self.value()).encode()
        return self.chance.randbytes(self.chance.randrange(200))

    def word(self) -> str:
        """Something in the place of a name in a path."""
        if self.chance.random() < RAW_SHARE:
            return self.chance.choice(RAW)
        return encode(self.chance.choice(WORDS))

    def request(self) -> bytes:
        """The bytes of one request."""
        service = SERVICES[self.chance.choice(list(SERVICES))]
        operation = self.chance.choice(service.operations)
        path = "/" + "/".join(
            self.word() if part.startswith("{") else part for part in operation.route.path.strip("/").split("/")
        )
        query = [(key, value or "") for key, value in operation.route.query.items() if self.chance.random() < 0.95]
        query += [(self.chance.choice(KEYS), self.chance.choice(WORDS)) for _ in range(self.chance.randrange(4))]
        method = operation.route.method if self.chance.random() < 0.95 else self.chance.choice(("GET", "PUT", "PATCH"))
        return self._wire(method, path, query, HOSTS.get(service.name, f"{service.name}.bj.baidubce.com"))

    def _wire(self, method: str, path: str, query: list[tuple[str, str]], host: str) -> bytes:
        raw, stamp = self.body(), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        access, secret = self.chance.choice(self.pairs)
        prefix = f"bce-auth-v1/{access}/{stamp}/1800"
        headers = {"host": host, "x-bce-date": stamp, "content-length": str(len(raw))}
        made = signature(
            SignedRequest(method, unquote(path), tuple(query), headers.items()),
            parse_authorization(prefix + "//x"),
            secret,
        )
        if self.chance.random() < 0.05:
            made = made[::-1]
        text = "&".join(f"{encode(key)}={encode(value)}" for key, value in query)
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {path}?{text} HTTP/1.1\r\n{head}authorization: {prefix}//{made}\r\n\r\n".encode() + raw


@dataclass
class Line:
    """A connection that is opened again when the server closes it."""

    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def exchange(self, request: bytes) -> int:
        """The status of the answer; raises when there is none."""
        for _ in range(2):
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", MAIN_PORT)
            assert self.reader is not None
            try:
                self.writer.write(request)
                head = await self.reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                self.writer = None
                continue
            await self._finish(head, request)
            return int(head[9:12])
        raise RuntimeError(f"no answer to {request[:200]!r}")

    async def _finish(self, head: bytes, request: bytes) -> None:
        assert self.reader is not None
        lower = head.lower()
        if b"content-length: " in lower and not request.startswith(b"HEAD"):
            await self.reader.readexactly(int(lower.split(b"content-length: ")[1].split(b"\r\n")[0]))
        if b"connection: close" in lower:
            self.writer = None


@dataclass
class Outcome:
    """Statuses seen, the slowest answer in seconds, and what was broken with its request."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    broken: list[str] = field(default_factory=list)


async def fuzz(fuzzer: Fuzzer, count: int) -> Outcome:
    """Send the requests over LINES connections."""
    outcome, left = Outcome(), count

    async def worker() -> None:
        nonlocal left
        line = Line()
        while left > 0:
            left -= 1
            request, started = fuzzer.request(), time.perf_counter()
            try:
                status = await asyncio.wait_for(line.exchange(request), LONGEST_SECONDS)
            except (TimeoutError, RuntimeError, EOFError, OSError) as error:
                outcome.broken.append(f"{error!r}: {request[:400]!r}")
                line = Line()
                continue
            outcome.slowest = max(outcome.slowest, time.perf_counter() - started)
            outcome.statuses[status] += 1
            if status == 500:
                outcome.broken.append(f"500: {request[:400]!r}")

    await asyncio.gather(*(worker() for _ in range(LINES)))
    return outcome


def main(count: int) -> int:
    """Run the fuzz against a simulator of its own; returns the exit status."""
    folder = Path(tempfile.mkdtemp(prefix="cloudsim-fuzz-"))
    log = folder / "stderr.log"
    command = [
        sys.executable, "-m", "cloudsim", "--port", str(MAIN_PORT), "--service-ports", "0", "--control-port",
        str(CONTROL_PORT), "--database", str(folder / "cloud.db"), "--clock", str(folder / "clock.json"),
    ]  # fmt: skip
    with log.open("wb") as errors:
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        accounts = httpx.HTTPTransport(retries=50)
        with httpx.Client(transport=accounts, base_url=f"http://127.0.0.1:{CONTROL_PORT}") as control:
            found = control.get("/accounts").json()[:8]
        pairs = [
            (key["access_key"], key["secret_key"]) for one in found for user in one["users"] for key in user["keys"]
        ]
        started = time.perf_counter()
        outcome = asyncio.run(fuzz(Fuzzer(pairs), count))
        seconds = time.perf_counter() - started
    finally:
        server.terminate()
        server.wait(timeout=20)
    clean = "Traceback" not in log.read_text()
    print(json.dumps({
        "requests": count, "seconds": round(seconds, 1), "slowest answer ms": round(outcome.slowest * 1000, 1),
        "statuses": dict(sorted(outcome.statuses.items())), "traceback": not clean,
        "broken": len(outcome.broken), "first broken": outcome.broken[:SHOWN],
    }))  # fmt: skip
    return 0 if clean and not outcome.broken else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
