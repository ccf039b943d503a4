"""The control port as the command line reaches it."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

TIMEOUT_SECONDS = 30


class ControlPort:
    """A running simulator's control port on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """An answer as JSON; raises HTTPError for a refusal."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.load(answer)

    def account_id(self, name: str | None) -> str | None:
        """The id of an account by id or short name; a name nobody has is left for the server to refuse."""
        if name is None:
            return None
        found = [one["id"] for one in self.ask("GET", "/accounts") if name in (one["id"], one["key"])]
        return str(found[0]) if found else name


def told(port: int, ask: Callable[[ControlPort], Any]) -> int:
    """Print what the control port answers, text as it is and the rest as JSON; returns the exit status."""
    try:
        answer = ask(ControlPort(port))
    except urllib.error.HTTPError as error:
        print(f"cloudsim: {error.read().decode()}", file=sys.stderr)
        return 1
    except urllib.error.URLError as error:
        print(f"cloudsim: no control port at {port}: {error.reason}", file=sys.stderr)
        return 1
    print(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, indent=2))
    return 0
