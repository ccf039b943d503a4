"""The figures that the product is held to, computed from parsed held-out sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.nlu.evaluation.heldout import OUT_OF_SCOPE, Parsed

BINS = 15
# Kinds whose value depends on the moment of reading or on the label's convention: the place in the text decides.
_BY_PLACE = frozenset({"time", "mention"})
# Kinds of the product's list; further kinds (size) are not labelled in the held-out set.
LABELLED_KINDS = frozenset(
    (
        "instance_id", "volume_id", "snapshot_id", "image_id", "rds_id", "load_balancer_id", "security_group_id",
        "event_id", "ticket_id", "ip_address", "domain", "url", "bucket", "port", "region", "product", "operation",
        "os", "error_code", "time", "duration", "amount", "bandwidth", "instance_name", "mention", "field",
    )
)  # fmt: skip


@dataclass
class EntityCounts:
    """Found, invented and missed entities by kind."""

    right: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def f1(self) -> float:
        """F1 over all kinds (0–1)."""
        right = self.right.total()
        return 2 * right / max(1, 2 * right + self.invented.total() + self.missed.total())


def accuracy(parsed: Sequence[Parsed]) -> float:
    """Share whose first intent is right."""
    return float(np.mean([p.right for p in parsed])) if parsed else 0.0


def calibration_error(parsed: Sequence[Parsed]) -> float:
    """Expected calibration error of the confidence over ``BINS`` equal bins (0–1)."""
    return sum(count * abs(right - confidence) for confidence, right, count in reliability(parsed)) / max(
        1, len(parsed)
    )


def reliability(parsed: Sequence[Parsed]) -> list[tuple[float, float, int]]:
    """For each used bin: mean confidence, share right, count."""
    bins: dict[int, list[Parsed]] = {}
    for p in parsed:
        bins.setdefault(min(BINS - 1, int(p.confidence * BINS)), []).append(p)
    return [
        (float(np.mean([p.confidence for p in members])), accuracy(members), len(members))
        for _, members in sorted(bins.items())
    ]


def selective_accuracy(parsed: Sequence[Parsed], share: float = 0.75) -> float:
    """Accuracy of the most confident ``share``."""
    ordered = sorted(parsed, key=lambda p: -p.confidence)
    return accuracy(ordered[: int(share * len(ordered))])


def risk_coverage(parsed: Sequence[Parsed]) -> list[tuple[float, float]]:
    """Share answered and error rate among the answered, from the most confident down."""
    ordered = sorted(parsed, key=lambda p: -p.confidence)
    wrong = np.cumsum([not p.right for p in ordered])
    return [((i + 1) / len(ordered), float(wrong[i]) / (i + 1)) for i in range(len(ordered))]


def gate_shares(parsed: Sequence[Parsed]) -> dict[str, float]:
    """Share of each judgement of the gate."""
    counts = Counter(p.gate for p in parsed)
    return {gate: counts[gate] / max(1, len(parsed)) for gate in ("answer", "clarify", "reject")}


def wrongly_answered(parsed: Sequence[Parsed]) -> float:
    """Share of out-of-scope sentences that would be acted on."""
    return float(np.mean([p.wrongly_answered for p in parsed])) if parsed else 0.0


def truth_offered(parsed: Sequence[Parsed]) -> float:
    """Among the sentences for which two readings are offered, the share whose intent is one of the first two."""
    pairs = offered_pairs(parsed)
    return float(np.mean([intent in pair for intent, pair in pairs])) if pairs else 1.0


def offered_pairs(parsed: Sequence[Parsed]) -> list[tuple[str, list[str]]]:
    """Where two readings are offered: the labelled intent, and the first two that are offered."""
    return [(p.labelled.intent, _candidates(p)[:2]) for p in parsed if p.gate == "clarify" and len(_candidates(p)) > 1]


def asked_openly(parsed: Sequence[Parsed]) -> float:
    """Share of all sentences that are not sure and have no pair worth offering: the customer is asked to rephrase."""
    return float(np.mean([p.gate == "clarify" and len(_candidates(p)) < 2 for p in parsed])) if parsed else 0.0


def _candidates(parsed: Parsed) -> list[str]:
    found: list[str] = parsed.parse["understanding"]["candidates"]
    return found


def confusions(parsed: Sequence[Parsed], count: int = 25) -> list[tuple[str, str, int]]:
    """The most frequent wrong readings: labelled intent, read intent, count."""
    pairs = Counter((p.labelled.intent, p.intent) for p in parsed if not p.right)
    return [(true, read, n) for (true, read), n in pairs.most_common(count)]


def entity_counts(parsed: Sequence[Parsed]) -> EntityCounts:
    """Entities compared by kind, value and overlapping place."""
    counts = EntityCounts()
    for p in parsed:
        found = [e for e in p.parse["entities"] if e["entity"] in LABELLED_KINDS]
        for kind, value, start, end in p.labelled.entities:
            hit = next((e for e in found if _same(e, kind, value, start, end)), None)
            (counts.missed if hit is None else counts.right)[kind] += 1
            if hit is not None:
                found.remove(hit)
        counts.invented.update(e["entity"] for e in found)
    return counts


def _same(entity: dict[str, object], kind: str, value: str, start: int, end: int) -> bool:
    if entity["entity"] != kind or not (int(str(entity["start"])) < end and start < int(str(entity["end"]))):
        return False
    return kind in _BY_PLACE or _plain(entity["value"]) == _plain(value)


def _plain(value: object) -> str:
    text = str(value)
    try:
        return str(float(text))
    except ValueError:
        return text


def in_scope(parsed: Sequence[Parsed]) -> list[Parsed]:
    """The sentences that the product serves."""
    return [p for p in parsed if p.labelled.intent != OUT_OF_SCOPE]
