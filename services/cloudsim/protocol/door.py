"""The ASGI application behind every cloud port: from bytes to a verified call and back."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson
from pydantic import ValidationError

from cloudsim.faults.injection import FaultInjector, FaultRule
from cloudsim.protocol import hosts, idempotency, signing
from cloudsim.protocol.call import Call, Reply
from cloudsim.protocol.errors import CloudError
from cloudsim.protocol.request_log import Entry, RequestLog
from cloudsim.protocol.routing import Match, Operation, Router, Service
from cloudsim.world.identity import Principal
from cloudsim.world.moments import iso
from cloudsim.world.world import World

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = logging.getLogger("cloudsim.door")
ANONYMOUS = Principal("", None, {}, "")
MAX_PATH_BYTES = 8192
CONVERSATION_HEADER = "x-conversation-id"


@dataclass(slots=True)
class Incoming:
    """A request before it is trusted."""

    method: str
    path: str
    segments: list[str]
    query: dict[str, str]
    pairs: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    header_pairs: list[tuple[str, str]]
    target: str


@dataclass(slots=True)
class Trace:
    """What the request log will say."""

    request_id: str
    service: str = "-"
    operation: str = "-"
    principal: Principal = ANONYMOUS
    status: int = 0
    code: str | None = None


class Door:
    """One port. `only` is the service of a service port; None dispatches on Host."""

    def __init__(
        self,
        world: World,
        services: Mapping[str, Service],
        log_: RequestLog,
        injector: FaultInjector,
        only: str | None = None,
    ) -> None:
        self._world = world
        self._routers = {name: Router(service) for name, service in services.items()}
        self._log = log_
        self._injector = injector
        self._only = only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        trace = Trace(str(uuid.uuid4()))
        incoming: Incoming | None = None
        try:
            incoming = _read_head(scope)
            reply = await self._answer(incoming, receive, trace)
        except CloudError as error:
            trace.code = error.code
            reply = error_reply(error, trace.request_id)
        except _Dropped:
            trace.code = "Dropped"
            reply = None
        except Exception:
            log.exception("request %s failed", trace.request_id)
            trace.code = "InternalError"
            reply = error_reply(
                CloudError("InternalError", "We encountered an internal error. Please try again."), trace.request_id
            )
        trace.status = reply.status if reply else 0
        self._record(trace, incoming, started)
        if reply is None:
            _drop(scope)
            return
        await _send(send, reply, trace.request_id, incoming.method if incoming else "GET")

    async def _answer(self, incoming: Incoming, receive: Receive, trace: Trace) -> Reply:
        target = self._target(incoming)
        trace.service = target.services[0]
        match = self._find(target, incoming)
        limit = match.operation.body_limit if match else 65_536
        body = await _read_body(receive, limit)
        trace.principal = self._verify(incoming, match)
        if match is None:
            raise CloudError(
                "NotImplemented",
                f"{incoming.method} {incoming.path[:200]} is not implemented by the simulated {trace.service} service.",
            )
        operation = match.operation
        trace.service, trace.operation = operation.service, operation.name
        spoiled = await self._suffer(operation, trace.principal)
        now = self._world.catch_up()
        call = Call(
            self._world,
            operation,
            trace.principal,
            target.region,
            target.bucket,
            match.params,
            incoming.query,
            incoming.pairs,
            incoming.headers,
            body,
            trace.request_id,
            now,
            "http://" + incoming.headers.get("host", "127.0.0.1"),
        )
        if not (operation.public and trace.principal is ANONYMOUS) and not trace.principal.allows(
            operation.service, operation.access
        ):
            raise CloudError("AccessDenied", f"The user has no permission to call {operation.name}.")
        with self._world.change():
            reply = idempotency.replayed(call) if operation.idempotent else None
            if reply is None:
                reply = _as_reply(_invoke(call))
                if operation.idempotent:
                    idempotency.remember(call, reply)
        return _spoil(reply) if spoiled else reply

    def _target(self, incoming: Incoming) -> hosts.Target:
        host = incoming.headers.get("host", "")
        return hosts.target_of_port(self._only, host) if self._only else hosts.target_of_host(host)

    def _find(self, target: hosts.Target, incoming: Incoming) -> Match | None:
        segments = incoming.segments
        if target.bucket is not None:
            segments = [target.bucket, *(segments if segments != [""] else [])]
        for name in target.services:
            router = self._routers.get(name)
            match = router.match(incoming.method, segments, incoming.query) if router else None
            if match:
                return match
        return None

    def _verify(self, incoming: Incoming, match: Match | None) -> Principal:
        text = incoming.headers.get("authorization") or incoming.query.get("authorization")
        if not text:
            if match is not None and match.operation.public:
                return ANONYMOUS
            raise CloudError("AccessDenied", "The request carries no authorization.")
        authorization = signing.parse_authorization(text)
        credential = self._world.identity.credential(authorization.access_key)
        if credential is None:
            raise CloudError("InvalidAccessKeyId", "The Access Key ID you provided does not exist in our records.")
        wall = self._world.wall()
        signing.check_time(authorization, wall)
        signing.check_signature(
            signing.SignedRequest(
                incoming.method, incoming.path, incoming.pairs, incoming.header_pairs, incoming.target
            ),
            authorization,
            credential.secret_key,
        )
        if credential.token is not None:
            given = incoming.headers.get("x-bce-security-token") or incoming.query.get("x-bce-security-token")
            if given != credential.token:
                raise CloudError("AccessDenied", "The security token is missing or does not belong to this key.")
            if credential.expires_wall is not None and wall > credential.expires_wall:
                raise CloudError("RequestExpired", "The security token has expired.")
        return credential.principal

    async def _suffer(self, operation: Operation, principal: Principal) -> bool:
        """Let protocol faults strike; True when the body has to be spoiled."""
        spoiled = False
        for rule in self._injector.hit(operation.service, operation.name, principal.account_id):
            if rule.kind == "latency":
                await asyncio.sleep(rule.seconds)
            elif rule.kind == "bad_body":
                spoiled = True
            else:
                _fail(rule)
        return spoiled

    def _record(self, trace: Trace, incoming: Incoming | None, started: float) -> None:
        headers = incoming.headers if incoming else {}
        self._log.add(
            Entry(
                request_id=trace.request_id,
                at=iso(self._world.now()),
                service=trace.service,
                operation=trace.operation,
                method=incoming.method if incoming else "-",
                path=incoming.path[:512] if incoming else "-",
                query=_loggable(incoming.pairs) if incoming else "",
                account_id=trace.principal.account_id or None,
                user_id=trace.principal.user_id,
                access_key=trace.principal.access_key or None,
                conversation=headers.get(CONVERSATION_HEADER, "")[:128] or None,
                client=headers.get("user-agent", "")[:64] or None,
                client_token=incoming.query.get("clientToken", "")[:64] or None if incoming else None,
                status=trace.status,
                code=trace.code,
                duration_ms=round((time.perf_counter() - started) * 1000, 3),
            )
        )


class _Dropped(Exception):
    """The line is cut without an answer."""


def _fail(rule: FaultRule) -> None:
    if rule.kind == "drop":
        raise _Dropped
    if rule.kind == "throttle":
        raise CloudError("RequestLimitExceeded", "The request rate is too high. Please slow down.", 429)
    raise CloudError(rule.code, "The simulated fault " + rule.id + " is in force.", rule.status)


def _read_head(scope: Scope) -> Incoming:
    target = _target_as_sent(scope)
    raw_path, _, query_string = target.partition("?")
    if len(raw_path) > MAX_PATH_BYTES or len(query_string) > MAX_PATH_BYTES * 4:
        raise CloudError("InvalidURI", "The request URI is too long.")
    header_pairs = [
        (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in scope["headers"]
    ]
    try:
        path = unquote(raw_path, errors="strict") if "%" in raw_path else raw_path
        path.encode()
        pairs = _query_pairs(query_string)
        segments = [unquote(part, errors="strict") if "%" in part else part for part in raw_path.lstrip("/").split("/")]
    except UnicodeError:
        raise CloudError("InvalidURI", "The request URI is not UTF-8.") from None
    query: dict[str, str] = {}
    for key, value in pairs:
        query.setdefault(key, value)
    headers = {name: value if value.isascii() else _readable(value) for name, value in header_pairs}
    return Incoming(scope["method"], path, segments, query, pairs, headers, header_pairs, target)


def _readable(value: str) -> str:
    """A header's value as text that can be kept and sent; the signature covers the bytes themselves."""
    return value.encode(errors="replace").decode()


