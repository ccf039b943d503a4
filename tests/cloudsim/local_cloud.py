"""A simulator inside the test process, with a clock of its own: for properties that need thousands of calls."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cloudsim.cloud import Cloud
from cloudsim.protocol.door import Door
from cloudsim.protocol.signing import SignedRequest, encode, parse_authorization, signature

SEED = Path(__file__).resolve().parents[2] / "data/cloud/demo.yaml"
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """World time that only moves by hand."""

    moment: datetime = START
    offset_seconds: float = 0.0

    def now(self) -> datetime:
        """World time."""
        return self.moment

    def advance(self, seconds: float) -> float:
        """Move it."""
        self.moment += timedelta(seconds=seconds)
        return seconds


@dataclass
class LocalCloud:
    """A cloud in memory that is called through its door, with real signatures."""

    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.cloud = Cloud(":memory:", SEED, self.clock)
        self.world = self.cloud.world
        self.door = Door(self.world, self.cloud.services, self.cloud.request_log, self.cloud.injector)
        keys = self.world.identity.keys.scan()
        self.keys = {key["userId"]: (key["id"], key["secretKey"]) for key in keys}

    def user(self, account: str, user: str) -> str:
        """A user's id, by short names."""
        owner = next(one for one in self.world.identity.accounts.scan() if one["key"] == account)
        return next(str(one["id"]) for one in self.world.identity.users.all_of(owner["id"]) if one["key"] == user)

    def call(
        self,
        user_id: str,
        method: str,
        path: str,
        query: str = "",
        body: Any = None,
        host: str = "bcc.bj.baidubce.com",
        token: str | None = None,
    ) -> tuple[int, Any]:
        """A signed request; returns status and JSON (bytes that are not JSON come back as they are)."""
        access, secret = self.keys[user_id]
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {"host": host, "x-bce-date": stamp}
        if token is not None:
            headers["x-bce-security-token"] = token
        pairs = tuple(tuple(part.partition("=")[::2]) for part in query.split("&") if part)
        prefix = f"bce-auth-v1/{access}/{stamp}/1800"
        request = SignedRequest(method, path, pairs, headers.items())
        made = signature(request, parse_authorization(prefix + "//x"), secret)
        headers["authorization"] = f"{prefix}//{made}"
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": encode_path(path),
            "query_string": "&".join(f"{encode(k)}={encode(v)}" for k, v in pairs).encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return asyncio.run(self._exchange(scope, raw))

    async def _exchange(self, scope: dict[str, Any], raw: bytes) -> tuple[int, Any]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.door(scope, receive, send)
        text = b"".join(message.get("body", b"") for message in sent)
        try:
            return sent[0]["status"], json.loads(text) if text else None
        except json.JSONDecodeError:
            return sent[0]["status"], text


def encode_path(path: str) -> bytes:
    """The path as it goes on the wire."""
    return "/".join(encode(part) for part in path.split("/")).encode()
