"""How a service declares its operations and how a request finds one.

A service module creates one `Service` and decorates its handlers with `Service.operation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from pydantic import BaseModel

if TYPE_CHECKING:
    from cloudsim.protocol.call import Call, Reply
    from cloudsim.store.collection import Kind
    from cloudsim.world.seeding import Seeding

Access = Literal["read", "operate", "full"]
Json = dict[str, Any]
Body = TypeVar("Body", bound=BaseModel)
BODY_LIMIT_BYTES = 1_048_576
WRITES = frozenset({"POST", "PUT", "DELETE"})
# Parameters that a client may send without a value; any other key without one names an operation.
_MAY_BE_EMPTY = frozenset({"clientToken", "marker", "maxKeys", "prefix", "delimiter", "listenerPort", "userId"})


@dataclass(frozen=True)
class Route:
    """Where an operation lives on the wire.

    `path` has `{name}` for one segment and `{name+}` for the rest of the path. `query` lists the query keys
    that select the operation: `None` as value means "present with any value".
    """

    method: str
    path: str
    query: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One operation: its route, who may call it, and its handler."""

    name: str
    service: str
    route: Route
    handler: Callable[..., Any]
    access: Access
    body: type[BaseModel] | None = None
    idempotent: bool = False
    public: bool = False
    body_limit: int = BODY_LIMIT_BYTES


@dataclass
class Service:
    """A cloud service: name, operations, kinds of documents and its part of the seed."""

    name: str
    operations: list[Operation] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    seeders: list[Callable[[Seeding], None]] = field(default_factory=list)

    @overload
    def operation(
        self,
        method: str,
        path: str,
        *,
        name: str,
        access: Access,
        query: str | Mapping[str, str | None] = ...,
        idempotent: bool = ...,
        public: bool = ...,
        body_limit: int = ...,
    ) -> Callable[[Callable[[Call], Json | Reply | None]], Callable[[Call], Json | Reply | None]]: ...

    @overload
    def operation(
        self,
        method: str,
        path: str,
        *,
        name: str,
        access: Access,
        body: type[Body],
        query: str | Mapping[str, str | None] = ...,
        idempotent: bool = ...,
        public: bool = ...,
        body_limit: int = ...,
    ) -> Callable[[Callable[[Call, Body], Json | Reply | None]], Callable[[Call, Body], Json | Reply | None]]: ...

    def operation(
        self,
        method: str,
        path: str,
        *,
        name: str,
        access: Access,
        query: str | Mapping[str, str | None] = "",
        body: type[Any] | None = None,
        idempotent: bool = False,
        public: bool = False,
        body_limit: int = BODY_LIMIT_BYTES,
    ) -> Callable[[Any], Any]:
        """Register a handler.

        `access` is what the caller needs on the service; `body` a pydantic model that validates the JSON body;
        `idempotent` honours `clientToken`; `public` skips the signature when none is sent. Without `body` the bytes
        are in `call.raw_body`, at most `body_limit` of them.
        """
        selector = {query: None} if isinstance(query, str) and query else dict(query or {})

        def register(handler: Any) -> Any:
            self.operations.append(
                Operation(
                    name,
                    self.name,
                    Route(method, path, selector),
                    handler,
                    access,
                    body,
                    idempotent,
                    public,
                    body_limit,
                )
            )
            return handler

        return register

    def seeder(self, plant: Callable[[Seeding], None]) -> Callable[[Seeding], None]:
        """Register the function that plants this service's part of the seed."""
        self.seeders.append(plant)
        return plant


@dataclass
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    any_segment: _Node | None = None
    tail: list[Operation] = field(default_factory=list)
    here: list[Operation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Match:
    """An operation and the values of its path parameters."""

    operation: Operation
    params: dict[str, str]


class Router:
    """Finds the operation of a request among the operations of one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._root = _Node()
        for operation in service.operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.route.path.strip("/").split("/"):
            if segment.endswith("+}"):
                node.tail.append(operation)
                return
            if segment.startswith("{"):
                node.any_segment = node.any_segment or _Node()
                node = node.any_segment
            else:
                node = node.literal.setdefault(segment, _Node())
        node.here.append(operation)

    def match(self, method: str, segments: list[str], query: Mapping[str, str]) -> Match | None:
        """The most specific operation: literal segments first, then the largest matching query selector."""
        return self._walk(self._root, segments, 0, method, query)

    def _walk(self, node: _Node, segments: list[str], at: int, method: str, query: Mapping[str, str]) -> Match | None:
        if at == len(segments):
            chosen = _choose(node.here, method, query)
            return Match(chosen, _params(chosen, segments)) if chosen else None
        for child in (node.literal.get(segments[at]), node.any_segment):
            if child is not None:
                found = self._walk(child, segments, at + 1, method, query)
                if found:
                    return found
        chosen = _choose(node.tail, method, query)
        return Match(chosen, _params(chosen, segments)) if chosen else None


def _choose(operations: list[Operation], method: str, query: Mapping[str, str]) -> Operation | None:
    best: Operation | None = None
    for operation in operations:
        route = operation.route
        if route.method != method:
            continue
        if not all(key in query and value in (None, query[key]) for key, value in route.query.items()):
            continue
        if best is None or len(route.query) > len(best.route.query):
            best = operation
    return None if best and _asks_for_another(operations, best, query) else best


def _asks_for_another(operations: list[Operation], found: Operation, query: Mapping[str, str]) -> bool:
    """Whether a key without a value names an operation that nobody wrote.

    `?quota` on a bucket must not list its objects, nor `?encryption` on a DELETE remove it. Where no operation is told
    by such a key, a read may have empty parameters.
    """
    if "" not in query.values():
        return False
    method = found.route.method
    told = method in WRITES or any(None in one.route.query.values() for one in operations if one.route.method == method)
    stray = (key for key, value in query.items() if value == "" and key not in found.route.query)
    return told and any(key not in _MAY_BE_EMPTY for key in stray)


def _params(operation: Operation, segments: list[str]) -> dict[str, str]:
    params: dict[str, str] = {}
    for index, part in enumerate(operation.route.path.strip("/").split("/")):
        if part.endswith("+}"):
            params[part[1:-2]] = "/".join(segments[index:])
            break
        if part.startswith("{"):
            params[part[1:-1]] = segments[index]
    return params
