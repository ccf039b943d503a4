"""Client of the cloud's public protocol: signed, bounded in time, honest about what it does not know.

Reads are retried; writes never are (start, stop and reboot carry no idempotency token): after an unknown
outcome the caller reads the state again.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import requests

from actions.clients.breaker import CircuitBreaker
from actions.clients.signing import BceAuth, Credentials

RETRIES = 2
BACKOFF_SECONDS = 0.15
CONNECT_TIMEOUT_SECONDS = 1.0
READ_TIMEOUT_SECONDS = 4.0
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_GLOBAL_SERVICES = frozenset({"cdn", "billing", "certificate", "sts"})

Failure = Literal[
    "unreachable",
    "server_error",
    "bad_answer",
    "throttled",
    "denied",
    "not_found",
    "refused",
    "invalid",
    "not_implemented",
]
_KNOWN_NOTHING: frozenset[Failure] = frozenset(
    {"unreachable", "server_error", "bad_answer", "throttled", "not_implemented"}
)


_ALIVE: frozenset[Failure] = frozenset({"throttled", "not_implemented"})
"""Failures of a service that does answer: they do not open the breaker."""


class CloudError(Exception):
    """A call that did not succeed. `unknown` tells "we could not find out" apart from "the cloud said no"."""

    def __init__(
        self,
        kind: Failure,
        operation: str,
        status: int | None,
        code: str | None,
        request_id: str | None,
        message: str = "",
    ) -> None:
        super().__init__(f"{operation}: {kind} (HTTP {status}, {code}, request {request_id}): {message}")
        self.kind, self.operation, self.status = kind, operation, status
        self.code, self.request_id, self.message = code, request_id, message

    @property
    def unknown(self) -> bool:
        return self.kind in _KNOWN_NOTHING


@dataclass(frozen=True)
class Call:
    """One operation on the wire. `operation` names it in logs and packets."""

    operation: str
    service: str
    region: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    idempotent: bool = False
    """Adds a clientToken: the same call sent twice has one effect."""

    @property
    def reads(self) -> bool:
        return self.method == "GET" or self.operation.startswith(("list", "describe", "get", "query"))


@dataclass(frozen=True)
class Answer:
    """What the cloud said, and under which request id."""

    data: dict[str, Any]
    request_id: str | None


def host_of(service: str, region: str) -> str:
    """The public host of a service, e.g. `bcc.bj.baidubce.com`; some services have one host for all regions."""
    if service == "regions":
        return "bcc.baidubce.com"
    return f"{service}.baidubce.com" if service in _GLOBAL_SERVICES else f"{service}.{region}.baidubce.com"


class Transport:
    """Sends calls. One for the process: it owns the connections and the breakers. Thread-safe.

    `gateway` is an address that dispatches on Host (the simulator's, or a proxy); without it the public hosts are used.
    `clock` (seconds, never backwards) times the breakers' pauses.
    """

    def __init__(
        self,
        gateway: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway = gateway.rstrip("/") if gateway else None
        self._sleep = sleep
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = requests.adapters.HTTPAdapter(pool_connections=16, pool_maxsize=32, max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._breakers: dict[str, CircuitBreaker] = {}
        self._lock = threading.Lock()

    def _breaker(self, host: str) -> CircuitBreaker:
        with self._lock:
            return self._breakers.setdefault(host, CircuitBreaker(clock=self._clock))

    def send(self, call: Call, credentials: Credentials, conversation_id: str) -> Answer:
        """Send a call; raises CloudError. Reads are retried on transient failures, writes are sent once."""
        host = host_of(call.service, call.region)
        breaker = self._breaker(host)
        attempts = RETRIES + 1 if call.reads else 1
        for attempt in range(attempts):
            if not breaker.allows():
                raise CloudError("unreachable", call.operation, None, "CircuitOpen", None)
            try:
                answer = self._once(call, host, credentials, conversation_id)
            except CloudError as error:
                breaker.report(success=not error.unknown or error.kind in _ALIVE)
                if not error.unknown or error.kind == "not_implemented" or attempt == attempts - 1:
                    raise
                self._sleep(BACKOFF_SECONDS * 2**attempt * random.uniform(0.7, 1.3))
            else:
                breaker.report(success=True)
                return answer
        raise AssertionError("unreachable")

    def _once(self, call: Call, host: str, credentials: Credentials, conversation_id: str) -> Answer:
        query = dict(call.query)
        if call.idempotent:
            query["clientToken"] = str(uuid4())
        headers = {"Host": host, "X-Conversation-Id": conversation_id, "Accept": "application/json"}
        if call.body is not None:
            headers["Content-Type"] = "application/json;charset=utf-8"
        try:
            response = self._session.request(
                call.method,
                (self._gateway or f"https://{host}") + call.path,
                params=query,
                json=call.body,
                headers=headers,
                auth=BceAuth(credentials),
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise CloudError("unreachable", call.operation, None, type(error).__name__, None) from error
        return _read(call, response)


def _read(call: Call, response: requests.Response) -> Answer:
    request_id = response.headers.get("x-bce-request-id")
    try:
        data = response.json() if response.content else {}
    except ValueError:
        data = None
    if response.ok:
        if not isinstance(data, dict):
            raise CloudError("bad_answer", call.operation, response.status_code, None, request_id)
        return Answer(data, request_id)
    code = message = None
    if isinstance(data, dict):
        code, message, request_id = data.get("code"), data.get("message"), data.get("requestId") or request_id
    raise CloudError(_kind(response.status_code), call.operation, response.status_code, code, request_id, message or "")


def _kind(status: int) -> Failure:
    if status in (429, 501):
        return "throttled" if status == 429 else "not_implemented"
    if status in _TRANSIENT or status >= 500:
        return "server_error"
    if status in (401, 403):
        return "denied"
    if status == 404:
        return "not_found"
    return "refused" if status in (409, 412, 413) else "invalid"
