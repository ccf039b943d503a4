"""Ports that nobody listens on and that the system gives to nobody else while a process of ours restarts."""

import contextlib
import random
import socket

BELOW_OUTGOING = (18300, 30000)
"""Below the range from which the system takes ports for outgoing connections."""
TRIES = 200


def free_stretch(count: int) -> int:
    """The first of `count` free ports in a row."""
    for _ in range(TRIES):
        first = random.randrange(*BELOW_OUTGOING)
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + count):
                    one = held.enter_context(socket.socket())
                    one.bind(("127.0.0.1", port))
            except OSError:
                continue
        return first
    raise RuntimeError("no free stretch of ports was found")
