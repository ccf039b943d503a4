"""`python -m cloudsim inject`: put a scenario in force in a running simulator, through its control port."""

from __future__ import annotations

import argparse
from typing import Any

from cloudsim.control.client import ControlPort, told


def inject_parser(control_port: int) -> argparse.ArgumentParser:
    """The command line of `inject`."""
    root = argparse.ArgumentParser(prog="python -m cloudsim inject", description=__doc__)
    root.add_argument("scenario", nargs="?", help="name of a scenario; without one they are listed")
    root.add_argument("--resource", help="resource to inject it on (default: the first that fits)")
    root.add_argument("--account", help="account id or short name (dawnlight, bluebay) to look in")
    root.add_argument("--withdraw", metavar="ID", help="withdraw a scenario, or `all`")
    root.add_argument("--control-port", type=int, default=control_port, help="control port of the simulator")
    return root


def run_inject(arguments: list[str], control_port: int) -> int:
    """Run the command; returns the exit status."""
    options = inject_parser(control_port).parse_args(arguments)

    def ask(control: ControlPort) -> Any:
        if options.withdraw:
            return control.ask(
                "DELETE", "/scenarios" if options.withdraw == "all" else f"/scenarios/{options.withdraw}"
            )
        if options.scenario is None:
            return "\n".join(
                f"{one['name']:28} {one['severity']}  {one['title']['zh']} / {one['title']['en']}"
                for one in control.ask("GET", "/scenarios")
            )
        account = control.account_id(options.account)
        body = {"scenario": options.scenario, "resource_id": options.resource, "account_id": account}
        return control.ask("POST", "/scenarios", body)

    return told(options.control_port, ask)
