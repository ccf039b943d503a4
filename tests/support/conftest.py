"""One running service for tests that only talk to it; one of their own for tests that stop it or move its clock."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_assistant import FakeAssistant, echo, no_vector
from scale_servers import answering
from support_harness import FakeCloud, Support

SCALE_OUT = answering()
if not SCALE_OUT and {"REQUIRE_POSTGRESQL", "REQUIRE_REDIS"} <= os.environ.keys():
    raise pytest.UsageError("PostgreSQL and Redis are here, so the scale-out tests may not be left out")
collect_ignore = [] if SCALE_OUT else ["test_scale_out.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not SCALE_OUT:
        terminalreporter.line("scale-out was NOT tested: no PostgreSQL or no Redis answers here", yellow=True)


@pytest.fixture(scope="session")
def cloud() -> Iterator[FakeCloud]:
    cloud = FakeCloud()
    yield cloud
    cloud.stop()


@pytest.fixture(scope="session")
def shared_assistant() -> Iterator[FakeAssistant]:
    assistant = FakeAssistant()
    yield assistant
    assistant.stop()


@pytest.fixture
def assistant(shared_assistant: FakeAssistant) -> Iterator[FakeAssistant]:
    """The shared service's assistant, well-behaved again after each test."""
    yield shared_assistant
    shared_assistant.reply, shared_assistant.vector = echo, no_vector


@pytest.fixture(scope="session")
def support(
    tmp_path_factory: pytest.TempPathFactory, shared_assistant: FakeAssistant, cloud: FakeCloud
) -> Iterator[Support]:
    """The shared service. Its clock stands where the wall's does."""
    service = Support(tmp_path_factory.mktemp("support"), shared_assistant.port, cloud.port).start()
    yield service
    service.stop()


@pytest.fixture(scope="session")
def _own(
    tmp_path_factory: pytest.TempPathFactory, shared_assistant: FakeAssistant, cloud: FakeCloud
) -> Iterator[Support]:
    service = Support(tmp_path_factory.mktemp("own"), shared_assistant.port, cloud.port).start()
    yield service
    service.stop()


@pytest.fixture
def own(_own: Support, assistant: FakeAssistant) -> Support:
    """A second service, which a test may kill, start again, and whose clock it may move forward."""
    return _own


@pytest.fixture
def start(tmp_path: Path, shared_assistant: FakeAssistant, cloud: FakeCloud) -> Iterator[Callable[..., Support]]:
    """Start a service of the test's own, with more environment if it likes."""
    started: list[Support] = []

    def make(**environment: str) -> Support:
        folder = tmp_path / f"support-{len(started)}"
        folder.mkdir()
        started.append(Support(folder, shared_assistant.port, cloud.port, **environment).start())
        return started[-1]

    yield make
    for service in started:
        service.stop()
