"""Where the processes of one stack live: ports, folders, secrets. Everything can be set by the environment."""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from contracts.processor import blas_kernel

ROOT = Path(__file__).parents[2]
DEFAULT_PORTS = {
    "SUPPORT_PORT": 8000,
    "ASSISTANT_PORT": 5005,
    "ACTIONS_PORT": 5055,
    "CLOUD_PORT": 8600,
    "CLOUD_CONTROL_PORT": 8601,
    "CLOUD_OPERATOR_PORT": 8602,
    "CLOUD_SERVICE_PORT_BASE": 8610,
}
CLOUD_SERVICES = 12
CLOUD_PORTS = ("CLOUD_PORT", "CLOUD_CONTROL_PORT", "CLOUD_OPERATOR_PORT", "CLOUD_SERVICE_PORT_BASE")
SECRETS = ("INTERNAL_TOKEN", "INTERNAL_SECRET", "WIDGET_SECRET", "DESK_SECRET")
PRODUCTION_ONLY = ("CLOUD_ACCESS_KEY", "CLOUD_SECRET_KEY")
_QUIET = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONWARNINGS": "ignore",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    # Two cores are shared by four processes: a library that takes all of them makes every turn slower.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    # Left alone, glibc raises both with the largest block that was freed, and keeps 40 MB of the assistant's for good.
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}


class SettingsError(Exception):
    """Something the person who starts the stack has to mend; the text says how."""


@dataclass(frozen=True)
class Settings:
    """One stack. `environment` is what its processes are started with."""

    demo: bool
    var: Path
    ports: Mapping[str, int]
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['SUPPORT_PORT']}"

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['CLOUD_CONTROL_PORT']}"

    def listening(self) -> dict[str, list[int]]:
        """Every port the stack will take, by the variable that sets it."""
        taken = {name: [port] for name, port in self.ports.items() if self.demo or name not in CLOUD_PORTS}
        if self.demo:
            base = self.ports["CLOUD_SERVICE_PORT_BASE"]
            taken["CLOUD_SERVICE_PORT_BASE"] = list(range(base, base + CLOUD_SERVICES))
        return taken


def load(demo: bool, given: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; raises SettingsError when something is missing or not a port."""
    given = dict(os.environ if given is None else given)
    ports = {name: _port(name, given.get(name), default) for name, default in DEFAULT_PORTS.items()}
    var = Path(given.get("VAR_DIR", "var"))
    var = var if var.is_absolute() else ROOT / var
    var.mkdir(parents=True, exist_ok=True)
    environment = {**given, **_QUIET, **blas_kernel(), **{name: str(port) for name, port in ports.items()}}
    environment["VAR_DIR"] = str(var)
    environment["DEMO"] = "1" if demo else "0"
    environment.setdefault("ACTION_ENDPOINT_URL", f"http://127.0.0.1:{ports['ACTIONS_PORT']}/webhook")
    environment.setdefault("ASSISTANT_URL", f"http://127.0.0.1:{ports['ASSISTANT_PORT']}")
    environment.setdefault("SUPPORT_URL", f"http://127.0.0.1:{ports['SUPPORT_PORT']}")
    environment.setdefault("TRACKER_URL", f"sqlite:///{var / 'tracker.db'}")
    if demo:
        environment.setdefault("CLOUD_GATEWAY", f"http://127.0.0.1:{ports['CLOUD_PORT']}")
        environment.setdefault("CLOUD_CONTROL_URL", f"http://127.0.0.1:{ports['CLOUD_CONTROL_PORT']}")
        environment |= _demo_secrets(var) | _service_keys()
    else:
        missing = [name for name in (*SECRETS, *PRODUCTION_ONLY) if not given.get(name)]
        if missing:
            raise SettingsError(
                f"Production needs these environment variables: {', '.join(missing)}.\n"
                "  Secrets are any long random text, e.g. from: openssl rand -hex 32"
            )
    return Settings(demo, var, ports, environment)


def _port(name: str, value: str | None, default: int) -> int:
    if not value:
        return default
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise SettingsError(f"{name}={value!r} is not a port number.")
    return int(value)


def _demo_secrets(var: Path) -> dict[str, str]:
    """Secrets made at the first start of a demo and kept, so that tokens survive a restart."""
    file = var / "demo.env"
    kept = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line) if file.exists() else {}
    fresh = {name: kept.get(name) or secrets.token_hex(32) for name in SECRETS}
    if fresh != kept:
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in fresh.items()))
    return fresh


def _service_keys() -> dict[str, str]:
    """The support service's own key at the simulated cloud, as its seed says."""
    accounts = yaml.safe_load((ROOT / "data" / "cloud" / "demo" / "accounts.yaml").read_text("utf-8"))["accounts"]
    user = next(account for account in accounts if account.get("service"))["users"][0]
    return {"CLOUD_ACCESS_KEY": user["accessKey"], "CLOUD_SECRET_KEY": user["secretKey"]}


def check_ports(settings: Settings) -> None:
    """Raise SettingsError naming the first port that another program holds."""
    for name, ports in settings.listening().items():
        for port in ports:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise SettingsError(
                        f"Port {port} ({name}) is taken by another program.\n"
                        f"  Stop that program (make stop, if it is ours), or choose another: {name}={port + 1} make run"
                    ) from error
