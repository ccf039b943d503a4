"""Accounts, users, keys, sessions, and what a signer may do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from cloudsim.store.collection import Collection, Document, Kind
from cloudsim.store.database import Database

ACCOUNTS = Kind("account", global_indexed=("plan",))
USERS = Kind("user")
KEYS = Kind("access_key", indexed=("userId",))
SESSIONS = Kind("session")

RANK = {"none": 0, "read": 1, "operate": 2, "full": 3}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed: the account acted in, the user, and the most each service allows.

    `grants` maps a service name (or `*`) to `read`, `operate` or `full`. `acting_for_service` is set for
    sessions that the support service assumed.
    """

    account_id: str
    user_id: str | None
    grants: dict[str, str]
    access_key: str
    is_service: bool = False
    session_name: str | None = None

    def allows(self, service: str, access: str) -> bool:
        """Whether this signer may call operations of `service` that need `access`."""
        granted = self.grants.get(service, self.grants.get("*", "none"))
        return RANK[granted] >= RANK[access]


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret and whom it stands for; `token` and `expires_wall` (Unix seconds) for sessions."""

    secret_key: str
    principal: Principal
    token: str | None = None
    expires_wall: float | None = None


def weaker(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    """The grants that both sides allow, for a role assumed on behalf of a user."""
    names = set(first) | set(second)
    lowest = {}
    for name in names:
        one = first.get(name, first.get("*", "none"))
        two = second.get(name, second.get("*", "none"))
        lowest[name] = one if RANK[one] <= RANK[two] else two
    return lowest


class Identity:
    """Finds the credential of an access key; the hot ones stay in memory until something changes."""

    def __init__(self, database: Database) -> None:
        self.accounts = Collection(database, ACCOUNTS)
        self.users = Collection(database, USERS)
        self.keys = Collection(database, KEYS)
        self.sessions = Collection(database, SESSIONS)
        for collection in (self.accounts, self.users, self.keys, self.sessions):
            collection.define()
        self._known: dict[str, Credential] = {}

    def forget_cached(self) -> None:
        """Read every key again, after a rollback, a reset or a change of permissions."""
        self._known.clear()

    def credential(self, access_key: str) -> Credential | None:
        """The credential of an access key, permanent or of a session."""
        known = self._known.get(access_key)
        if known is None:
            known = self._load(access_key)
            if known is not None:
                self._known[access_key] = known
        return known

    def _load(self, access_key: str) -> Credential | None:
        key = self.keys.get(access_key)
        if key is not None:
            return Credential(key["secretKey"], self._principal(key))
        session = self.sessions.get(access_key)
        if session is None:
            return None
        principal = Principal(
            session["accountId"],
            session.get("userId"),
            session["grants"],
            access_key,
            session_name=session.get("roleName"),
        )
        return Credential(session["secretKey"], principal, session["token"], session["expiresWall"])

    def _principal(self, key: Document) -> Principal:
        account = self.accounts.get(key["accountId"])
        is_service = bool(account and account.get("isService"))
        user = self.users.get(key["userId"]) if key.get("userId") else None
        grants = user["grants"] if user else {"*": "full"}
        return Principal(key["accountId"], key.get("userId"), grants, key["id"], is_service)

    def open_session(
        self, account_id: str, user_id: str | None, grants: dict[str, str], expires_wall: float, role: str | None
    ) -> Document:
        """A temporary key; random, because a session must not be guessable even in a repeatable world."""
        session: dict[str, Any] = {
            "id": secrets.token_hex(16),
            "accountId": account_id,
            "userId": user_id,
            "grants": grants,
            "secretKey": secrets.token_hex(16),
            "token": secrets.token_urlsafe(96),
            "expiresWall": expires_wall,
            "roleName": role,
        }
        self.sessions.put(session)
        return session
