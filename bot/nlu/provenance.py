"""What the trained model depends on beyond its training data: the code and data files of this package."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path


@functools.lru_cache(maxsize=1)
def source_fingerprint() -> str:
    """A hash of every source and vocabulary file of the package; Rasa retrains a component when it changes."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".yml"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
