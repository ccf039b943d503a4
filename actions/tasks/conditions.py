"""Conditions over facts, in three values: true, false, and unknown (None) when a fact they need is not known.

Written in playbooks as `{fact: instance.status, is: Running}`, `{all: […]}`, `{any: […]}`, `{not: …}`. What a fact
is compared with may be another one: `{fact: eip.bandwidth_mbps, is: {fact: slot.bandwidth}}`; after an act
`before.<check>.<fact>` is what was read before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.tasks.ports import FactValue

Facts = Mapping[str, FactValue]
Truth = bool | None
BEFORE = "before."


def _number(value: FactValue) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _compare(test: Callable[[float, float], bool]) -> Callable[[FactValue, Any], Truth]:
    def apply(value: FactValue, wanted: Any) -> Truth:
        number = _number(value)
        return None if number is None else test(number, float(wanted))

    return apply


def _alike(other: FactValue, value: FactValue) -> FactValue:
    """A slot's text as a number beside a number; None when it is none."""
    if _number(value) is None or not isinstance(other, str):
        return other
    return float(other) if other.isdecimal() else None


def _contains(value: FactValue, wanted: Any) -> Truth:
    return wanted in value if isinstance(value, list | str) else None


OPERATORS: dict[str, Callable[[FactValue, Any], Truth]] = {
    "is": lambda value, wanted: value == wanted,
    "is_not": lambda value, wanted: value != wanted,
    "in": lambda value, wanted: value in wanted,
    "not_in": lambda value, wanted: value not in wanted,
    "contains": _contains,
    "at_least": _compare(lambda value, wanted: value >= wanted),
    "at_most": _compare(lambda value, wanted: value <= wanted),
    "above": _compare(lambda value, wanted: value > wanted),
    "below": _compare(lambda value, wanted: value < wanted),
}


@dataclass(frozen=True)
class Fact:
    """One comparison. `given` asks only whether the fact is known, and is never itself unknown."""

    name: str
    operator: str
    wanted: Any

    def holds(self, facts: Facts) -> Truth:
        value = facts.get(self.name)
        if self.operator == "given":
            return (value is not None) is bool(self.wanted)
        if value is None:
            # A slot that was not given is known not to be; only what the cloud did not say is unknown.
            return self.operator in ("is_not", "not_in") if self.name.startswith("slot.") else None
        if self.other is None:
            return OPERATORS[self.operator](value, self.wanted)
        wanted = _alike(facts.get(self.other), value)
        return None if wanted is None else OPERATORS[self.operator](value, wanted)

    @property
    def other(self) -> str | None:
        """The fact this one is compared with, if it is not compared with a value."""
        return str(self.wanted["fact"]) if isinstance(self.wanted, dict) else None

    def names(self) -> frozenset[str]:
        return frozenset({self.name} if self.other is None else {self.name, self.other})


@dataclass(frozen=True)
class All:
    """False as soon as one part is false; else unknown as soon as one is unknown."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> Truth:
        values = [part.holds(facts) for part in self.parts]
        if False in values:
            return False
        return None if None in values else True

    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names() for part in self.parts))


@dataclass(frozen=True)
class AnyOf:
    """True as soon as one part is true; else unknown as soon as one is unknown."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> Truth:
        values = [part.holds(facts) for part in self.parts]
        if True in values:
            return True
        return None if None in values else False

    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names() for part in self.parts))


@dataclass(frozen=True)
class Not:
    part: Condition

    def holds(self, facts: Facts) -> Truth:
        value = self.part.holds(facts)
        return None if value is None else not value

    def names(self) -> frozenset[str]:
        return self.part.names()


Condition = Fact | All | AnyOf | Not
ALWAYS = All(())


def parse(raw: Any) -> Condition:
    """From a playbook's YAML; its shape has been checked by the playbook schema."""
    if "all" in raw:
        return All(tuple(parse(part) for part in raw["all"]))
    if "any" in raw:
        return AnyOf(tuple(parse(part) for part in raw["any"]))
    if "not" in raw:
        return Not(parse(raw["not"]))
    operator = next(key for key in raw if key != "fact")
    return Fact(raw["fact"], operator, raw[operator])
