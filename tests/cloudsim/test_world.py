"""The seeded world: who is in it, that it repeats itself, and that its curves are functions of time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_cloud import SEED, START, HandClock, LocalCloud

from cloudsim.bcc.kinds import EVENTS, INSTANCES, VOLUMES
from cloudsim.cloud import Cloud
from cloudsim.operations.kinds import HOSTS
from cloudsim.world.metrics import SCOPES
from cloudsim.world.seeding import SeedError, read_seed

LOCAL = LocalCloud()
WORLD = LOCAL.world
ACCOUNTS = {account["key"]: account for account in WORLD.identity.accounts.scan()}
SCOPE = SCOPES["BCE_BCC"]
WEB = "i-Dw7Lq2Xa"


def _names(key: str) -> list[str]:
    return sorted(str(one["name"]) for one in WORLD.collection(INSTANCES).all_of(ACCOUNTS[key]["id"]))


def test_that_the_promised_accounts_are_there() -> None:
    assert len(ACCOUNTS) >= 40 and WORLD.collection(INSTANCES).count() >= 600
    assert ACCOUNTS["dawnlight"]["id"] == "7d1c5a0e9b3f4c6288a1d0e5f7b39c41"
    assert (ACCOUNTS["bluebay"]["plan"], ACCOUNTS["bluebay"]["industry"]) == ("key", "finance")
    assert _names("dawnlight") == ["db-01", "test-01", "web-01", "web-02"]
    assert len(_names("bluebay")) == 14 and len(_names("newcomer")) == 0
    assert len(_names("solo")) == 1 and len(_names("manifold")) == 60
    assert {"basic", "business", "key"} <= {account["plan"] for account in ACCOUNTS.values()}
    assert all(account["name"]["zh"] and account["name"]["en"] for account in ACCOUNTS.values())


def test_that_everything_is_healthy_when_planted() -> None:
    assert {one["status"] for one in WORLD.collection(INSTANCES).scan()} == {"Running"}
    assert WORLD.collection(EVENTS).count() == 0
    assert all(account["balance"] > 0 for account in ACCOUNTS.values())


def test_that_every_instance_stands_on_a_host_of_its_zone() -> None:
    hosts = {host["id"]: host for host in WORLD.collection(HOSTS).scan()}
    for instance in WORLD.collection(INSTANCES).scan():
        assert hosts[instance["hostId"]]["zoneName"] == instance["zoneName"]
        owned = WORLD.collection(VOLUMES).all_of(instance["accountId"], None, {"instanceId": instance["id"]})
        assert sum(volume["type"] == "System" for volume in owned) == 1


def test_that_the_same_seed_gives_the_same_world() -> None:
    other = LocalCloud()
    for kind in (INSTANCES, VOLUMES, HOSTS):
        assert list(other.world.collection(kind).scan()) == list(WORLD.collection(kind).scan())


def test_that_a_world_survives_a_restart(tmp_path: Path) -> None:
    first = Cloud(tmp_path / "cloud.db", SEED, HandClock())
    web = first.world.collection(INSTANCES).get(WEB)
    assert web is not None
    with first.world.change():
        first.world.collection(INSTANCES).put({**web, "name": "renamed"})
    first.close()
    again = Cloud(tmp_path / "cloud.db", SEED, HandClock())
    kept = again.world.collection(INSTANCES).get(WEB)
    assert kept is not None and kept["name"] == "renamed"
    again.close()


def test_that_a_broken_seed_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("- just\n- a list\n", encoding="utf-8")
    for path in (tmp_path / "bad.yaml", tmp_path / "missing.yaml"):
        with pytest.raises(SeedError, match=path.name):
            read_seed(path)


moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: (START - timedelta(minutes=minutes)).timestamp())


@settings(max_examples=60, deadline=None)
@given(moment=moments, width=st.integers(1, 90), metric=st.sampled_from(sorted(SCOPE.shapes)))
def test_that_a_curve_depends_on_resource_and_time_only(moment: float, width: int, metric: str) -> None:
    document = {"id": WEB, "createTime": "2020-01-01T00:00:00Z"}
    window = [moment + 60 * step for step in range(width)]
    whole = WORLD.metrics.curve(SCOPE, document, metric, window)
    single = [WORLD.metrics.curve(SCOPE, document, metric, [one])[0] for one in window]
    assert whole == single
    shape = SCOPE.shapes[metric]
    assert all(value >= shape.floor and value <= (shape.ceiling or float("inf")) for _, value in whole)


def test_that_two_names_of_a_metric_are_one_curve() -> None:
    document, window = {"id": WEB}, [START.timestamp()]
    for alias, name in SCOPE.aliases.items():
        curves = [WORLD.metrics.curve(SCOPE, document, metric, window) for metric in (alias, name)]
        assert curves[0] == curves[1]
