"""docs/cloudsim.md, as an outside developer follows it: what it says to type works."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from conftest import REPOSITORY, RunningCloud
from test_scenarios import BOOK

from cloudsim.__main__ import parser
from cloudsim.protocol.hosts import PORT_ORDER

PAGE = (REPOSITORY / "docs/cloudsim.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    return PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def _block(section: str) -> str:
    """The first indented block."""
    lines = re.findall(r"(?m)^(?: {4}.*\n|\n)+", section)
    return textwrap.dedent(next(block for block in lines if block.strip()))


def test_that_the_first_lines_of_sdk_code_work(cloud: RunningCloud) -> None:
    code = _block(_section("Use it from SDK code"))
    assert "http://127.0.0.1:8610" in code
    names: dict[str, Any] = {}
    exec(code.replace("http://127.0.0.1:8610", cloud.endpoint("bcc")), names)
    assert len(names["client"].list_instances().instances) == 4


def test_that_every_option_is_on_the_page() -> None:
    options = {option for action in parser()._actions for option in action.option_strings if option.startswith("--")}
    assert options - {"--help"} == set(re.findall(r"`(--[a-z-]+)", _section("Start it")))


def test_that_the_ports_are_in_the_order_of_the_page() -> None:
    listed = re.search(r"first of ([a-z, ]+)\)", _section("Start it"))
    assert listed and listed[1].split(", ") == list(PORT_ORDER)


def test_that_the_scenarios_and_routes_of_the_page_are_there(cloud: RunningCloud) -> None:
    assert set(re.findall(r"cloudsim inject ([a-z_]+)", PAGE)) <= set(BOOK)
    routes = cloud.control.get("/openapi.json").json()["paths"]
    for method, path in re.findall(r"`(GET|POST) :8601(/[a-z/{}]*)", PAGE):
        known = [pattern for pattern in routes if re.sub(r"{\w+}", "{id}", pattern) == path]
        assert known and method.lower() in routes[known[0]], path
