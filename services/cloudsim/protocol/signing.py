"""bce-auth-v1: parsing, canonical request, signature (reference section 3.1).

Pure functions over text; nothing here knows accounts or the network.

The document says how a request is canonised; the SDKs do not always keep to it. They sign the path as their client
method wrote it, and a method that puts a caller's text there raw (`binlog_list` a time, others an id or a name) signs
`:` where the document has `%3A`. So several texts are tried, the documented one first: see `canonical_forms`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from cloudsim.protocol.errors import CloudError

DEFAULT_SIGNED = frozenset({"host", "content-length", "content-type", "content-md5"})
FUTURE_TOLERANCE_SECONDS = 300  # The real tolerance is undocumented; five minutes of clock skew is usual.
_UNRESERVED = "-._~"
# What the SDKs strip from a header's value. They strip bytes: a no-break or an ideographic space belongs to the value.
_BLANK = " \t\n\r\x0b\x0c"


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
    """What a signature covers: decoded path, decoded query pairs, (lower-case name, value) pairs of headers.

    `target` is the request target as it came over the wire, in origin form; empty when only the decoded parts are
    known, and then the documented form is the only one.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Iterable[tuple[str, str]]
    target: str = ""


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


def _header_lines(headers: Iterable[tuple[str, str]]) -> str:
    return "\n".join(sorted(f"{encode(name)}:{encode(value)}" for name, value in headers))


def _header_forms(headers: Iterable[tuple[str, str]], signed: tuple[str, ...]) -> Iterator[str]:
    """The documented choice of headers; then, when the signer lists them, what the two SDKs really sign.

    The legacy SDK signs every `x-bce-` header besides those it lists; the new one signs a listed header that is empty.
    """
    stripped = [(name, value.strip(_BLANK)) for name, value in headers]
    if not signed:
        default = [(n, v) for n, v in stripped if v and (n in DEFAULT_SIGNED or n.startswith("x-bce-"))]
        yield _header_lines(default)
        return
    yield _header_lines((n, v) for n, v in stripped if v and n in signed)
    yield _header_lines((n, v) for n, v in stripped if v and (n in signed or n.startswith("x-bce-")))
    yield _header_lines((n, v) for n, v in stripped if n in signed)


def _address_forms(request: SignedRequest) -> Iterator[str]:
    """Path and query as one text: as documented; then the path as it was sent.

    A raw `?` in a path is a question mark to the SDK, which writes its own query after the last one or writes none.
    """
    query = _canonical_query(request.query)
    yield quote(request.path, safe=_UNRESERVED + "/", errors="surrogateescape") + "\n" + query
    target = request.target
    if not target:
        return
    yield target.partition("?")[0] + "\n" + query
    path, mark, own = target.rpartition("?")
    if mark:
        yield target + "\n"
    if own and mark:
        yield path + "\n" + own


def canonical_forms(request: SignedRequest, signed: tuple[str, ...]) -> Iterator[str]:
    """The texts a signature may have been made from, the documented one first.

    Each holds the method, the whole path and query, and every header that the signer lists. A form as sent holds the
    target to the letter, so whoever changes a path or a query needs the key again, whichever form was signed.
    """
    headers = list(_header_forms(request.headers, signed))
    for address in _address_forms(request):
        for lines in headers:
            yield f"{request.method}\n{address}\n{lines}"


@lru_cache(maxsize=4096)
def _signing_key(secret_key: str, prefix: str) -> bytes:
    return hmac.digest(secret_key.encode(), prefix.encode(), hashlib.sha256).hex().encode()


def _made(canonical: str, authorization: Authorization, secret_key: str) -> str:
    key = _signing_key(secret_key, authorization.prefix)
    return hmac.digest(key, canonical.encode(errors="surrogateescape"), hashlib.sha256).hex()


def signature(request: SignedRequest, authorization: Authorization, secret_key: str) -> str:
    """The signature a holder of `secret_key` makes for this request, by the document."""
    return _made(next(canonical_forms(request, authorization.signed_headers)), authorization, secret_key)


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
    given = authorization.signature.encode(errors="surrogateescape")
    for canonical in canonical_forms(request, authorization.signed_headers):
        if hmac.compare_digest(_made(canonical, authorization, secret_key).encode(), given):
            return
    raise CloudError(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your Secret Access Key and signing method.",
    )