def _target_as_sent(scope: Scope) -> str:
    """The origin form as the client wrote it: to a parser of URLs a raw `#` begins a fragment, which it drops."""
    sent: bytes = scope.get("extensions", {}).get("cloudsim", {}).get("target", b"")
    if not sent.startswith(b"/"):
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        sent = raw_path + b"?" + scope["query_string"] if scope["query_string"] else raw_path
    return sent.decode("latin-1")


def _query_pairs(text: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in text.split("&"):
        if part:
            key, _, value = part.partition("=")
            pairs.append(
                (unquote(key, errors="strict"), unquote(value, errors="strict")) if "%" in part else (key, value)
            )
    return tuple(pairs)


async def _read_body(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Dropped
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise CloudError("EntityTooLarge", f"The request body exceeds {limit} bytes.")
        chunks.append(chunk)
        if not message.get("more_body"):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _invoke(call: Call) -> Any:
    operation = call.operation
    if operation.body is None:
        return operation.handler(call)
    return operation.handler(call, _validated(call.raw_body, operation))


def _validated(raw: bytes, operation: Operation) -> Any:
    assert operation.body is not None
    try:
        data = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError:
        raise CloudError("MalformedJSON", "The JSON you provided is not well-formed.") from None
    if not isinstance(data, dict):
        raise CloudError("InappropriateJSON", "The JSON you provided is not an object.")
    try:
        return operation.body.model_validate(_without_nulls(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:120]
        raise CloudError("InappropriateJSON", f"The field {where!r} is not acceptable: {first['msg'][:200]}") from None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _as_reply(result: Any) -> Reply:
    if isinstance(result, Reply):
        return result
    return Reply(200, orjson.dumps(result if result is not None else {}))


def _spoil(reply: Reply) -> Reply:
    return Reply(reply.status, b"<html><body>Bad Gateway</body></html>", reply.headers, "text/html")


def error_reply(error: CloudError, request_id: str) -> Reply:
    """The documented error envelope."""
    body = {"requestId": request_id, "code": error.code, "message": error.message}
    return Reply(error.status, orjson.dumps(body, default=repr))


async def _send(send: Send, reply: Reply, request_id: str, method: str) -> None:
    headers = [
        (b"x-bce-request-id", request_id.encode()),
        (b"content-type", reply.content_type.encode()),
    ]
    if "content-length" not in reply.headers:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    headers.extend((name.encode(), value.encode()) for name, value in reply.headers.items())
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body})


def _drop(scope: Scope) -> None:
    transport = scope.get("extensions", {}).get("cloudsim", {}).get("transport")
    if transport is not None:
        transport.abort()


_UNLOGGED = ("authorization", "x-bce-security-token", "adminPass")


def _loggable(pairs: tuple[tuple[str, str], ...]) -> str:
    return "&".join(f"{key}={value}" for key, value in pairs if key not in _UNLOGGED)[:512]
