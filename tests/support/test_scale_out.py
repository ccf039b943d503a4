"""Two instances on PostgreSQL and Redis behave as one.

When those servers do not answer, conftest.py leaves this module out and says so at the end of the run.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from fake_assistant import FakeAssistant, Json, message, summary
from redis.asyncio import Redis
from scale_servers import POSTGRES, REDIS
from support_harness import Customer, DeskAgent, FakeCloud, Support, eventually

from contracts.ids import new_id
from support.errors import TooMany
from support.limits import RateLimit

REDIS_DATABASE = 11


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A database of this run's own, dropped afterwards."""
    name = new_id("support").replace("-", "_")
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield POSTGRES.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, shared_assistant: FakeAssistant, cloud: FakeCloud, database: str
) -> Iterator[tuple[Support, Support]]:
    """Two instances that share a database, Redis and the world's clock; they migrate at the same moment."""
    folder = tmp_path_factory.mktemp("pair")
    environment = {"DATABASE_URL": database, "REDIS_URL": f"{REDIS}/{REDIS_DATABASE}", "LEASE_SECONDS": "3"}
    instances = [Support(folder, shared_assistant.port, cloud.port, **environment) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda instance: instance.start(), instances)
    yield one, two
    one.stop()
    two.stop()


def _beside(customer: Customer, other: Support) -> Customer:
    """The same customer's same conversation, through the other instance."""
    return Customer(other, customer.token, fresh=False, language="en")


def test_that_a_message_sent_to_one_instance_is_heard_at_the_other(
    pair: tuple[Support, Support], assistant: FakeAssistant
) -> None:
    one, two = pair
    here = one.customer("small")
    there = _beside(here, two)
    assert there.id == here.id
    ear = there.connect()
    here.send("across")
    ear.hears("message", lambda heard: heard["text"] == "echo across")
    ear.close()


def test_that_writers_at_both_instances_leave_no_gap_and_each_turn_is_asked_once(
    pair: tuple[Support, Support], assistant: FakeAssistant
) -> None:
    one, two = pair
    here = one.customer("business")
    there = _beside(here, two)
    with ThreadPoolExecutor(12) as pool:
        jobs = [(customer, f"n{number % 20}") for number in range(40) for customer in (here, there)]
        list(pool.map(lambda job: job[0].send(job[1], client_id=job[1]), jobs))
    eventually(lambda: len(here.texts("bot")) == 21, f"20 answers: {here.texts('bot')}")
    messages = here.transcript()
    assert [found["seq"] for found in messages] == list(range(1, len(messages) + 1))
    assert sorted(here.texts("customer")) == sorted(f"n{number}" for number in range(20))
    asked = [turn["turn_id"] for turn in assistant.asked(here.id)]
    assert len(asked) == len(set(asked))


def test_that_claims_at_both_instances_have_one_winner(pair: tuple[Support, Support], assistant: FakeAssistant) -> None:
    one, two = pair
    customer = one.customer()
    case_id = customer.asks_for_human()
    agents: list[DeskAgent] = [
        instance.agent(agent) for instance in pair for agent in ("a-lin", "a-chen", "a-grace", "a-xu", "a-he")
    ]
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda number: agents[number % 10].does(case_id, "claim"), range(50)))
    winner = customer.state()["owner"]["agent"]["id"]
    refused = [answer.json()["error"]["winner"] for answer in answers if answer.status_code == 409]
    assert len(refused) == 40 and set(refused) == {agent.name for agent in agents if agent.id == winner}
    assert sum("has joined" in text for text in _beside(customer, two).texts("system")) == 1


def test_that_desk_and_customer_talk_across_instances(pair: tuple[Support, Support], assistant: FakeAssistant) -> None:
    one, two = pair
    customer = one.customer()
    agent = two.agent("a-lin")
    desk, ear = agent.connect(), customer.connect()
    case_id = customer.asks_for_human()
    desk.hears("ring", lambda heard: heard["case_id"] == case_id)
    agent.does(case_id, "claim")
    assert desk.call("watch", {"case_id": case_id})["ok"] is True
    agent.writes(case_id, "hello from two")
    ear.hears("message", lambda heard: heard["text"] == "hello from two")
    customer.send("hello from one")
    desk.hears("message", lambda heard: heard["text"] == "hello from one")
    assert one.agent("a-xu").read(case_id).json()["viewers"] == [{"id": "a-lin", "name": "林薇"}]
    desk.close()
    ear.close()


def test_that_each_rung_and_wakeup_is_fired_by_one_instance(
    pair: tuple[Support, Support], assistant: FakeAssistant
) -> None:
    one, _ = pair

    def reply(turn: Json) -> Iterator[Any]:
        if turn["input"].get("text") == "watch":
            yield summary(wakeups=[{"id": "w-1", "after_seconds": 20, "data": {"for": turn["conversation_id"]}}])
        else:
            yield message(turn, 0, turn["input"].get("text") or "woken")
            yield summary()

    waking = one.customer("business")
    waking.hears("event opened")
    assistant.reply = reply
    waking.send("watch")
    waking.settled()
    one.advance(25)
    waking.hears("woken")
    waking.settled()
    woken = [turn for turn in assistant.turns if turn["input"].get("data") == {"for": waking.id}]
    assert len(woken) == 1


def test_that_the_other_instance_takes_over_when_one_dies(
    pair: tuple[Support, Support], assistant: FakeAssistant
) -> None:
    one, two = pair
    here = one.customer("small")
    here.hears("event opened")
    there = _beside(here, two)
    first: list[str] = []

    def reply(turn: Json) -> Iterator[Any]:
        if not first:
            first.append(turn["turn_id"])
            one.kill()
        yield message(turn, 0, "taken over")
        yield summary()

    assistant.reply = reply
    here.send("hold on")
    there.hears("taken over")
    assert there.texts("bot").count("taken over") == 1
    one.start()


def test_that_what_is_forgiven_counts_at_no_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support.limits.time.time", lambda: 1_800_000_000.0)

    async def passed(key: str) -> int:
        async with Redis.from_url(f"{REDIS}/{REDIS_DATABASE}") as redis:
            here, there = (RateLimit("t", 2, redis) for _ in range(2))
            for limit in (here, there, here, there):
                await limit.check(key)
                await limit.forgive(key)
            await here.forgive(key)
            through = 0
            with pytest.raises(TooMany):
                while True:
                    await (here, there)[through % 2].check(key)
                    through += 1
            return through

    assert asyncio.run(passed(new_id("key"))) == 2
