"""The servers of the scale-out tests: where they are, and whether they answer."""

import os
import socket
from contextlib import closing
from urllib.parse import urlsplit

POSTGRES = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379")


def answering() -> bool:
    """Whether both accept connections."""
    for url, port in ((POSTGRES, 5432), (REDIS, 6379)):
        address = urlsplit(url)
        try:
            with closing(socket.create_connection((address.hostname or "127.0.0.1", address.port or port), timeout=1)):
                continue
        except OSError:
            return False
    return True
