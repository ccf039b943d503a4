"""Delivery without loss or repetition: the small run of tests/load/delivery.py."""

import subprocess
import sys

from support_harness import ROOT


def test_that_nothing_is_lost_or_doubled_over_bad_networks_and_a_crash() -> None:
    script = ROOT / "tests" / "load" / "delivery.py"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'services'}"}
    command = [sys.executable, str(script), "--messages", "120", "--customers", "3"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "faults=0" in ran.stdout
