"""Which web pages may talk to us: our own, and those the operator lists."""

from collections.abc import Mapping
from typing import Any


class OriginRule:
    """No Origin header (not a browser), our own host, or a listed origin."""

    def __init__(self, listed: list[str]) -> None:
        self._listed = frozenset(listed)

    def allows(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        if not origin or origin.rstrip("/") in self._listed:
            return True
        return origin.partition("://")[2] == environ.get("HTTP_HOST")
