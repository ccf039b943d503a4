"""Whose keys: actions act as the customer by assuming the signed-in user's role through the cloud's STS.

So the cloud itself refuses what that user may not do. Keys are kept until shortly before they expire.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from actions.clients.cloud import Call, Transport
from actions.clients.signing import Credentials

ROLE = "SupportAssistant"
SESSION_SECONDS = 3600
_RENEW_BEFORE_SECONDS = 300


@dataclass(frozen=True)
class User:
    """A signed-in user of a customer's account (32 hex digits each)."""

    account_id: str
    user_id: str


class RoleBroker:
    """Hands out a user's session keys. Thread-safe; raises CloudError when the cloud does not give them."""

    def __init__(self, transport: Transport, own: Credentials, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport, self._own, self._clock = transport, own, clock
        self._kept: dict[User, tuple[float, Credentials]] = {}
        self._locks: dict[User, threading.Lock] = {}
        self._guard = threading.Lock()

    def keys_for(self, user: User, conversation_id: str) -> Credentials:
        with self._guard:
            lock = self._locks.setdefault(user, threading.Lock())
        with lock:
            kept = self._kept.get(user)
            if kept and kept[0] > self._clock():
                return kept[1]
            keys = self._assume(user, conversation_id)
            self._kept[user] = (self._clock() + SESSION_SECONDS - _RENEW_BEFORE_SECONDS, keys)
            return keys

    def forget(self, user: User) -> None:
        """Drop kept keys, e.g. when the cloud no longer accepts them."""
        self._kept.pop(user, None)

    def _assume(self, user: User, conversation_id: str) -> Credentials:
        query = {
            "assumeRole": "",
            "accountId": user.account_id,
            "userId": user.user_id,
            "roleName": ROLE,
            "durationSeconds": str(SESSION_SECONDS),
        }
        # Assuming a role changes nothing, so it may be retried like a read.
        call = Call("getAssumedRole", "sts", "bj", "POST", "/v1/credential", query)
        data = self._transport.send(call, self._own, conversation_id).data
        return Credentials(data["accessKeyId"], data["secretAccessKey"], data["sessionToken"])
