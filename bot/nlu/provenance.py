"""What the trained model depends on beyond its training data: code and data files."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from contracts import chinese


@functools.lru_cache(maxsize=1)
def source_fingerprint() -> str:
    """A hash of the files of this package and of how Chinese is written; Rasa retrains a component when it changes."""
    digest = hashlib.sha256()
    for path in [*sorted(Path(__file__).parent.rglob("*")), Path(chinese.__file__), chinese.TERMS]:
        if path.suffix in (".py", ".yml"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
