"""The first commands on a machine that lacks something: what is missing is named with its cure."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from free_ports import free_stretch

ROOT = Path(__file__).parents[2]
BOOTSTRAP = Path("deploy") / "local" / "bootstrap.sh"
TOOLS = ("bash", "cat", "cut", "sha256sum", "sed", "awk", "id", "find", "xargs", "sort", "dirname", "env")
NODE_18 = "#!/bin/sh\n[ $1 = -p ] && echo 18 || echo v18.0.0\n"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A fresh copy of what sets the machine up, and a PATH with nothing but a shell's tools."""
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (tmp_path / "bin" / tool).symlink_to(found)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    (tmp_path / "services").mkdir()
    return tmp_path


def bootstrap(folder: Path, part: str) -> str:
    """What a refused set-up says."""
    environment = {"PATH": str(folder / "bin"), "HOME": str(folder)}
    ran = subprocess.run(
        ["bash", str(BOOTSTRAP), part], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return ran.stderr


def program(folder: Path, name: str, text: str) -> None:
    file = folder / "bin" / name
    file.write_text(text)
    file.chmod(0o755)


def test_that_a_missing_python_is_named_with_its_cure(bare: Path) -> None:
    said = bootstrap(bare, "python")
    assert "Python 3.10 was not found" in said and "pyenv install 3.10" in said and "uv python install 3.10" in said


def test_that_missing_or_old_node_is_named_with_its_cure(bare: Path) -> None:
    said = bootstrap(bare, "web")
    assert "Node.js was not found" in said and "Install Node.js 20" in said
    program(bare, "node", NODE_18)
    program(bare, "npm", NODE_18)
    said = bootstrap(bare, "web")
    assert "v18.0.0 is too old" in said and "Install Node.js 20" in said


def test_that_a_missing_chromium_is_named_with_its_cure(bare: Path) -> None:
    said = bootstrap(bare, "browser")
    assert "Chromium was not found" in said and "apt-get install chromium" in said and "CHROMIUM=" in said


def stack(command: str, folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "VAR_DIR": str(folder), **given}
    python = ROOT / "services" / ".venv" / "bin" / "python"
    line = [str(python), "deploy/local/stack.py", command]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_that_a_port_that_is_taken_is_named_with_another_to_choose(tmp_path: Path) -> None:
    port = free_stretch(1)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        ran = stack("run", tmp_path, SUPPORT_PORT=str(port))
    assert ran.returncode == 2 and "Traceback" not in ran.stderr
    assert f"Port {port} (SUPPORT_PORT) is taken" in ran.stderr and f"SUPPORT_PORT={port + 1} make run" in ran.stderr


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_that_a_port_that_is_none_is_said_so(tmp_path: Path, port: str) -> None:
    ran = stack("run", tmp_path, SUPPORT_PORT=port)
    assert ran.returncode == 2 and f"SUPPORT_PORT={port!r} is not a port number" in ran.stderr


def test_that_production_names_the_secrets_it_needs(tmp_path: Path) -> None:
    ran = stack("serve", tmp_path)
    assert ran.returncode == 2 and "Traceback" not in ran.stderr
    assert all(name in ran.stderr for name in ("INTERNAL_TOKEN", "WIDGET_SECRET", "CLOUD_ACCESS_KEY"))


def test_that_stopping_nothing_is_no_fault(tmp_path: Path) -> None:
    ran = stack("stop", tmp_path)
    assert ran.returncode == 0 and ran.stdout == "Nothing is running.\n"


def test_that_help_lists_every_command() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (phony,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [name for name in phony.split() if f"make {name} " not in listed] == []
