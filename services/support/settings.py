"""What the environment says about this process; every choice has a name, a unit and a default."""

import os
import secrets
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
SECRET_NAMES = ("INTERNAL_TOKEN", "INTERNAL_SECRET", "WIDGET_SECRET", "DESK_SECRET")
SECRET_BYTES = 32
SHORTEST_SECRET = 16


class SettingsError(ValueError):
    """The environment does not allow this process to start; the message names each variable."""


class Settings(BaseSettings):
    """Read from environment variables of the same (upper-case) names; see docs/contracts.md section 7."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    demo: bool = False
    support_host: str = ""
    support_port: int = 8000
    assistant_port: int = 5005
    actions_port: int = 5055
    cloud_port: int = 8600
    cloud_control_port: int = 8601
    assistant_url: str = ""
    actions_url: str = ""
    cloud_url: str = ""
    cloud_control_url: str = ""
    database_url: str = ""
    redis_url: str = ""
    var_dir: Path = ROOT / "var"
    data_dir: Path = ROOT / "data"
    knowledge_dir: Path = ROOT / "data" / "knowledge"
    knowledge_vectors: Path = ROOT / "models" / "knowledge_vectors.npz"
    web_dir: Path = ROOT / "web" / "dist"
    allowed_origins: str = Field(default="", description="Comma-separated origins that may embed the widget.")

    internal_token: str = ""
    internal_secret: str = ""
    widget_secret: str = ""
    desk_secret: str = ""

    turn_slow_seconds: float = 12.0
    turn_give_up_seconds: float = 60.0
    turn_retry_seconds: float = 1.0
    turn_attempts: int = 2
    silence_seconds: float = 600.0
    queue_notice_seconds: float = 30.0
    tick_seconds: float = 0.5
    lease_seconds: float = 15.0
    resume_hours: float = 24.0
    text_limit: int = Field(default=4000, description="Longest text a customer or an agent may send, characters.")
    body_limit: int = Field(default=256 * 1024, description="Largest request body, bytes.")
    upload_limit: int = Field(default=5 * 1024 * 1024, description="Largest uploaded file, bytes.")
    messages_per_minute: int = Field(default=120, description="Messages one customer may send in 60 s.")
    openings_per_minute: int = Field(default=300, description="New conversations from one address in 60 s.")
    logins_per_minute: int = Field(default=10, description="Failed sign-in attempts per e-mail and address in 60 s.")

    def resolved(self) -> "Settings":
        """Fill addresses from ports and secrets from the demo file; raise SettingsError when one is missing."""
        filled = self.model_copy(
            update={
                "support_host": self.support_host or ("127.0.0.1" if self.demo else "0.0.0.0"),
                "assistant_url": self.assistant_url or f"http://127.0.0.1:{self.assistant_port}",
                "actions_url": self.actions_url or f"http://127.0.0.1:{self.actions_port}",
                "cloud_url": self.cloud_url or f"http://127.0.0.1:{self.cloud_port}",
                "cloud_control_url": self.cloud_control_url or f"http://127.0.0.1:{self.cloud_control_port}",
                "database_url": self.database_url or f"sqlite:///{self.var_dir / 'support.db'}",
            }
        )
        return filled._with_secrets()

    def _with_secrets(self) -> "Settings":
        missing = [name for name in SECRET_NAMES if len(getattr(self, name.lower())) < SHORTEST_SECRET]
        if not missing:
            return self
        if not self.demo:
            raise SettingsError(
                f"cannot start: set {', '.join(missing)} to random values of at least {SHORTEST_SECRET} characters"
                " (or DEMO=1 for a demonstration on this machine only)"
            )
        known = read_demo_secrets(self.var_dir / "demo.env")
        return self.model_copy(update={name.lower(): known[name] for name in missing})

    @property
    def origins(self) -> list[str]:
        return [origin.strip().rstrip("/") for origin in self.allowed_origins.split(",") if origin.strip()]


def read_demo_secrets(path: Path) -> dict[str, str]:
    """The demonstration's secrets (`NAME=value` lines), made on first use; processes that race share one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = _read_env(path)
    missing = [name for name in SECRET_NAMES if name not in known]
    if missing:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a") as file:
            file.write("".join(f"{name}={secrets.token_hex(SECRET_BYTES)}\n" for name in missing))
        known = _read_env(path)
    return known


def _read_env(path: Path) -> dict[str, str]:
    """First definition wins, so that a lost race still agrees with the winner."""
    values: dict[str, str] = {}
    if path.exists():
        for line in path.read_text().splitlines():
            name, separator, value = line.partition("=")
            if separator:
                values.setdefault(name.strip(), value.strip())
    return values
