"""bce-auth-v1: how the cloud's public protocol signs a request."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

EXPIRES_SECONDS = 1800
_SIGNED = ("host", "x-bce-date", "content-type", "x-bce-security-token")


@dataclass(frozen=True)
class Credentials:
    """A key pair; a role assumed through STS carries a session token too."""

    access_key: str
    secret_key: str
    session_token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.access_key[:6]}…)"


def _encode(text: str, safe: str = "") -> str:
    return quote(text, safe="-._~" + safe)


def _digest(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def authorization(
    credentials: Credentials,
    method: str,
    url: str,
    headers: Mapping[str, str],
    moment: datetime,
    signed: Iterable[str] = _SIGNED,
) -> str:
    """The Authorization header for a request. `moment` is wall time; headers not listed in `signed` are not covered."""
    parts = urlsplit(url)
    prefix = f"bce-auth-v1/{credentials.access_key}/{moment.strftime('%Y-%m-%dT%H:%M:%SZ')}/{EXPIRES_SECONDS}"
    query = sorted(
        f"{_encode(key)}={_encode(value)}"
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key.lower() != "authorization"
    )
    lowered = {name.lower(): value for name, value in headers.items()}
    covered = sorted(name for name in signed if lowered.get(name))
    lines = sorted(f"{name}:{_encode(lowered[name].strip())}" for name in covered)
    canonical = "\n".join((method.upper(), _encode(unquote(parts.path) or "/", "/"), "&".join(query), "\n".join(lines)))
    signature = _digest(_digest(credentials.secret_key, prefix), canonical)
    return f"{prefix}/{';'.join(covered)}/{signature}"


class BceAuth(AuthBase):
    """Signs a `requests` call with wall time, just before it is sent."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        assert request.url is not None and request.method is not None
        now = datetime.now(timezone.utc)
        request.headers.setdefault("Host", urlsplit(request.url).netloc)
        request.headers["x-bce-date"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        if self._credentials.session_token:
            request.headers["x-bce-security-token"] = self._credentials.session_token
        headers = {name: value for name, value in request.headers.items() if isinstance(value, str)}
        request.headers["Authorization"] = authorization(self._credentials, request.method, request.url, headers, now)
        return request
