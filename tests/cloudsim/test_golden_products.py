"""Answers, field by field: nothing is missing, nothing is extra, and each field says where it is known from.

A tag is about a field's name. `documented`: in the public documents or the types of the SDKs. `observed`: seen
on the wire of the official SDK. `assumed`: this simulator's own choice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import RunningCloud
from public_view import PublicView

FOLDER = Path(__file__).parent / "golden"
TAGS = {"documented", "observed", "assumed"}
ENTRIES = [
    (book["service"], name, entry)
    for path in sorted(FOLDER.glob("*.yaml"))
    for book in [yaml.safe_load(path.read_text(encoding="utf-8"))]
    for name, entry in book["operations"].items()
]
SETTLED = 5  # World seconds after which a run of the cloud assistant has answered.


def kind_of(value: Any) -> str:
    """The name of a JSON type."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {str: "text", type(None): "null"}.get(type(value), "empty")


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf of an answer with its type; the elements of a list share a path."""
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from flat(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for one in value:
            yield from flat(one, f"{path}[]")
    else:
        yield path, kind_of(value)


def asked(view: PublicView, service: str, request: dict[str, Any]) -> Any:
    """The answer to a signed request, as JSON."""
    params = {key.encode(): str(value).encode() for key, value in request.get("query", {}).items()}
    more = {"body": request["body"]} if "body" in request else {}
    return json.loads(
        view.signed(service, request["method"].encode(), request["path"].encode(), params, **more).raw_data
    )


@pytest.fixture(scope="module")
def view(cloud: RunningCloud) -> PublicView:
    """A demo customer in the world as planted, with one purge and one run of a command behind it."""
    cloud.reset()
    found = PublicView(cloud, cloud.key("dawnlight", "linxiao"), "")
    command = {"type": "SHELL", "content": "df -h"}
    targets = [{"instanceType": "BCC", "instanceId": "i-Dw7Lq2Xa"}]
    action = {"type": "COMMAND", "name": "look", "command": command}
    run = {"execution": "SAVE_AND_RUN", "action": action, "targets": targets}
    found.signed("ca", b"POST", b"/v1/ca/action", body=run)
    found.signed("cdn", b"POST", b"/v2/cache/purge", body={"tasks": [{"url": "https://www.dawnlight.example/a"}]})
    cloud.advance(SETTLED)
    return found


@pytest.mark.parametrize(("service", "name", "entry"), ENTRIES, ids=[f"{one[0]}.{one[1]}" for one in ENTRIES])
def test_that_an_answer_has_its_fields(view: PublicView, service: str, name: str, entry: dict[str, Any]) -> None:
    answer = asked(view, service, entry["request"])
    seen: dict[str, set[str]] = {}
    for path, kind in flat(answer):
        seen.setdefault(path, set()).add(kind)
    known = {path: (tag, set(kinds.split("|"))) for path, (tag, kinds) in entry["fields"].items()}
    assert {tag for tag, _ in known.values()} <= TAGS
    assert set(seen) == set(known)
    for path, kinds in seen.items():
        assert kinds <= known[path][1], path
