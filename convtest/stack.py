"""Drives a running stack (demo mode) as a customer and as an agent, over its public doors."""

import re
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

PATIENCE_SECONDS = 60.0
"""For a busy machine; nothing waits that long unless it fails."""
RECOVERY_SECONDS = 15.0
_PAUSE_SECONDS = 0.02
_NOT_SUCH_A_MESSAGE = (400, 413)


class StackError(AssertionError):
    """The stack did not do what every conversation needs (a turn did not end, a door was shut)."""


@dataclass
class Exchange:
    """What came of one step: the messages that appeared, the summaries of the turns that ran, a refusal of the door."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[str, Any] | None = None

    def said_by(self, *roles: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["role"] in roles]


class StackDriver:
    """One customer's conversation against `url` (support); `control_url` is the simulated cloud's control port."""

    def __init__(self, url: str, control_url: str) -> None:
        self._url, self._control = url.rstrip("/"), control_url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False
        self._customer: dict[str, Any] = {}
        self._language = "zh"
        self._chat_headers: dict[str, str] = {}
        self._desk_headers: dict[str, str] | None = None
        self.conversation_id = ""
        self._seen = 0
        self._turns_seen = 0
        self.owner: dict[str, Any] = {"kind": "bot"}

    @property
    def account_id(self) -> str | None:
        """The account of the customer, None for an anonymous one."""
        account: str | None = self._customer.get("account_id")
        return account

    # ---- the world ----

    def calm_world(self) -> None:
        """The cloud as on the first day: nothing an earlier test broke, stopped or renewed is left.

        The clock goes on so far that a circuit breaker which an earlier fault opened lets calls through again.
        """
        self._ask("DELETE", f"{self._control}/faults")
        self._ask("POST", f"{self._control}/reset")
        self._ask("POST", f"{self._control}/clock", json={"advance_seconds": RECOVERY_SECONDS})

    def inject(self, name: str, resource: str | None) -> None:
        body: dict[str, Any] = {"scenario": name, "account_id": self._customer.get("account_id")}
        if resource:
            body["resource_id"] = resource
        self._ask("POST", f"{self._control}/scenarios", json=body)

    def fault(self, rule: dict[str, Any]) -> None:
        self._ask("POST", f"{self._control}/faults", json=rule)

    def recharge(self, yuan: float) -> None:
        """The customer's account pays money in."""
        self._ask("POST", f"{self._control}/accounts/{self.account_id}/recharge", json={"amount": yuan})

    def heal(self, what: str) -> None:
        for name in ("scenarios", "faults") if what == "all" else (what,):
            self._ask("DELETE", f"{self._control}/{name}")

    def api_calls(self) -> list[dict[str, Any]]:
        """Every call to the cloud on behalf of this conversation."""
        query = {"conversation": self.conversation_id, "limit": 10000}
        return list(self._ask("GET", f"{self._control}/requests", params=query))

    # ---- the customer ----

    def choose(self, customer: str, language: str) -> None:
        """Become a demo customer (or anonymous) without opening the chat yet."""
        self._language = language
        self._http.headers["Accept-Language"] = language
        self._chat_headers, self._customer = {}, {}
        if customer == "anonymous":
            return
        known = {one["key"]: one for one in self._ask("GET", f"{self._url}/api/demo/customers")}
        self._customer = known[customer]
        token = self._ask("POST", f"{self._url}/api/demo/token", json={"customer": customer, "language": language})[
            "token"
        ]
        self._chat_headers = {"Authorization": f"Bearer {token}"}

    def begin(self) -> Exchange:
        """Open a fresh conversation; the exchange holds the greeting."""
        opened = self._ask(
            "POST",
            f"{self._url}/api/chat/conversations",
            json={"language": self._language, "fresh": True},
            headers=self._chat_headers,
        )
        self.conversation_id = opened["conversation_id"]
        if opened.get("session"):
            self._chat_headers = {"Authorization": f"Bearer {opened['session']}"}
        self._seen = self._turns_seen = 0
        return self.settle()

    def reopen(self) -> Exchange:
        """Come back to the same conversation, as after a reload."""
        opened = self._ask(
            "POST", f"{self._url}/api/chat/conversations", json={"language": self._language}, headers=self._chat_headers
        )
        if opened["conversation_id"] != self.conversation_id:
            raise StackError(f"another conversation was opened: {opened}")
        return self.settle()

    def say(self, text: str) -> Exchange:
        return self._send({"text": text})

    def press(self, title: str, older: int = 0) -> Exchange:
        """Press the matching button of the newest message that has buttons, or of one so many offers back."""
        offers = [message["buttons"] for message in reversed(self.history()) if message["buttons"]]
        if not older:
            offers = offers[:1]
        found = [button for offer in offers for button in offer if re.search(title, button["title"])]
        if len(found) <= older:
            raise StackError(f"no button {title!r} among {[b['title'] for offer in offers for b in offer]}")
        return self._send({"payload": found[older]["payload"]})

    def wait(self, seconds: float) -> Exchange:
        """Let world time pass; wake-ups and timers that come due happen."""
        self._ask("POST", f"{self._control}/clock", json={"advance_seconds": seconds})
        return self.settle()

    def post(self, text: str) -> None:
        """Send a message and do not wait for what comes of it."""
        self._deliver({"text": text})

    def _send(self, body: dict[str, Any]) -> Exchange:
        refused = self._deliver(body)
        seen = self.settle()
        seen.refused = refused
        return seen

    def _deliver(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """Send a message; the error (`code`, `message`) when the door does not take such a message."""
        message = {"client_id": uuid4().hex, "language": self._language, **body}
        answer = self._http.post(
            f"{self._chat}/messages", json=message, headers=self._chat_headers, timeout=PATIENCE_SECONDS
        )
        if answer.status_code in _NOT_SUCH_A_MESSAGE:
            error: dict[str, Any] = answer.json()["error"]
            return error
        if not answer.ok:
            raise StackError(f"a message was answered by HTTP {answer.status_code}: {answer.text[:400]}")
        return None

    @property
    def _chat(self) -> str:
        return f"{self._url}/api/chat/conversations/{self.conversation_id}"

    def history(self) -> list[dict[str, Any]]:
        """The whole transcript (its first 200 messages)."""
        query = {"after": 0, "limit": 200}
        return list(self._ask("GET", f"{self._chat}/messages", params=query, headers=self._chat_headers)["messages"])

    def settle(self) -> Exchange:
        """Wait until no turn of the conversation runs and no timer of it is due, then tell what is new."""
        begun = time.monotonic()
        while True:
            status = self._turns()
            if status["idle"]:
                break
            if time.monotonic() - begun > PATIENCE_SECONDS:
                raise StackError(f"a turn did not end within {PATIENCE_SECONDS} s: {status}")
            time.sleep(_PAUSE_SECONDS)
        fresh = [message for message in self.history() if message["seq"] > self._seen]
        self._seen = max([self._seen, *(message["seq"] for message in fresh)])
        turns = status["turns"][self._turns_seen :]
        self._turns_seen = len(status["turns"])
        self.owner = status["owner"]
        return Exchange(fresh, turns)

    def is_idle(self) -> bool:
        """Whether no turn runs and nothing is due at this moment."""
        idle: bool = self._turns()["idle"]
        return idle

    def _turns(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._ask("GET", f"{self._url}/api/demo/conversations/{self.conversation_id}/turns")
        return answer

    # ---- the agent ----

    def agent(self, what: str, text: str | None) -> Exchange:
        """The agent who would get this case claims it, writes, releases or resolves."""
        case_id = self._turns()["case_id"]
        if not case_id:
            raise StackError("no case to work on: nothing was handed over")
        headers = self._desk(case_id)
        case = f"{self._url}/api/desk/cases/{case_id}"
        if what == "claims":
            self._ask("POST", f"{case}/claim", json={}, headers=headers)
        elif what == "says":
            self._ask("POST", f"{case}/messages", json={"client_id": uuid4().hex, "text": text}, headers=headers)
        elif what == "releases":
            self._ask("POST", f"{case}/release", json={"note": text}, headers=headers)
        elif what == "resolves":
            self._ask("POST", f"{case}/resolve", json={"note": text}, headers=headers)
        return self.settle()

    def _desk(self, case_id: str) -> dict[str, str]:
        """Sign in as the first demo agent who may see the case."""
        if self._desk_headers:
            return self._desk_headers
        for agent in self._ask("GET", f"{self._url}/api/demo/agents"):
            credentials = {"email": agent["email"], "password": agent["password"]}
            token = self._ask("POST", f"{self._url}/api/desk/login", json=credentials)["token"]
            headers = {"Authorization": f"Bearer {token}"}
            answer = self._http.get(f"{self._url}/api/desk/cases/{case_id}", headers=headers, timeout=PATIENCE_SECONDS)
            if answer.status_code == 200:
                self._desk_headers = headers
                return headers
        raise StackError(f"no demo agent may see case {case_id}")

    def _ask(self, method: str, url: str, **kwargs: Any) -> Any:
        try:
            answer = self._http.request(method, url, timeout=PATIENCE_SECONDS, **kwargs)
        except requests.RequestException as error:
            raise StackError(f"{method} {url}: the stack does not answer ({error})") from error
        if not answer.ok:
            raise StackError(f"{method} {url} → HTTP {answer.status_code}: {answer.text[:400]}")
        return answer.json() if answer.content else None
