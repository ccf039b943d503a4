"""`clientToken`: the same token with the same request gives the same answer, once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cloudsim.protocol.call import Reply
from cloudsim.protocol.errors import CloudError, invalid_parameter

if TYPE_CHECKING:
    from cloudsim.protocol.call import Call

MAX_TOKEN_LENGTH = 64
TABLE = (
    "CREATE TABLE IF NOT EXISTS client_token (account TEXT NOT NULL, operation TEXT NOT NULL, token TEXT NOT NULL, "
    "digest TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL, "
    "PRIMARY KEY (account, operation, token)) WITHOUT ROWID"
)


def _token(call: Call) -> str | None:
    token = call.query.get("clientToken")
    if not token:
        return None
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise invalid_parameter(f"clientToken must be at most {MAX_TOKEN_LENGTH} ASCII characters.")
    return token


def _digest(call: Call) -> str:
    others = sorted((key, value) for key, value in call.query_pairs if key not in ("clientToken", "authorization"))
    text = repr((call.region, dict(call.params), others, call.raw_body))
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def _scope(call: Call) -> tuple[str, str]:
    return call.account_id, f"{call.operation.service}.{call.operation.name}"


def replayed(call: Call) -> Reply | None:
    """The earlier answer; raises IdempotentParameterMismatch when the token came with another request."""
    token = _token(call)
    if token is None:
        return None
    row = call.world.database.read_one(
        "SELECT digest, status, body FROM client_token WHERE account=? AND operation=? AND token=?",
        (*_scope(call), token),
    )
    if row is None:
        return None
    if row[0] != _digest(call):
        raise CloudError(
            "IdempotentParameterMismatch",
            "The request uses the same client token as a previous, but non-identical request.",
        )
    return Reply(row[1], row[2])


def remember(call: Call, reply: Reply) -> None:
    """Keep the answer of a request that succeeded."""
    token = _token(call)
    if token is not None:
        call.world.database.write(
            "INSERT OR REPLACE INTO client_token VALUES (?,?,?,?,?,?)",
            (*_scope(call), token, _digest(call), reply.status, reply.body),
        )
