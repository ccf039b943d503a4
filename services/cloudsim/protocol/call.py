"""One request as a handler sees it, and what a handler may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from cloudsim.protocol.errors import invalid_parameter, no_such_object
from cloudsim.store.collection import Collection, Document, Kind

if TYPE_CHECKING:
    from cloudsim.protocol.routing import Operation
    from cloudsim.world.identity import Principal
    from cloudsim.world.world import World

MAX_KEYS = 1000


@dataclass(slots=True)
class Reply:
    """An answer that is not plain JSON with status 200."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"


@dataclass(slots=True)
class Call:
    """A verified request.

    `region` is None when the door named none: lists then cover every region. `query` holds the first value of
    each key, `query_list` all of them. `now` is world time.
    """

    world: World
    operation: Operation
    principal: Principal
    region: str | None
    bucket: str | None
    params: Mapping[str, str]
    query: Mapping[str, str]
    query_pairs: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    raw_body: bytes
    request_id: str
    now: datetime
    base_url: str

    @property
    def account_id(self) -> str:
        """The account whose resources are meant."""
        return self.principal.account_id

    def query_list(self, key: str) -> list[str]:
        """Every value of a repeated query key."""
        return [value for name, value in self.query_pairs if name == key]

    def csv(self, key: str) -> list[str] | None:
        """A comma separated query value, or None when absent or empty."""
        text = self.query.get(key)
        return [part.strip() for part in text.split(",") if part.strip()] if text else None

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number in [low, high] from the query; anything else is an InvalidHTTPRequest."""
        text = self.query.get(key)
        if text is None or text == "":
            return default
        if not (text.isascii() and text.lstrip("-").isdigit() and len(text) <= 12):
            raise invalid_parameter(f"{key} must be an integer, not {text[:40]!r}.")
        number = int(text)
        if not low <= number <= high:
            raise invalid_parameter(f"{key} must be between {low} and {high}.")
        return number

    def page_size(self) -> int:
        """`maxKeys` of the marker style of paging."""
        return self.integer("maxKeys", MAX_KEYS, 1, MAX_KEYS)

    def owned(self, kind: Kind, identifier: str) -> Document:
        """The caller's document, or NoSuchObject: somebody else's looks the same as a missing one."""
        found = self.collection(kind).get(identifier)
        if found is None or found["accountId"] != self.account_id:
            raise no_such_object(kind.name, identifier)
        if self.region is not None and found.get("region") not in (None, self.region):
            raise no_such_object(kind.name, identifier)
        return found

    def collection(self, kind: Kind) -> Collection:
        """The documents of one kind."""
        return self.world.collection(kind)
