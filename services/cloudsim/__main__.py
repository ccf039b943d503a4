"""`python -m cloudsim`: serve the simulated cloud, or break something in a running one (`inject`, `fault`)."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from cloudsim.cloud import Cloud
from cloudsim.fault import run_fault
from cloudsim.inject import run_inject
from cloudsim.server import Ports, run
from cloudsim.world.seeding import SeedError
from cloudsim.world.world import Pace
from contracts.clock import WorldClock

DEFAULT_CONTROL_PORT = 8601
REPOSITORY = Path(__file__).resolve().parents[2]


def _port(name: str, default: int | None) -> int | None:
    text = os.environ.get(name)
    return int(text) if text else default


def parser() -> argparse.ArgumentParser:
    """The command line."""
    root = argparse.ArgumentParser(
        prog="python -m cloudsim",
        description=__doc__,
        epilog="See also: python -m cloudsim inject --help, fault --help",
    )
    root.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    root.add_argument("--port", type=int, default=_port("CLOUD_PORT", 8600), help="port that dispatches on Host")
    root.add_argument(
        "--service-ports",
        type=int,
        metavar="BASE",
        default=_port("CLOUD_SERVICE_PORT_BASE", 8610),
        help="first of the ports with one service each (bcc, bcm, eip, ...); 0 opens none",
    )
    root.add_argument(
        "--control-port",
        type=int,
        default=_port("CLOUD_CONTROL_PORT", None),
        help="control API (scenarios, faults, clock); closed unless given, usually 8601",
    )
    root.add_argument(
        "--operator-port",
        type=int,
        default=_port("CLOUD_OPERATOR_PORT", None),
        help="operator API (hosts, warranty, incidents); closed unless given, usually 8602",
    )
    root.add_argument("--seed", type=Path, default=REPOSITORY / "data/cloud/demo.yaml", help="seed file of the world")
    root.add_argument(
        "--database",
        type=Path,
        default=Path(os.environ.get("VAR_DIR", "var")) / "cloud.db",
        help="SQLite file; planted from the seed when empty",
    )
    root.add_argument("--clock", type=Path, default=None, help="file with the world-time offset (var/clock.json)")
    root.add_argument("--power-seconds", type=float, default=Pace.power, help="world seconds that start and stop take")
    root.add_argument("--fresh", action="store_true", help="throw an existing database away first")
    return root


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    commands = {"inject": run_inject, "fault": run_fault}
    if given and given[0] in commands:
        return commands[given[0]](given[1:], _port("CLOUD_CONTROL_PORT", None) or DEFAULT_CONTROL_PORT)
    options = parser().parse_args(given)
    ports = Ports(
        options.host,
        options.port or None,
        options.service_ports or None,
        options.control_port or None,
        options.operator_port or None,
    )
    try:
        cloud = Cloud(options.database, options.seed, WorldClock(options.clock), Pace(power=options.power_seconds))
    except SeedError as error:
        print(f"cloudsim: {error}", file=sys.stderr)
        return 2
    if options.fresh:
        cloud.reset()
    print(f"cloudsim: world {cloud.world.seed!r}, listening on {ports}", flush=True)
    run(cloud, ports)
    return 0


if __name__ == "__main__":
    sys.exit(main())
