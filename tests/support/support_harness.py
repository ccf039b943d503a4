"""Running the real service for tests: its own process, a real database file, real sockets."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import socketio
from free_ports import free_stretch

from contracts.clock import WorldClock
from contracts.ids import new_id

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0
"""Long enough for a busy machine; nothing waits that long unless it fails."""
POLL_SECONDS = 0.05
SECRETS = {
    "INTERNAL_TOKEN": "test-internal-token-0001",
    "INTERNAL_SECRET": "test-internal-secret-000000000001",
    "WIDGET_SECRET": "test-widget-secret-0000000000001",
    "DESK_SECRET": "test-desk-secret-000000000000001",
}
Json = dict[str, Any]


def eventually(look: Callable[[], Any], what: str, patience: float = PATIENCE_SECONDS) -> Any:
    """The first truthy answer of `look`; fails saying `what` never came."""
    pause, end = threading.Event(), monotonic() + patience
    while True:
        seen = look()
        if seen:
            return seen
        if monotonic() > end:
            raise AssertionError(f"never came: {what}; last seen {seen!r}")
        pause.wait(POLL_SECONDS)


ACCOUNTS: list[Json] = [
    {
        "id": "acc-small",
        "key": "dawnlight",
        "name": {"zh": "晨光工作室", "en": "Dawnlight Studio"},
        "plan": "basic",
        "industry": "media",
        "users": [{"id": "u-lin", "key": "linxiao", "name": {"zh": "林晓", "en": "Lin Xiao"}, "grants": {"*": "full"}}],
    },
    {
        "id": "acc-key",
        "key": "bluebay",
        "name": {"zh": "蓝湾金融", "en": "Bluebay Finance"},
        "plan": "key",
        "industry": "finance",
        "users": [
            {"id": "u-chen", "key": "chenchen", "name": {"zh": "陈晨", "en": "Chen Chen"}, "grants": {"*": "full"}},
            {"id": "u-zhou", "key": "zhoumin", "name": {"zh": "周敏", "en": "Zhou Min"}, "grants": {"*": "read"}},
        ],
    },
    {
        "id": "acc-business",
        "key": "starfruit",
        "name": {"zh": "杨桃电商", "en": "Starfruit Commerce"},
        "plan": "business",
        "industry": "retail",
        "users": [{"id": "u-he", "key": "hejing", "name": {"zh": "何静", "en": "He Jing"}, "grants": {"*": "full"}}],
    },
]


class FakeCloud:
    """The cloud's control port as far as support uses it: accounts and scenarios."""

    def __init__(self) -> None:
        self.active: list[Json] = [
            {
                "id": "scn-other",
                "scenario": "guest_hang",
                "account_id": "acc-x",
                "resource_id": "i-x",
                "status": "active",
            }
        ]
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answers: dict[str, Any] = {
                    "/accounts": ACCOUNTS,
                    "/scenarios": [{"name": "guest_hang", "title": {"zh": "卡死", "en": "Hang"}, "product": "BCC"}],
                    "/scenarios/active": fake.active,
                }
                self._answer(200, answers.get(self.path, {}))

            def do_POST(self) -> None:
                wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if wish["scenario"] != "guest_hang":
                    self._answer(409, {"detail": "no such scenario"})
                    return
                one = {"id": f"scn-{len(fake.active)}", "resource_id": "i-own", "status": "active", **wish}
                fake.active.append(one)
                self._answer(201, one)

            def do_DELETE(self) -> None:
                fake.active = [one for one in fake.active if not self.path.endswith(one["id"])]
                self._answer(200, {"removed": 1})

            def _answer(self, status: int, body: Any) -> None:
                raw = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Tests look at `active`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Support:
    """One `python -m support` with a folder of its own; may be killed and started again on the same data."""

    def __init__(self, folder: Path, assistant_port: int, cloud_port: int, **environment: str) -> None:
        self.folder = folder
        self.port = free_stretch(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock = WorldClock(folder / "clock.json")
        given = {
            **SECRETS,
            "DEMO": "1",
            "SUPPORT_PORT": str(self.port),
            "VAR_DIR": str(folder),
            "KNOWLEDGE_VECTORS": str(folder / "knowledge_vectors.npz"),
            "ASSISTANT_PORT": str(assistant_port),
            "ACTIONS_PORT": str(assistant_port),
            "CLOUD_PORT": str(cloud_port),
            "CLOUD_CONTROL_PORT": str(cloud_port),
            "TICK_SECONDS": "0.1",
            "TURN_SLOW_SECONDS": str(PATIENCE_SECONDS),
            "TURN_RETRY_SECONDS": "0.05",
            "MESSAGES_PER_MINUTE": "100000",
            "LOGINS_PER_MINUTE": "1000",
            "OPENINGS_PER_MINUTE": "1000",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'services'}",
            **environment,
        }
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        self.environment = {**kept, **given}
        self._process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def start(self, wait_for_accounts: bool = True) -> "Support":
        with (self.folder / "support.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "support"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        eventually(self._answers, f"support on {self.port}: {self.log()[-3000:]}", 60)
        if wait_for_accounts:
            eventually(lambda: self.get("/api/demo/customers").status_code == 200, "accounts")
        return self

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    def log(self) -> str:
        file = self.folder / "support.log"
        return file.read_text() if file.exists() else ""

    def kill(self) -> None:
        """As a crash would: no clean-up, no good-bye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self.http.close()

    def get(self, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        return self.http.get(path, headers=_headers(token, more.pop("language", "en")), **more)

    def post(self, path: str, body: Any = None, token: str | None = None, **more: Any) -> httpx.Response:
        headers = _headers(token, more.pop("language", "en"))
        return self.http.post(path, json={} if body is None else body, headers=headers, **more)

    def internal(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = _headers(SECRETS["INTERNAL_TOKEN"], "en")
        return self.http.request(method, path, json=body, headers=headers, **more)

    def advance(self, seconds: float) -> None:
        """Move world time for the service and for us."""
        self.clock.advance(seconds)

    def customer(self, who: str | None = "small", fresh: bool = True, language: str = "en") -> "Customer":
        """A demo customer, or with None an anonymous one, in a conversation."""
        token = None
        if who is not None:
            token = self.post("/api/demo/token", {"customer": who, "language": language}).json()["token"]
        return Customer(self, token, fresh, language)

    def agent(self, agent_id: str) -> "DeskAgent":
        email = {
            "a-lin": "lin.wei",
            "a-chen": "chen.hao",
            "a-grace": "grace.miller",
            "a-zhou": "zhou.qing",
            "a-sun": "sun.yi",
            "a-wang": "wang.lei",
            "a-zhao": "zhao.min",
            "a-oliver": "oliver.brown",
            "a-xu": "xu.jing",
            "a-he": "he.jun",
        }[agent_id]
        password = f"demo-{email.replace('.', '-')}-2026"
        answer = self.post("/api/desk/login", {"email": f"{email}@desk.example", "password": password})
        assert answer.status_code == 200, answer.text
        self.http.cookies.clear()
        return DeskAgent(self, agent_id, answer.json()["token"], answer.json()["agent"]["name"])


def _headers(token: str | None, language: str) -> dict[str, str]:
    headers = {"Accept-Language": language}
    return {**headers, "Authorization": f"Bearer {token}"} if token else headers


class Customer:
    """A customer in one conversation, over HTTP; `connect()` adds a socket."""

    def __init__(self, support: Support, token: str | None, fresh: bool, language: str) -> None:
        self.support = support
        opened = support.post("/api/chat/conversations", {"language": language, "fresh": fresh}, token)
        assert opened.status_code == 200, opened.text
        self.opened: Json = opened.json()
        self.id: str = self.opened["conversation_id"]
        self.token: str = token or self.opened["session"]
        self.path = f"/api/chat/conversations/{self.id}"

    def send(self, text: str | None = None, payload: str | None = None, client_id: str | None = None) -> httpx.Response:
        body = {"client_id": client_id or new_id("k")}
        body |= {"text": text} if text is not None else {"payload": str(payload)}
        return self.support.post(f"{self.path}/messages", body, self.token)

    def transcript(self) -> list[Json]:
        found: list[Json] = []
        while True:
            after = found[-1]["seq"] if found else 0
            page = self.support.get(f"{self.path}/messages?after={after}&limit=200", self.token).json()
            found += page["messages"]
            if not page["messages"] or found[-1]["seq"] == page["last_seq"]:
                return found

    def texts(self, role: str | None = None) -> list[str]:
        return [message["text"] for message in self.transcript() if role in (None, message["role"])]

    def hears(self, part: str, role: str | None = None) -> Json:
        """Wait for a message that contains `part`."""

        def look() -> Json | None:
            found = [one for one in self.transcript() if part in one["text"] and role in (None, one["role"])]
            return found[-1] if found else None

        message: Json = eventually(look, f"{part!r} in {self.texts()}")
        return message

    def settled(self) -> list[Json]:
        """Wait for the committed end of every turn that runs or is due; its words are heard before that.

        Returns the turns with their states.
        """

        def look() -> list[Json] | None:
            seen: Json = self.support.get(f"/api/demo/conversations/{self.id}/turns").json()
            return seen["turns"] if seen["idle"] else None

        turns: list[Json] = eventually(look, f"the end of all turns; heard {self.texts()}")
        return turns

    def state(self) -> Json:
        answer: Json = self.support.get(f"{self.path}/state", self.token).json()
        return answer

    def owner(self) -> str:
        return str(self.state()["owner"]["kind"])

    def asks_for_human(self) -> str:
        """Say the word that makes the fake assistant hand over; returns the case's id."""
        self.send("human")
        eventually(lambda: self.owner() == "queue", f"queue; {self.texts()}")
        return str(self.state()["case"]["id"])

    def connect(self, last_seq: int = 0) -> "Ear":
        return Ear(self.support.url, "/chat", {"token": self.token, "conversation_id": self.id, "last_seq": last_seq})


class DeskAgent:
    """A signed-in agent."""

    def __init__(self, support: Support, agent_id: str, token: str, name: str) -> None:
        self.support, self.id, self.token, self.name = support, agent_id, token, name

    def cases(self, view: str = "waiting") -> list[str]:
        return [case["id"] for case in self.support.get(f"/api/desk/cases?view={view}", self.token).json()["cases"]]

    def read(self, case_id: str) -> httpx.Response:
        return self.support.get(f"/api/desk/cases/{case_id}", self.token)

    def does(self, case_id: str, action: str, **body: Any) -> httpx.Response:
        return self.support.post(f"/api/desk/cases/{case_id}/{action}", body, self.token)

    def writes(self, case_id: str, text: str, client_id: str | None = None) -> httpx.Response:
        return self.does(case_id, "messages", client_id=client_id or new_id("k"), text=text)

    def connect(self) -> "Ear":
        return Ear(self.support.url, "/desk", {"token": self.token})


class Ear:
    """A real socket that remembers what it heard."""

    def __init__(self, url: str, namespace: str, auth: Json) -> None:
        self.namespace = namespace
        self.heard: list[tuple[str, Any]] = []
        self.client = socketio.Client(reconnection=False)
        for event in ("session", "message", "state", "typing", "case", "ring", "viewers"):
            self.client.on(event, self._remember(event), namespace=namespace)
        self.client.connect(
            url, namespaces=[namespace], auth=auth, transports=["websocket"], wait_timeout=PATIENCE_SECONDS
        )

    def _remember(self, event: str) -> Callable[[Any], None]:
        return lambda data: self.heard.append((event, data))

    def all(self, event: str) -> list[Any]:
        return [data for name, data in list(self.heard) if name == event]

    def hears(self, event: str, fits: Callable[[Any], bool] = lambda _: True) -> Any:
        return eventually(lambda: next((one for one in self.all(event) if fits(one)), None), f"{event} in {self.heard}")

    def call(self, event: str, body: Any) -> Any:
        return self.client.call(event, body, namespace=self.namespace, timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        self.client.disconnect()


def refusal(url: str, namespace: str, auth: Any) -> Json:
    """The error with which a connection is refused; fails when it is not."""
    errors: list[Any] = []
    client = socketio.Client(reconnection=False)
    client.on("connect_error", errors.append, namespace=namespace)
    try:
        client.connect(url, namespaces=[namespace], auth=auth, transports=["websocket"], wait_timeout=PATIENCE_SECONDS)
    except socketio.exceptions.ConnectionError:
        eventually(lambda: errors, "a reason")
        found: Json = json.loads(errors[0]["message"])
        return found
    client.disconnect()
    raise AssertionError("the connection was accepted")
