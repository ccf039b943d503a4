"""Protocol faults: an operation that fails, stalls, throttles, drops the line or answers rubbish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal["error", "latency", "throttle", "drop", "bad_body"]


@dataclass
class FaultRule:
    """One rule. `probability` in (0, 1]; `count` is how many requests it still hits (None: no end)."""

    id: str
    kind: FaultKind
    service: str = "*"
    operation: str | None = None
    account_id: str | None = None
    status: int = 500
    code: str = "InternalError"
    seconds: float = 0.0
    probability: float = 1.0
    count: int | None = None
    hits: int = field(default=0)

    def covers(self, service: str, operation: str, account_id: str | None) -> bool:
        """Whether this rule is about such a request."""
        return (
            self.service in ("*", service)
            and self.operation in (None, "", operation)
            and self.account_id in (None, "", account_id)
        )


class FaultInjector:
    """The rules in force; `draw` gives numbers in [0, 1)."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self.rules: dict[str, FaultRule] = {}

    def add(self, rule: FaultRule) -> None:
        """Put a rule in force."""
        self.rules[rule.id] = rule

    def hit(self, service: str, operation: str, account_id: str | None) -> list[FaultRule]:
        """The rules that strike this request; latency first, at most one other kind."""
        if not self.rules:
            return []
        struck: list[FaultRule] = []
        ended = False
        for rule in sorted(self.rules.values(), key=lambda rule: rule.kind != "latency"):
            if ended or not rule.covers(service, operation, account_id):
                continue
            if rule.probability < 1.0 and self._draw() >= rule.probability:
                continue
            rule.hits += 1
            if rule.count is not None:
                rule.count -= 1
                if rule.count <= 0:
                    del self.rules[rule.id]
            struck.append(rule)
            ended = rule.kind != "latency"
        return struck
