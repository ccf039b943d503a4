"""A real HTTP server that speaks the assistant's side of the contract, well or badly, as a test tells it."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contracts.schema import check

Json = dict[str, Any]
Reply = Callable[[Json], Iterator[Json | bytes]]
Vector = Callable[[Json], tuple[int, bytes]]


def message(turn: Json, index: int, text: str, kind: str = "answer", **more: Any) -> Json:
    """A message line with the stable id that a repeated turn repeats."""
    body = {"id": f"{turn['turn_id']}-{index}", "text": text, "kind": kind, "buttons": [], "card": None, **more}
    return {"type": "message", "message": body}


def summary(**more: Any) -> Json:
    """A summary line; `more` overrides its fields."""
    body: Json = {
        "intent": "inform",
        "confidence": 0.9,
        "language": "en",
        "task": None,
        "slots": {},
        "wakeups": [],
        "cancel_wakeups": False,
        "handoff": None,
        "resolution": None,
    }
    return {"type": "summary", "summary": {**body, **more}}


def packet(**more: Any) -> Json:
    """A valid handoff packet."""
    lists: Json = {
        name: [] for name in ("resources", "steps", "articles", "api_calls", "events", "incidents", "summary")
    }
    body: Json = {
        "version": 1,
        "reason": "customer_asked",
        "severity": "sev3",
        "severity_why": "asked",
        "tier": "tier1",
        "product": "bcc",
        "language": "en",
        "mood": {"anger": 0, "urgency": 0, "business_down": False},
        "customer": {name: None for name in ("account_id", "user_id", "user_name", "account_name", "plan", "industry")}
        | {"verified": False},
        "intent": "talk_to_human",
        "confidence": 0.99,
        "task": None,
        "slots": {},
        "last_words": "a human please",
        **lists,
    }
    return {**body, **more}


def echo(turn: Json) -> Iterator[Json | bytes]:
    """Says the input back; `human` asks for a handoff, `yes?` offers two buttons."""
    given = turn["input"]
    if given["kind"] == "event":
        yield message(turn, 0, f"event {given['name']}")
        yield summary()
        return
    words = given["text"] if given["kind"] == "text" else f"payload {given['payload']}"
    if words == "human":
        yield message(turn, 0, "one moment", "farewell")
        yield summary(handoff=packet())
        return
    buttons = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}] if words == "yes?" else []
    yield message(turn, 0, f"echo {words}", buttons=buttons)
    yield summary()


def no_vector(asked: Json) -> tuple[int, bytes]:
    """Status and body of an assistant without an encoder."""
    return 404, b"{}"


class FakeAssistant:
    """Started on a free port; `reply` and `vector` may be changed at any time; `turns` holds every turn asked for."""

    def __init__(self, port: int = 0) -> None:
        self.reply: Reply = echo
        self.vector: Vector = no_vector
        self.turns: list[Json] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._plain(200, b"ok")

            def do_POST(self) -> None:
                turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path.endswith("/vector"):
                    check("vector", turn)
                    self._plain(*fake.vector(turn))
                    return
                check("turn", turn)
                fake.turns.append(turn)
                fake.authorizations.append(self.headers.get("Authorization"))
                self._stream(fake.reply(turn))

            def _stream(self, lines: Iterator[Json | bytes]) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/x-ndjson")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                try:
                    for line in lines:
                        raw = line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))
                        self.wfile.flush()
                    self.wfile.write(b"0\r\n\r\n")
                except (ConnectionError, Dying):
                    self.close_connection = True

            def _plain(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests read `turns`, not a log."""

        self.authorizations: list[str | None] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def asked(self, conversation_id: str) -> list[Json]:
        """The turns of one conversation: those of an earlier test may still come in."""
        return [turn for turn in list(self.turns) if turn["conversation_id"] == conversation_id]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Dying(Exception):
    """Raised by a reply to break the connection off in the middle."""
