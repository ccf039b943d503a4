"""bce-auth-v1: parsing, canonical request, signature (reference section 3.1).

Pure functions over text; nothing here knows accounts or the network.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from cloudsim.protocol.errors import CloudError

DEFAULT_SIGNED = frozenset({"host", "content-length", "content-type", "content-md5"})
FUTURE_TOLERANCE_SECONDS = 300  # The real tolerance is undocumented; five minutes of clock skew is usual.
_UNRESERVED = "-._~"


@dataclass(frozen=True, slots=True)
class Authorization:
    """The parts of an `Authorization` header or of `?authorization=`."""

    access_key: str
    timestamp: str
    expire_seconds: int
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def prefix(self) -> str:
        """What the signing key is derived from."""
        return f"bce-auth-v1/{self.access_key}/{self.timestamp}/{self.expire_seconds}"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a signature covers: decoded path, decoded query pairs, headers by lower-case name."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


def parse_authorization(text: str) -> Authorization:
    """Read the header; raises InvalidHTTPAuthHeader when it has another shape."""
    parts = text.split("/")
    if len(parts) != 6 or parts[0] != "bce-auth-v1" or not parts[1]:
        raise CloudError("InvalidHTTPAuthHeader", "The HTTP authorization header is invalid.")
    _, access_key, timestamp, expire, signed, signature = parts
    if not (expire.isascii() and expire.isdigit() and len(expire) <= 9):
        raise CloudError("InvalidHTTPAuthHeader", "The expiration period is not a number of seconds.")
    headers = tuple(name.lower() for name in signed.split(";")) if signed else ()
    return Authorization(access_key, timestamp, int(expire), headers, signature)


def encode(text: str) -> str:
    """Percent-encode everything but unreserved characters, on UTF-8 bytes."""
    return quote(text, safe=_UNRESERVED, errors="surrogateescape")


def _canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(sorted(f"{encode(k)}={encode(v)}" for k, v in pairs if k.lower() != "authorization"))


def _canonical_headers(headers: Mapping[str, str], signed: tuple[str, ...]) -> str:
    lines = []
    for name, value in headers.items():
        chosen = name in signed if signed else name in DEFAULT_SIGNED or name.startswith("x-bce-")
        text = value.strip()
        if chosen and text:
            lines.append(f"{encode(name)}:{encode(text)}")
    lines.sort()
    return "\n".join(lines)


@lru_cache(maxsize=4096)
def _signing_key(secret_key: str, prefix: str) -> bytes:
    return hmac.digest(secret_key.encode(), prefix.encode(), hashlib.sha256).hex().encode()


def signature(request: SignedRequest, authorization: Authorization, secret_key: str) -> str:
    """The signature a holder of `secret_key` makes for this request."""
    canonical = "\n".join(
        (
            request.method,
            quote(request.path, safe=_UNRESERVED + "/", errors="surrogateescape"),
            _canonical_query(request.query),
            _canonical_headers(request.headers, authorization.signed_headers),
        )
    )
    key = _signing_key(secret_key, authorization.prefix)
    return hmac.digest(key, canonical.encode(errors="surrogateescape"), hashlib.sha256).hex()


def check_time(authorization: Authorization, wall_now: float) -> None:
    """Refuse a signature that is expired or too far in the future; `wall_now` is Unix seconds."""
    try:
        signed_at = datetime.strptime(authorization.timestamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise CloudError("InvalidHTTPAuthHeader", "The timestamp is not ISO 8601 UTC in seconds.") from None
    too_old = wall_now - signed_at > authorization.expire_seconds
    if too_old or signed_at - wall_now > FUTURE_TOLERANCE_SECONDS:
        raise CloudError("RequestExpired", "Request has expired. Timestamp date is " + authorization.timestamp)


def check_signature(request: SignedRequest, authorization: Authorization, secret_key: str) -> None:
    """Refuse a signature that the secret key did not make."""
    expected = signature(request, authorization, secret_key)
    given = authorization.signature.encode(errors="surrogateescape")
    if not hmac.compare_digest(expected.encode(), given):
        raise CloudError(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your Secret Access Key and signing method.",
        )
