"""Files that are built once from installed packages and then read by every process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def build_folder() -> Path:
    """Where they live (environment variable ``VAR_DIR``, else ``var``)."""
    return Path(os.environ.get("VAR_DIR", "var")) / "encoder"


def built(path: Path, write: Callable[[Path], None]) -> Path:
    """``path``, written first when it is not there yet; in one step, so that no reader sees half a file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
        try:
            write(unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    return path
