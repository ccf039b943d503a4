"""Of overlapping findings the heavier stays, then the longer, then the earlier: as by comparing each with each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.entities.model import Entity, without_overlaps

FINDINGS = st.lists(
    st.builds(
        lambda start, length, weight: Entity("port", start, start, start + length, weight=weight),
        st.integers(0, 40),
        st.integers(1, 12),
        st.integers(0, 3),
    ),
    max_size=30,
)


def _each_with_each(found: list[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda e: (-e.weight, -(e.end - e.start), e.start)):
        if not any(entity.overlaps(other) for other in kept):
            kept.append(entity)
    return sorted(kept, key=lambda e: e.start)


@given(FINDINGS)
def test_that_what_stays_is_what_a_plain_search_keeps(found: list[Entity]) -> None:
    assert without_overlaps(found) == _each_with_each(found)
