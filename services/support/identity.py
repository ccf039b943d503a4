"""Who is speaking, by signed token only. Tokens use wall time; the key of each kind of token is its own."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

import jwt

from contracts.ids import new_id
from support.errors import NotSignedIn
from support.settings import Settings
from support.texts import Language, as_language

ALGORITHM = "HS256"
ANONYMOUS_SESSION_SECONDS = 30 * 24 * 3600
DESK_SESSION_SECONDS = 12 * 3600
CONTEXT_SECONDS = 300
DEMO_TOKEN_SECONDS = 24 * 3600
LONGEST_TOKEN = 8192
LONGEST_NAME = 200


@dataclass(frozen=True)
class Customer:
    """The party of a conversation: a user of an account, or an anonymous session."""

    party: str
    account_id: str | None
    user_id: str | None
    name: str | None
    language: Language | None
    claims: dict[str, Any]

    @property
    def is_known(self) -> bool:
        return self.user_id is not None


def derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _decode(token: str, key: str, required: list[str], audience: str | None = None) -> dict[str, Any]:
    if len(token) > LONGEST_TOKEN:
        raise NotSignedIn("bad_token")
    try:
        return jwt.decode(token, key, algorithms=[ALGORITHM], audience=audience, options={"require": required})
    except jwt.ExpiredSignatureError as error:
        raise NotSignedIn("expired_token") from error
    except jwt.InvalidTokenError as error:
        raise NotSignedIn("bad_token") from error


class Identity:
    """Mints and verifies every token of the service."""

    def __init__(self, settings: Settings) -> None:
        self._widget = settings.widget_secret
        self._anonymous = derived(settings.widget_secret, "anonymous-session")
        self._desk = derived(settings.desk_secret, "desk-session")
        self._internal = settings.internal_secret

    def customer(self, token: str) -> Customer:
        """A host site's token, or a session that this service minted for an anonymous customer."""
        try:
            header = jwt.get_unverified_header(token[:LONGEST_TOKEN])
        except jwt.InvalidTokenError as error:
            raise NotSignedIn("bad_token") from error
        if header.get("kid") == "anonymous":
            claims = _decode(token, self._anonymous, ["sub", "exp"])
            return Customer(f"anonymous:{claims['sub']}", None, None, None, None, claims)
        return self._known(_decode(token, self._widget, ["sub", "account_id", "exp"]))

    @staticmethod
    def _known(claims: dict[str, Any]) -> Customer:
        user, account = claims["sub"], claims["account_id"]
        if not isinstance(account, str) or not 0 < len(account) <= 64 or not 0 < len(user) <= 64:
            raise NotSignedIn("bad_token")
        name = claims.get("name")
        language = as_language(claims["language"]) if claims.get("language") else None
        shown = str(name)[:LONGEST_NAME] if name else user
        return Customer(f"user:{account}:{user}", account, user, shown, language, claims)

    def anonymous(self) -> tuple[Customer, str]:
        """A fresh anonymous customer and the token that proves it later."""
        session = new_id("anon")
        claims: dict[str, Any] = {"sub": session, "exp": int(time.time()) + ANONYMOUS_SESSION_SECONDS}
        token = jwt.encode(claims, self._anonymous, ALGORITHM, headers={"kid": "anonymous"})
        return Customer(f"anonymous:{session}", None, None, None, None, claims), token

    def widget_token(self, account_id: str, user_id: str, name: str, language: Language) -> str:
        """What a host site would mint; the demonstration plays the host site."""
        claims = {"sub": user_id, "account_id": account_id, "name": name, "language": language}
        return jwt.encode({**claims, "exp": int(time.time()) + DEMO_TOKEN_SECONDS}, self._widget, ALGORITHM)

    def customer_context(self, claims: dict[str, Any]) -> str:
        """The signed context that the assistant and the actions trust (contracts section 1)."""
        return jwt.encode({**claims, "exp": int(time.time()) + CONTEXT_SECONDS}, self._internal, ALGORITHM)

    def desk_token(self, agent_id: str) -> str:
        return jwt.encode({"sub": agent_id, "exp": int(time.time()) + DESK_SESSION_SECONDS}, self._desk, ALGORITHM)

    def desk_agent_id(self, token: str) -> str:
        return str(_decode(token, self._desk, ["sub", "exp"])["sub"])
