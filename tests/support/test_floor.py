"""Who has the floor: the table of contracts section 6, and compare-and-set against a real database."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support.database import Database
from support.gateway.floor import TRANSITIONS, FloorEvent, FloorMoved, Owner, OwnerKind, move_floor, next_owner
from support.gateway.models import Conversation
from support.migrating import migrate

EVENTS: list[FloorEvent] = list(get_args(FloorEvent))
AGENTS = ["a-1", "a-2"]
CONTRACT = {
    ("bot", "handoff", "queue"),
    ("bot", "takeover", "agent"),
    ("queue", "claim", "agent"),
    ("queue", "queue_left", "bot"),
    ("agent", "release", "bot"),
    ("agent", "resolve", "bot"),
    ("agent", "escalate", "queue"),
}


def owners() -> st.SearchStrategy[Owner]:
    def make(kind: OwnerKind, agent: str, version: int) -> Owner:
        return Owner(kind, agent if kind == "agent" else None, version)

    return st.builds(make, st.sampled_from(list(get_args(OwnerKind))), st.sampled_from(AGENTS), st.integers(1, 10**6))


def test_that_the_table_is_the_contracts() -> None:
    assert {(one.source, one.event, one.target) for one in TRANSITIONS} == CONTRACT


@given(owners(), st.sampled_from(EVENTS), st.sampled_from(AGENTS))
def test_that_every_change_raises_the_version_by_one_and_follows_the_table(
    owner: Owner, event: FloorEvent, agent: str
) -> None:
    try:
        after = next_owner(owner, event, agent)
    except FloorMoved:
        allowed = any((owner.kind, event) == (one.source, one.event) for one in TRANSITIONS)
        assert not allowed or (owner.kind == "agent" and owner.agent_id != agent)
        return
    assert (owner.kind, event, after.kind) in CONTRACT
    assert after.version == owner.version + 1
    assert (after.agent_id == agent) if after.kind == "agent" else (after.agent_id is None)
    assert owner.kind != "agent" or owner.agent_id == agent


def test_that_an_agent_is_needed_where_one_takes_over() -> None:
    with pytest.raises(ValueError, match="claim"):
        next_owner(Owner("queue", None, 1), "claim")


class Floor(RuleBasedStateMachine):
    """Many hands change the owner from stale and fresh readings; the row must follow one history."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.database = Database(f"sqlite:///{self.folder.name}/floor.db")
        self.expected = Owner("bot", None, 1)
        self.readings: list[Owner] = [self.expected]

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        await migrate(self.database)
        now = datetime.now(timezone.utc)
        async with self.database.write() as session:
            session.add(
                Conversation(id="c-1", party="p", language="en", owner_kind="bot", created_at=now, last_activity_at=now)
            )

    async def _move(self, seen: Owner, event: FloorEvent, agent: str) -> Owner:
        async with self.database.write() as session:
            conversation = await session.get_one(Conversation, "c-1")
            return await move_floor(session, conversation, seen, event, agent)

    async def _read(self) -> Owner:
        async with self.database.read() as session:
            return Owner.of(await session.get_one(Conversation, "c-1"))

    @rule(event=st.sampled_from(EVENTS), agent=st.sampled_from(AGENTS), age=st.integers(0, 3))
    def move(self, event: FloorEvent, agent: str, age: int) -> None:
        seen = self.readings[-1 - min(age, len(self.readings) - 1)]
        try:
            after = self.run(self._move(seen, event, agent))
        except FloorMoved:
            stale = seen != self.expected
            forbidden = not any((seen.kind, event) == (one.source, one.event) for one in TRANSITIONS)
            foreign = seen.kind == "agent" and seen.agent_id != agent
            assert stale or forbidden or foreign
            return
        assert seen == self.expected, "a stale reading changed the owner"
        self.expected = after
        self.readings.append(after)

    @rule(event=st.sampled_from(EVENTS), hands=st.integers(2, 6))
    def race(self, event: FloorEvent, hands: int) -> None:
        """All start from the same fresh reading: at most one wins."""
        agent = self.expected.agent_id or AGENTS[0]

        async def all_at_once() -> list[object]:
            moves = (self._move(self.expected, event, agent) for _ in range(hands))
            return list(await asyncio.gather(*moves, return_exceptions=True))

        won = [one for one in self.run(all_at_once()) if isinstance(one, Owner)]
        assert len(won) <= 1
        for after in won:
            self.expected = after
            self.readings.append(after)

    @invariant()
    def row_is_as_expected(self) -> None:
        assert self.run(self._read()) == self.expected

    def teardown(self) -> None:
        self.run(self.database.close())
        self.loop.close()
        self.folder.cleanup()


TestFloor = Floor.TestCase
TestFloor.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)


def test_that_a_reading_of_another_version_changes_nothing(tmp_path: Path) -> None:
    machine = Floor()
    machine.begin()
    with pytest.raises(FloorMoved):
        machine.run(machine._move(replace(machine.expected, version=7), "handoff", "a-1"))
    machine.row_is_as_expected()
    machine.teardown()
