"""A skill as data: what it must know, looks at, can find and can do; `docs/add-a-skill.md` is the guide.

`load_playbooks` reads `data/playbooks/*.yml`; every fault is a `PlaybookError` with file and line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from actions.tasks.conditions import ALWAYS, BEFORE, Condition, parse
from actions.tasks.model import Severity

_SCHEMA = json.loads((Path(__file__).parent / "playbook_schema.json").read_text(encoding="utf-8"))
# Facts the engine itself provides besides those of the checks: the task's slots.
SLOT_FACTS = "slot"
CHECKS_FILE = "_checks.yml"


class PlaybookError(ValueError):
    """A playbook cannot be used. `where` is `file:line`."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


@dataclass(frozen=True)
class Need:
    """Something the skill must know. `resource`: it is one of the customer's own resources of that kind."""

    slot: str
    entities: tuple[str, ...] = ()
    resource: str | None = None
    only_unhealthy: str = "ignore"
    carry_over: str = "mention"
    optional: bool = False
    ask: bool = True
    free_text: bool = False
    when: Condition = ALWAYS
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shape: str | None = None
    range: tuple[float, float] | None = None
    default: str | None = None
    default_by: tuple[str, Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Check:
    """A reading of the cloud. When a stop rule holds after it, the checks behind it are not run."""

    name: str
    stop_when: Condition | None = None
    stop_when_unknown: bool = False

    @property
    def stops(self) -> bool:
        return self.stop_when is not None or self.stop_when_unknown


@dataclass(frozen=True)
class Verify:
    """How an act's success shows: run `checks` every so many seconds until `until` holds, at most `within` seconds."""

    checks: tuple[str, ...]
    until: Condition
    failed: Condition | None
    every: float
    within: float

    @property
    def max_polls(self) -> int:
        return max(1, round(self.within / self.every))


@dataclass(frozen=True)
class Remedy:
    """An act on the cloud, offered only while `requires` is known to hold. `target`: another resource, by a fact."""

    id: str
    operation: str
    requires: Condition
    verify: Verify
    params: Mapping[str, Any] = field(default_factory=dict)
    target: tuple[str, str] | None = None
    on_failure: str = "escalate"


@dataclass(frozen=True)
class Finding:
    """A cause that can be told from facts. `remedies` in order of preference; `escalate`: a person takes it at once."""

    id: str
    when: Condition
    severity: Severity | None = None
    remedies: tuple[str, ...] = ()
    escalate: bool = False
    offer_human: bool = False
    card: str | None = None
    solved: bool = False


@dataclass(frozen=True)
class Playbook:
    """`kind`: the skill looks, acts, or asks (for the one clarifying question). `account`: it needs a sign-in."""

    skill: str
    handler: str
    product: str | None = None
    severity: Severity = "sev3"
    account: bool = True
    kind: str = "look"
    lists: str = ""
    needs: tuple[Need, ...] = ()
    checks: tuple[Check, ...] = ()
    findings: tuple[Finding, ...] = ()
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    unknown_offers_human: bool = True
    nothing_offers_human: bool = True
    nothing_card: str | None = None

    def need(self, slot: str) -> Need | None:
        return next((need for need in self.needs if need.slot == slot), None)

    @property
    def resource_need(self) -> Need | None:
        """The need that names the resource the skill is about."""
        return next((need for need in self.needs if need.resource), None)

    def batches(self) -> Iterator[tuple[Check, ...]]:
        """Checks that may run together, in order; a check with a stop rule ends its batch."""
        batch: list[Check] = []
        for check in self.checks:
            batch.append(check)
            if check.stops:
                yield tuple(batch)
                batch = []
        if batch:
            yield tuple(batch)


def _line(node: yaml.Node, path: list[Any]) -> int:
    """The line (from 1) of the deepest part of `path` that exists."""
    for key in path:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            found = next((value for name, value in node.value if name.value == str(key)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = node.value[key]
        if found is None:
            break
        node = found
    return node.start_mark.line + 1


@dataclass(frozen=True)
class _Source:
    """A playbook's document together with the places of its parts."""

    file: Path
    node: yaml.Node
    document: dict[str, Any]

    @classmethod
    def read(cls, file: Path) -> _Source:
        text = file.read_text(encoding="utf-8")
        try:
            node, document = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise PlaybookError(f"{file.name}:{line}", str(error.problem)) from error
        if node is None or not isinstance(document, dict):
            raise PlaybookError(f"{file.name}:1", "a playbook is a mapping")
        return cls(file, node, document)

    def fault(self, path: list[Any], why: str) -> PlaybookError:
        return PlaybookError(f"{self.file.name}:{_line(self.node, path)}", why)

    def check_schema(self) -> None:
        errors = list(jsonschema.Draft202012Validator(_SCHEMA).iter_errors(self.document))
        if errors:
            worst = max(errors, key=lambda error: len(error.absolute_path))
            raise self.fault(list(worst.absolute_path), worst.message)


def _need(raw: Mapping[str, Any]) -> Need:
    default_by = raw.get("default_by")
    limits = raw.get("range")
    return Need(
        slot=raw["slot"],
        entities=tuple(raw.get("entities", ())),
        resource=raw.get("resource"),
        only_unhealthy=raw.get("only_unhealthy", "ignore"),
        carry_over=raw.get("carry_over", "mention"),
        optional=raw.get("optional", False),
        ask=raw.get("ask", True),
        free_text=raw.get("free_text", False),
        when=parse(raw["when"]) if "when" in raw else ALWAYS,
        values={value: tuple(words) for value, words in raw.get("values", {}).items()},
        shape=raw.get("shape"),
        range=(limits[0], limits[1]) if limits else None,
        default=raw.get("default"),
        default_by=(default_by["fact"], default_by["values"]) if default_by else None,
    )


def _check(raw: Mapping[str, Any]) -> Check:
    stop = raw.get("stop_when")
    return Check(raw["name"], parse(stop) if stop else None, raw.get("stop_when_unknown", False))


def _finding(raw: Mapping[str, Any]) -> Finding:
    return Finding(
        id=raw["id"],
        when=parse(raw["when"]),
        severity=raw.get("severity"),
        remedies=tuple(raw.get("remedies", ())),
        escalate=raw.get("escalate", False),
        offer_human=raw.get("offer_human", False),
        card=raw.get("card"),
        solved=raw.get("solved", False),
    )


def _remedy(name: str, raw: Mapping[str, Any]) -> Remedy:
    verify, target = raw["verify"], raw.get("target")
    failed = verify.get("failed")
    return Remedy(
        id=name,
        operation=raw["operation"],
        requires=parse(raw["requires"]),
        verify=Verify(
            checks=tuple(verify["checks"]),
            until=parse(verify["until"]),
            failed=parse(failed) if failed else None,
            every=float(verify["every"]),
            within=float(verify["within"]),
        ),
        params=raw.get("params", {}),
        target=(target["kind"], target["id"]) if target else None,
        on_failure=raw.get("on_failure", "escalate"),
    )


def build(raw: Mapping[str, Any]) -> Playbook:
    """A playbook from a document that fits the schema."""
    return Playbook(
        skill=raw["skill"],
        handler=raw["handler"],
        product=raw.get("product"),
        severity=raw.get("severity", "sev3"),
        account=raw.get("account", True),
        kind=raw.get("kind", "look"),
        lists=raw.get("list", ""),
        needs=tuple(_need(item) for item in raw.get("needs", ())),
        checks=tuple(_check(item) for item in raw.get("checks", ())),
        findings=tuple(_finding(item) for item in raw.get("findings", ())),
        remedies={name: _remedy(name, item) for name, item in raw.get("remedies", {}).items()},
        unknown_offers_human=raw.get("unknown", {}).get("offer_human", True),
        nothing_offers_human=raw.get("nothing_found", {}).get("offer_human", True),
        nothing_card=raw.get("nothing_found", {}).get("card"),
    )


def _facts_in(node: Any, path: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Every fact a document names, with its place."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "fact" and isinstance(value, str):
                yield value, [*path, key]
            yield from _facts_in(value, [*path, key])
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _facts_in(item, [*path, index])


def _check_references(source: _Source, book: Playbook, known: Mapping[str, Any]) -> None:
    """Checks, facts, slots and remedies that are named must exist."""
    if book.skill != source.file.stem:
        raise source.fault(["skill"], f"the file is called {source.file.stem!r}, the skill {book.skill!r}")
    names = {check.name for check in book.checks}
    for index, check in enumerate(book.checks):
        if check.name not in known:
            raise source.fault(["checks", index], f"unknown check {check.name!r}; known: {', '.join(sorted(known))}")
    facts = {f"{name}.{fact}" for name in names for fact in known[name]} | {f"slot.{need.slot}" for need in book.needs}
    for fact, path in _facts_in(source.document, []):
        if fact.removeprefix(BEFORE) not in facts:
            raise source.fault(path, f"fact {fact!r} comes from none of this playbook's checks and slots")
    for index, finding in enumerate(book.findings):
        for remedy in finding.remedies:
            if remedy not in book.remedies:
                raise source.fault(["findings", index, "remedies"], f"unknown remedy {remedy!r}")
    for remedy_ in book.remedies.values():
        _check_remedy(source, book, remedy_, names)


def _check_remedy(source: _Source, book: Playbook, remedy: Remedy, names: set[str]) -> None:
    if remedy.on_failure not in ("escalate", *book.remedies):
        raise source.fault(["remedies", remedy.id, "on_failure"], f"unknown remedy {remedy.on_failure!r}")
    for name in remedy.verify.checks:
        if name not in names:
            raise source.fault(["remedies", remedy.id, "verify"], f"check {name!r} is not in this playbook")


def load_playbook(file: Path, known_checks: Mapping[str, Any]) -> Playbook:
    """One playbook. Raises PlaybookError."""
    source = _Source.read(file)
    source.check_schema()
    book = build(source.document)
    _check_references(source, book, known_checks)
    return book


def load_checks(folder: Path) -> dict[str, dict[str, Any]]:
    """The checks there are and, for each fact they give, an example value (`_checks.yml`)."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((folder / CHECKS_FILE).read_text(encoding="utf-8"))
    return loaded


def load_playbooks(folder: Path) -> dict[str, Playbook]:
    """Every playbook by skill. Raises PlaybookError at the first fault."""
    known = load_checks(folder)
    files = sorted(file for file in folder.glob("*.yml") if file.name != CHECKS_FILE)
    return {file.stem: load_playbook(file, known) for file in files}
