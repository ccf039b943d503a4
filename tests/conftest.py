"""What tests of the whole product share. `STACK_URL` and `STACK_CONTROL_URL` name a stack that already runs."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@dataclass(frozen=True)
class StackAddress:
    """Where a running stack is: support and the simulated cloud's control port."""

    url: str
    control_url: str


@pytest.fixture(scope="session")
def stack() -> Iterator[StackAddress]:
    """The stack under test: the one named in the environment, or one started for this session."""
    if os.environ.get("STACK_URL"):
        yield StackAddress(os.environ["STACK_URL"], os.environ["STACK_CONTROL_URL"])
        return
    from local_stack import running_stack

    with running_stack() as own:
        yield StackAddress(own.url, own.control_url)
