"""The entity value object and the choice between overlapping findings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

Value = str | int | float
# Characters on either side of a word that tell what it means. What stands farther off tells nothing, and without a
# limit every word of a pasted log would be looked at together with the whole log.
_REACH = 160


def before(text: str, start: int) -> str:
    """What stands right before a place."""
    return text[max(0, start - _REACH) : start]


def after(text: str, end: int) -> str:
    """What stands right behind a place."""
    return text[end : end + _REACH]


@dataclass(frozen=True)
class Entity:
    """A finding in the normalised text.

    Attributes:
        kind: entity name of the product (``instance_id``, ``region`` …).
        value: normalised value; identifiers keep their letter case.
        start: first character in the text that was searched.
        end: one past the last character.
        details: further output keys (``unit``, ``role``, ``grain``).
        weight: higher wins where findings overlap; then the longer one.
    """

    kind: str
    value: Value
    start: int
    end: int
    details: dict[str, str] = field(default_factory=dict)
    weight: int = 0

    def overlaps(self, other: Entity) -> bool:
        """Whether both share at least one character."""
        return self.start < other.end and other.start < self.end


def without_overlaps(found: Iterable[Entity]) -> list[Entity]:
    """The findings in reading order after weaker and shorter overlapping ones are dropped."""
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda e: (-e.weight, -(e.end - e.start), e.start)):
        # Those kept stand in reading order without overlaps: only the last one that begins before its end can touch it.
        place = bisect_left(kept, entity.end, key=lambda e: e.start)
        if not place or not entity.overlaps(kept[place - 1]):
            kept.insert(place, entity)
    return kept
