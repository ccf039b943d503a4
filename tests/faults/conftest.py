"""A stack of its own: these tests kill and freeze its processes."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from convtest.stack import StackDriver

if TYPE_CHECKING:
    from local_stack import LocalStack


@pytest.fixture(scope="session")
def local_stack() -> Iterator["LocalStack"]:
    from local_stack import running_stack

    with running_stack(
        {"TURN_SLOW_SECONDS": "4", **({"KEEP_STACK": "1"} if os.environ.get("KEEP_STACK") else {})}
    ) as own:
        yield own


@pytest.fixture
def customer(local_stack: "LocalStack") -> StackDriver:
    """A small customer in a calm world, in a fresh Chinese conversation."""
    driver = StackDriver(local_stack.url, local_stack.control_url)
    driver.calm_world()
    driver.choose("small", "zh")
    driver.begin()
    return driver
