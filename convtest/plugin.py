"""pytest plugin: every `*.yml` below a folder named `conversations` is a file of conversation tests.

`pytest -p convtest.plugin tests/conversations --conv-url http://127.0.0.1:8000 --conv-control http://127.0.0.1:8601`
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convtest.loader import TestCase, load
from convtest.runner import ConversationFailure, Runner
from convtest.stack import StackDriver, StackError

_heard: dict[str, set[str]] = {"intents": set(), "skills": set()}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("convtest")
    group.addoption("--conv-url", default="http://127.0.0.1:8000", help="support of the stack under test")
    group.addoption("--conv-control", default="http://127.0.0.1:8601", help="control port of its simulated cloud")
    group.addoption("--conv-coverage", action="store_true", help="tell which intents and skills the tests reached")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".yml" and "conversations" in file_path.parts:
        return ConversationFile.from_parent(parent, path=file_path)
    return None


class ConversationFile(pytest.File):
    """A YAML file of test cases."""

    def collect(self) -> Iterator[pytest.Item]:
        for case in load(self.path):
            yield ConversationItem.from_parent(self, name=case.name, case=case)


class ConversationItem(pytest.Item):
    """One conversation."""

    def __init__(self, *, case: TestCase, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        for marker in case.markers:
            self.add_marker(marker)

    def runtest(self) -> None:
        driver = StackDriver(self.config.getoption("--conv-url"), self.config.getoption("--conv-control"))
        runner = Runner(self.case, driver, str(self.path.relative_to(self.config.rootpath)))
        try:
            runner.run()
        finally:
            _heard["intents"] |= runner.intents
            _heard["skills"] |= runner.skills

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: str | None = None) -> str:
        if isinstance(excinfo.value, ConversationFailure | StackError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.line - 1, self.name


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--conv-coverage"):
        for kind, names in _heard.items():
            terminalreporter.write_line(f"{kind} reached: {', '.join(sorted(names - {''}))}")
