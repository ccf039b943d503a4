"""Asking the assistant: for a turn, an NDJSON stream with every line checked against its schema; for a vector."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx
import structlog

from contracts.schema import ContractError, check
from support.texts import Language

LONGEST_LINE = 512 * 1024
LONGEST_ANSWER = 4 * 1024 * 1024
CONNECT_SECONDS = 3.0
CONNECTIONS = 64
# A search goes on without a vector rather than wait longer; one takes some 5 ms.
VECTOR_SECONDS = 0.5
VECTOR_CONNECTIONS = 8
WIDEST_VECTOR = 4096
log = structlog.get_logger(__name__)


class AssistantError(Exception):
    """The turn did not come to its end; asking again with the same turn id is safe."""


class AssistantDown(AssistantError):
    """Nobody answered, the connection broke, or the status was not 200."""


class AssistantBroken(AssistantError):
    """What came back does not fit the contract, or ended without a summary."""


def _parse(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
        check("turn_line", document)
    except (ValueError, ContractError, RecursionError) as error:
        raise AssistantBroken(f"bad line {line[:200]!r}: {error}") from error
    return dict(document)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Whole lines of a byte stream; raises AssistantBroken when a line or the whole answer is too large."""
    buffer, total = b"", 0
    async for chunk in chunks:
        total += len(chunk)
        buffer += chunk
        *whole, buffer = buffer.split(b"\n")
        for line in whole:
            yield line
        if len(buffer) > LONGEST_LINE or total > LONGEST_ANSWER:
            raise AssistantBroken("answer too large")
    yield buffer


def _is_vector(found: object) -> bool:
    return (
        isinstance(found, list)
        and len(found) <= WIDEST_VECTOR
        and all(type(number) is int and -128 <= number <= 127 for number in found)
    )


class Assistant:
    """Client of `POST /webhooks/support/turn` and `/webhooks/support/vector`."""

    def __init__(self, base_url: str, token: str, give_up_seconds: float) -> None:
        door = f"{base_url.rstrip('/')}/webhooks/support"
        self._url, self._vector_url = f"{door}/turn", f"{door}/vector"
        self._authorization = {"Authorization": f"Bearer {token}"}
        self._headers = {**self._authorization, "Accept": "application/x-ndjson"}
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(give_up_seconds, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            trust_env=False,
        )
        # Of its own: turns may hold all connections of the other, each for as long as a turn takes.
        self._vectors = httpx.AsyncClient(
            timeout=VECTOR_SECONDS, limits=httpx.Limits(max_connections=VECTOR_CONNECTIONS), trust_env=False
        )

    async def vector(self, text: str, language: Language) -> list[int]:
        """By which articles are found for a text, a signed byte each; empty when the assistant gives none in time."""
        try:
            body = {"text": text, "language": language}
            answer = await self._vectors.post(self._vector_url, json=body, headers=self._authorization)
            found = answer.raise_for_status().json()["vector"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("search_without_vector", error=f"{type(error).__name__}: {error}"[:300])
            return []
        return found if _is_vector(found) else []

    async def turn(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """Yield each line of the answer; the last one is the summary. Raises AssistantError."""
        check("turn", request)
        complete = False
        try:
            async with self._client.stream("POST", self._url, json=request, headers=self._headers) as response:
                if response.status_code != 200:
                    raise AssistantDown(f"status {response.status_code}")
                async for line in _lines(response.aiter_bytes()):
                    if not line.strip():
                        continue
                    if complete:
                        raise AssistantBroken("a line after the summary")
                    document = _parse(line)
                    complete = document["type"] == "summary"
                    yield document
        except httpx.HTTPError as error:
            raise AssistantDown(f"{type(error).__name__}: {error}") from error
        if not complete:
            raise AssistantBroken("no summary")

    async def close(self) -> None:
        await self._client.aclose()
        await self._vectors.aclose()
