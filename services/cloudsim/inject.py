"""`python -m cloudsim inject`: put a scenario in force in a running simulator, through its control port."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.request
from typing import Any

TIMEOUT_SECONDS = 30


def inject_parser(control_port: int) -> argparse.ArgumentParser:
    """The command line of `inject`."""
    root = argparse.ArgumentParser(prog="python -m cloudsim inject", description=__doc__)
    root.add_argument("scenario", nargs="?", help="name of a scenario; without one they are listed")
    root.add_argument("--resource", help="resource to inject it on (default: the first that fits)")
    root.add_argument("--account", help="account id or short name (dawnlight, bluebay) to look in")
    root.add_argument("--withdraw", metavar="ID", help="withdraw a scenario, or `all`")
    root.add_argument("--control-port", type=int, default=control_port, help="control port of the simulator")
    return root


class _Control:
    """The control port."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """An answer as JSON; raises HTTPError for a refusal."""
        request = urllib.request.Request(
            self._base + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.load(answer)


def _account_id(control: _Control, name: str | None) -> str | None:
    if name is None:
        return None
    found = [one["id"] for one in control.ask("GET", "/accounts") if name in (one["id"], one["key"])]
    return str(found[0]) if found else name


def run_inject(arguments: list[str], control_port: int) -> int:
    """Run the command; returns the exit status."""
    options = inject_parser(control_port).parse_args(arguments)
    control = _Control(options.control_port)
    try:
        if options.withdraw:
            path = "/scenarios" if options.withdraw == "all" else f"/scenarios/{options.withdraw}"
            answer = control.ask("DELETE", path)
        elif options.scenario is None:
            for one in control.ask("GET", "/scenarios"):
                print(f"{one['name']:28} {one['severity']}  {one['title']['zh']} / {one['title']['en']}")
            return 0
        else:
            body = {"scenario": options.scenario, "resource_id": options.resource}
            answer = control.ask("POST", "/scenarios", {**body, "account_id": _account_id(control, options.account)})
    except urllib.error.HTTPError as error:
        print(f"cloudsim: {error.read().decode()}", file=sys.stderr)
        return 1
    except urllib.error.URLError as error:
        print(f"cloudsim: no control port at {options.control_port}: {error.reason}", file=sys.stderr)
        return 1
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return 0
