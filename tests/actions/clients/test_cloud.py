"""The cloud client against a real HTTP server that misbehaves on purpose."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from actions.clients.cloud import RETRIES, Call, CloudError, Transport
from actions.clients.signing import Credentials

KEYS = Credentials("ak", "sk")
READ = Call("getInstance", "bcc", "bj", "GET", "/v2/instance/i-12345678")
WRITE = Call("rebootInstance", "bcc", "bj", "PUT", "/v2/instance/i-12345678", {"reboot": ""}, {"forceStop": True})
REFUSED = {"requestId": "r-9", "code": "Instance.RebootInstanceOperationForbidden", "message": "not running"}


class Server:
    """Answers each request with the next of `script`: (status, body) or None to drop the connection."""

    def __init__(self) -> None:
        self.script: list[tuple[int, bytes] | None] = []
        self.seen: list[tuple[str, str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                outer.seen.append((self.command, self.path, self.headers["Host"]))
                step = outer.script.pop(0) if outer.script else (200, b"{}")
                if step is None:
                    self.close_connection = True
                    return
                self.send_response(step[0])
                self.send_header("x-bce-request-id", "r-1")
                self.send_header("Content-Length", str(len(step[1])))
                self.end_headers()
                self.wfile.write(step[1])

            do_GET = do_PUT = do_POST = _answer

            def log_message(self, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


def send(server: Server, call: Call) -> Any:
    return Transport(server.url, sleep=lambda _: None).send(call, KEYS, "c-1")


def failure(server: Server, call: Call) -> CloudError:
    with pytest.raises(CloudError) as caught:
        send(server, call)
    return caught.value


def test_that_a_call_goes_to_the_public_host_through_the_gateway(server: Server) -> None:
    server.script = [(200, b'{"instance": {"id": "i-12345678"}}')]
    answer = send(server, READ)
    assert answer.data["instance"]["id"] == "i-12345678"
    assert answer.request_id == "r-1"
    assert server.seen == [("GET", "/v2/instance/i-12345678", "bcc.bj.baidubce.com")]


@pytest.mark.parametrize("trouble", [None, (500, b"{}"), (503, b"<html>"), (429, b"{}")])
def test_that_reads_are_retried_and_then_answered(server: Server, trouble: tuple[int, bytes] | None) -> None:
    server.script = [trouble] * RETRIES + [(200, b'{"ok": 1}')]
    assert send(server, READ).data == {"ok": 1}
    assert len(server.seen) == RETRIES + 1


@pytest.mark.parametrize("trouble", [None, (500, b"{}"), (503, b"{}")])
def test_that_writes_are_sent_once_and_their_outcome_is_unknown(
    server: Server, trouble: tuple[int, bytes] | None
) -> None:
    server.script = [trouble]
    assert failure(server, WRITE).unknown
    assert len(server.seen) == 1


def test_that_a_refusal_is_known_and_names_code_and_request(server: Server) -> None:
    server.script = [(409, json.dumps(REFUSED).encode())]
    error = failure(server, WRITE)
    assert not error.unknown
    assert (error.kind, error.code, error.request_id) == ("refused", REFUSED["code"], "r-9")


def test_that_html_with_status_200_is_a_bad_answer(server: Server) -> None:
    server.script = [(200, b"<html>ok</html>")] * (RETRIES + 1)
    error = failure(server, READ)
    assert error.kind == "bad_answer"
    assert error.unknown


def test_that_an_open_circuit_fails_at_once(server: Server) -> None:
    transport = Transport(server.url, sleep=lambda _: None)
    server.script = [(500, b"{}")] * 9
    for _ in range(2):
        with pytest.raises(CloudError):
            transport.send(READ, KEYS, "c-1")
    calls = len(server.seen)
    with pytest.raises(CloudError, match="CircuitOpen"):
        transport.send(READ, KEYS, "c-1")
    assert len(server.seen) == calls


def test_that_only_calls_marked_idempotent_carry_a_client_token(server: Server) -> None:
    send(server, Call("resizeEip", "eip", "bj", "PUT", "/v1/eip/1.2.3.4", {"resize": ""}, {}, idempotent=True))
    send(server, WRITE)
    assert "clientToken=" in server.seen[0][1]
    assert "clientToken" not in server.seen[1][1]
