"""Scenarios: troubles as data, injected on a resource, with a machine-readable ground truth.

A scenario file lists effects (`faults/effects.py`), the evidence the public API must show, and remedies. What a
customer does reaches `react`; a remedy that works ends the scenario, one that helps for a while lets it relapse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from cloudsim.faults.deeds import door_of, operations_of
from cloudsim.faults.effects import EFFECTS, EffectContext, take_back
from cloudsim.store.collection import Document, Kind
from cloudsim.world.agenda import Payload, happening
from cloudsim.world.guests import lift_overlays
from cloudsim.world.identity import ACCOUNTS
from cloudsim.world.metrics import STATE_OWNER
from cloudsim.world.moments import iso, later, parse

if TYPE_CHECKING:
    from cloudsim.world.world import World

SCENARIOS = Kind("scenario", global_indexed=("status", "resourceId"))
RELAPSE = "scenario.relapse"
DEFAULT_SINCE_MINUTES = 20
Outcome = Literal["cured", "relapse"]


class ScenarioError(ValueError):
    """A scenario cannot be injected; the message says why."""


@dataclass(frozen=True)
class Remedy:
    """Something that can be done: a deed, parameters that matter, what comes of it, and what is still to do then."""

    operation: str
    where: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome = "cured"
    relapse_seconds: float = 0.0
    then: str | None = None

    def matches(self, operation: str, parameters: dict[str, Any]) -> bool:
        """Whether this is what was done."""
        return operation == self.operation and all(parameters.get(key) == value for key, value in self.where.items())

    def view(self) -> dict[str, Any]:
        """As the ground truth shows it; `by` is the door it is done through: `api`, or one outside the API."""
        return {
            "operation": self.operation,
            "with": self.where,
            "then": self.then,
            "by": door_of(self.operation),
            "api_operations": list(operations_of(self.operation)),
        }


@dataclass(frozen=True)
class ScenarioSpec:
    """One entry of a scenario file."""

    name: str
    cause: str
    topic: str
    product: str
    severity: str
    title: dict[str, str]
    target: str
    target_where: dict[str, Any]
    since_minutes: float
    effects: list[tuple[str, dict[str, Any]]]
    evidence: list[dict[str, Any]]
    works: list[Remedy]
    fails: list[Remedy]

    def ground_truth(self) -> dict[str, Any]:
        """What a diagnosis is scored against."""
        return {
            "cause": self.cause,
            "topic": self.topic,
            "evidence": self.evidence,
            "remedies_that_work": [remedy.view() for remedy in self.works if remedy.outcome == "cured"],
            "remedies_that_help_briefly": [remedy.view() for remedy in self.works if remedy.outcome == "relapse"],
            "remedies_that_do_not": [remedy.view() for remedy in self.fails],
            "severity": self.severity,
        }


@dataclass(frozen=True)
class Target:
    """What a scenario can be injected on: a kind of document and which of them are eligible."""

    kind: Kind
    eligible: Callable[[Document], bool] = lambda document: True


TARGETS: dict[str, Target] = {"account": Target(ACCOUNTS, lambda account: not account["isService"])}


def read_book(folder: Path) -> dict[str, ScenarioSpec]:
    """Every scenario of a folder, by name; raises ScenarioError for a file that cannot be used."""
    book: dict[str, ScenarioSpec] = {}
    for path in sorted(folder.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["scenarios"]:
            spec = _spec(entry, path.name)
            if spec.name in book:
                raise ScenarioError(f"{path.name}: scenario {spec.name!r} appears twice")
            book[spec.name] = spec
    return book


def _spec(entry: dict[str, Any], file: str) -> ScenarioSpec:
    try:
        effects = [(name, params or {}) for one in entry["effects"] for name, params in one.items()]
        target = entry["target"] if isinstance(entry["target"], dict) else {"kind": entry["target"]}
        spec = ScenarioSpec(
            name=entry["name"],
            cause=entry["cause"],
            topic=entry["topic"],
            product=entry["product"],
            severity=entry["severity"],
            title=entry["title"],
            target=target["kind"],
            target_where=target.get("where", {}),
            since_minutes=entry.get("since_minutes", DEFAULT_SINCE_MINUTES),
            effects=effects,
            evidence=entry["evidence"],
            works=[_remedy(one) for one in entry.get("works", [])],
            fails=[_remedy(one) for one in entry.get("fails", [])],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ScenarioError(f"{file}: scenario {entry.get('name')!r}: {error!r}") from None
    unknown = [name for name, _ in spec.effects if name not in EFFECTS]
    if unknown or spec.target not in TARGETS:
        raise ScenarioError(f"{file}: scenario {spec.name!r}: unknown effects {unknown} or target {spec.target!r}")
    return spec


def _remedy(entry: dict[str, Any]) -> Remedy:
    unknown = set(entry) - {"do", "with", "relapse_seconds", "then"}
    if unknown:
        raise KeyError(*unknown)
    after = entry.get("relapse_seconds", 0.0)
    return Remedy(entry["do"], entry.get("with", {}), "relapse" if after else "cured", after, entry.get("then"))


def active(world: World, status: str = "active") -> list[Document]:
    """The scenarios in force, oldest first."""
    found = world.collection(SCENARIOS).everywhere("status", status)
    return sorted(found, key=lambda one: one["rank"])


def inject(
    world: World, name: str, now: datetime, account_id: str | None = None, resource_id: str | None = None
) -> Document:
    """Put a scenario in force; raises ScenarioError when there is no such scenario or nothing to strike."""
    spec = world.book.get(name)
    if spec is None:
        raise ScenarioError(f"there is no scenario {name!r}")
    resource = _resource(world, spec, account_id, resource_id)
    rank = world.ids.number("scenario")
    scenario: Document = {
        "id": f"scn-{rank:06d}",
        "accountId": resource["accountId"],
        "name": name,
        "resourceId": resource["id"],
        "rank": rank,
        "status": "active",
        "since": iso(later(now, -60 * spec.since_minutes)),
        "injectedAt": iso(now),
    }
    _apply(world, scenario, spec, resource, now, later(now, -60 * spec.since_minutes))
    return scenario


def _resource(world: World, spec: ScenarioSpec, account_id: str | None, resource_id: str | None) -> Document:
    target = TARGETS[spec.target]
    collection = world.collection(target.kind)
    if resource_id is not None:
        found = collection.get(resource_id)
        if found is None or (account_id is not None and found["accountId"] != account_id):
            raise ScenarioError(f"there is no {spec.target} {resource_id!r}")
        if not _fits(spec, target, found):
            raise ScenarioError(
                f"scenario {spec.name!r} does not fit {spec.target} {resource_id!r}: {spec.target_where}"
            )
        return found
    busy = {one["resourceId"] for one in active(world)}
    for account in _accounts(world, account_id):
        for document in collection.page(account["id"], None, None, 1000).items:
            if document["id"] not in busy and _fits(spec, target, document):
                return document
    raise ScenarioError(f"no {spec.target} fits scenario {spec.name!r}: {spec.target_where}")


def _accounts(world: World, account_id: str | None) -> Iterable[Document]:
    if account_id is None:
        return sorted(world.identity.accounts.scan(), key=lambda account: account["rank"])
    found = world.identity.accounts.get(account_id)
    if found is None:
        raise ScenarioError(f"there is no account {account_id!r}")
    return [found]


def _fits(spec: ScenarioSpec, target: Target, document: Document) -> bool:
    wanted = all(_has(document.get(key), value) for key, value in spec.target_where.items())
    return wanted and target.eligible(document)


def _has(value: Any, wanted: Any) -> bool:
    """`"*"` asks for anything but nothing: a public address, a data disk."""
    return bool(value) if wanted == "*" else bool(value == wanted)


def _apply(
    world: World, scenario: Document, spec: ScenarioSpec, resource: Document, now: datetime, since: datetime
) -> None:
    context = EffectContext(world, scenario["id"], resource, now, since)
    for name, params in spec.effects:
        EFFECTS[name](context, params)
    scenario["changes"] = context.changes
    world.collection(SCENARIOS).put(scenario)


def _finish(world: World, scenario: Document, status: str, at: datetime, withdrawn: bool = False) -> None:
    take_back(world, scenario["changes"], withdrawn)
    lift_overlays(world, scenario["id"])
    if withdrawn:
        world.metrics.forget(scenario["id"])
        for change in scenario["changes"]:
            if change.get("woken"):
                world.metrics.forget(STATE_OWNER, change["id"], parse(scenario["since"]))
    else:
        world.metrics.end_owner(scenario["id"], at)
    scenario.update(status=status, endedAt=iso(at))
    world.collection(SCENARIOS).put(scenario)


def withdraw(world: World, scenario_id: str, now: datetime) -> None:
    """Take a scenario back as if it had not happened; raises ScenarioError when it is not in force."""
    scenario = world.collection(SCENARIOS).get(scenario_id)
    if scenario is None or scenario["status"] not in ("active", "dormant"):
        raise ScenarioError(f"scenario {scenario_id!r} is not in force")
    world.agenda.cancel(scenario_id)
    _finish(world, scenario, "withdrawn", now, withdrawn=True)


def react(world: World, operation: str, resource_id: str, parameters: dict[str, Any], at: datetime) -> None:
    """Something was done to a resource: end the scenarios it cures, calm those it helps for a while."""
    for scenario in active(world):
        spec = world.book.get(scenario["name"])
        if spec is None or not _concerns(scenario, resource_id):
            continue
        remedy = next((one for one in spec.works if one.matches(operation, parameters)), None)
        if remedy is None:
            continue
        if remedy.outcome == "relapse":
            _finish(world, scenario, "dormant", at)
            world.agenda.schedule(later(at, remedy.relapse_seconds), RELAPSE, scenario["id"], {"id": scenario["id"]})
        else:
            _finish(world, scenario, "cured", at)
            scenario["curedBy"] = remedy.view()
            world.collection(SCENARIOS).put(scenario)


def told(world: World, scenario_id: str, deed: str, at: datetime) -> Document:
    """Somebody says that a process outside the API is through; raises ScenarioError for any other deed."""
    scenario = world.collection(SCENARIOS).get(scenario_id)
    if scenario is None or scenario["status"] != "active":
        raise ScenarioError(f"scenario {scenario_id!r} is not in force")
    if door_of(deed) != "process":
        raise ScenarioError(f"{deed!r} is no process outside the cloud; it has to be done, not told")
    react(world, deed, scenario["resourceId"], {}, at)
    return world.collection(SCENARIOS).get(scenario_id) or scenario


def _concerns(scenario: Document, resource_id: str) -> bool:
    return scenario["resourceId"] == resource_id or any(change["id"] == resource_id for change in scenario["changes"])


@happening(RELAPSE)
def relapse(world: World, at: datetime, payload: Payload) -> None:
    """The trouble comes back: the remedy had not touched its cause."""
    scenario = world.collection(SCENARIOS).get(payload["id"])
    spec = world.book.get(scenario["name"]) if scenario else None
    if scenario is None or spec is None or scenario["status"] != "dormant":
        return
    resource = world.collection(TARGETS[spec.target].kind).get(scenario["resourceId"])
    if resource is not None and _fits(spec, TARGETS[spec.target], resource):
        scenario["status"] = "active"
        _apply(world, scenario, spec, resource, at, at)
