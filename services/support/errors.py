"""Errors a caller can do something about. Each has a code; its words are data (data/desk/texts.*.yml)."""

from typing import Any


def size_text(size: int) -> str:
    """Bytes as people read them."""
    return f"{size // 1024**2} MB" if size >= 1024**2 else f"{size // 1024} KB"


class SupportError(Exception):
    """Answered as `{"error":{"code","message",…}}`; `detail` joins the error object, `values` fill the text."""

    status = 400

    def __init__(self, code: str, *, status: int | None = None, detail: dict[str, Any] | None = None, **values: object):
        super().__init__(code)
        self.code = code
        self.detail = detail or {}
        self.values = values
        if status is not None:
            self.status = status


class NotAllowed(SupportError):
    """The caller is known and may not do this."""

    status = 403


class NotSignedIn(SupportError):
    """No identity, or one that does not verify."""

    status = 401


class NotFound(SupportError):
    """There is no such thing for this caller; says nothing about other callers' things."""

    status = 404


class Conflict(SupportError):
    """The state has moved on since the caller looked."""

    status = 409


class TooMany(SupportError):
    """A rate limit. The caller may try again after `retry_after` seconds."""

    status = 429


class Unavailable(SupportError):
    """Something this answer needs is not up yet."""

    status = 503
