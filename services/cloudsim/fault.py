"""`python -m cloudsim fault`: put a protocol fault in force in a running simulator, through its control port."""

from __future__ import annotations

import argparse
from typing import Any, get_args

from cloudsim.control.client import ControlPort, told
from cloudsim.faults.injection import FaultKind

_FIELDS = ("service", "operation", "status", "code", "seconds", "probability", "count")


def fault_parser(control_port: int) -> argparse.ArgumentParser:
    """The command line of `fault`."""
    root = argparse.ArgumentParser(prog="python -m cloudsim fault", description=__doc__)
    root.add_argument("kind", nargs="?", choices=get_args(FaultKind), help="without one the faults in force are listed")
    root.add_argument("--service", help="bcc, eip … (default: every service)")
    root.add_argument("--operation", help="an operation of it, as the request log names it (default: every one)")
    root.add_argument("--account", help="account id or short name whose calls are struck (default: everybody's)")
    root.add_argument("--status", type=int, help="HTTP status of an `error` (default: 500)")
    root.add_argument("--code", help="error code of an `error` (default: InternalError)")
    root.add_argument("--seconds", type=float, help="delay of a `latency`")
    root.add_argument("--probability", type=float, help="share of the calls that are struck, above 0 (default: 1)")
    root.add_argument("--count", type=int, help="how many calls are struck before it ends (default: no end)")
    root.add_argument("--clear", metavar="ID", help="take a fault away, or `all`")
    root.add_argument("--control-port", type=int, default=control_port, help="control port of the simulator")
    return root


def run_fault(arguments: list[str], control_port: int) -> int:
    """Run the command; returns the exit status."""
    options = fault_parser(control_port).parse_args(arguments)

    def ask(control: ControlPort) -> Any:
        if options.clear:
            return control.ask("DELETE", "/faults" if options.clear == "all" else f"/faults/{options.clear}")
        if options.kind is None:
            return control.ask("GET", "/faults")
        given = {name: getattr(options, name) for name in _FIELDS if getattr(options, name) is not None}
        account = control.account_id(options.account)
        return control.ask("POST", "/faults", {"kind": options.kind, "account_id": account, **given})

    return told(options.control_port, ask)
