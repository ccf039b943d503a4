"""Reads `*.yml` conversation files; a fault names the file and the line."""

import itertools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import yaml

_SCHEMA = json.loads((Path(__file__).parent / "schema.json").read_text("utf-8"))
_VALIDATOR = jsonschema.Draft202012Validator(_SCHEMA)
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class FormatError(ValueError):
    """A conversation file that does not fit the format."""


@dataclass(frozen=True)
class Step:
    """One thing that happens (`kind`: user, button, bot, wait, agent, fault, heal …) and what is expected of it."""

    kind: str
    value: Any
    assertions: list[dict[str, Any]]
    line: int


@dataclass(frozen=True)
class TestCase:
    """One conversation: who talks, in which language, in what world, step by step."""

    __test__ = False

    name: str
    customer: str
    language: str
    world: list[dict[str, Any]]
    steps: list[Step]
    markers: list[str] = field(default_factory=list)
    line: int = 0


class _Lines(yaml.SafeLoader):
    """Remembers on which line each mapping starts."""


def _mapping(loader: _Lines, node: yaml.MappingNode) -> dict[str, Any]:
    values = {str(key): value for key, value in loader.construct_mapping(node, deep=True).items()}
    values["__line__"] = node.start_mark.line + 1
    return values


_Lines.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(path: Path) -> list[TestCase]:
    """Every test case of a file, `parametrize` rows expanded. Raises FormatError."""
    try:
        # A SafeLoader of our own: nothing but plain data can come out of it.
        document = yaml.load(path.read_text("utf-8"), Loader=_Lines)
    except yaml.YAMLError as error:
        raise FormatError(f"{path}: {error}") from error
    fault = jsonschema.exceptions.best_match(_VALIDATOR.iter_errors(_without_lines(document)))
    if fault is not None:
        raise FormatError(f"{path}:{_line_of(document, fault.absolute_path)}: {fault.message}")
    return [case for raw in document["test_cases"] for case in _expand(raw)]


def _expand(raw: dict[str, Any]) -> list[TestCase]:
    rows = raw.get("parametrize") or [{}]
    cases = []
    for row in rows:
        values = {key: value for key, value in row.items() if key != "__line__"}
        label = str(values.get("id", "-".join(str(value) for value in values.values())))
        filled = _fill(raw, values)
        name = filled["test_case"] + (f"[{label}]" if values else "")
        cases.append(_case(filled, name))
    return cases


def _case(raw: dict[str, Any], name: str) -> TestCase:
    steps = []
    for item in raw["steps"]:
        kind = next(key for key in item if key not in ("assertions", "__line__"))
        steps.append(
            Step(kind, _without_lines(item[kind]), _without_lines(item.get("assertions") or []), item["__line__"])
        )
    return TestCase(
        name=name,
        customer=raw.get("customer", "small"),
        language=raw["locale"],
        world=_without_lines(raw.get("world") or []),
        steps=steps,
        markers=raw.get("markers") or [],
        line=raw["__line__"],
    )


def _fill(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: str(values.get(match[1], match[0])), value)
    if isinstance(value, list):
        return [_fill(item, values) for item in value]
    if isinstance(value, dict):
        return {_fill(key, values): _fill(item, values) for key, item in value.items() if key != "parametrize"}
    return value


def _without_lines(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_lines(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_lines(item) for key, item in value.items() if key != "__line__"}
    return value


def _line_of(document: Any, path: Any) -> int:
    """The line of the innermost mapping on the way to a fault."""
    line = 1
    for part in itertools.chain([None], path):
        if part is not None:
            document = document[part]
        if isinstance(document, dict):
            line = document.get("__line__", line)
    return int(line)
