"""Every scenario: what its ground truth says is what the public API shows, and withdrawing it leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Key, RunningCloud
from public_view import PublicView, holds, look

from cloudsim.catalog import SERVICES
from cloudsim.faults.scenarios import read_book

FOLDER = Path(__file__).resolve().parents[2] / "data/cloud/scenarios"
ENTRIES: list[dict[str, Any]] = [
    entry for path in sorted(FOLDER.glob("*.yaml")) for entry in yaml.safe_load(path.read_text())["scenarios"]
]
BOOK = read_book(FOLDER)
WEB = "i-Dw7Lq2Xa"
# Four causes on one instance, and one at each of the products around it.
TOGETHER = [
    ("disk_full", WEB),
    ("login_port_not_open", WEB),
    ("bandwidth_full", WEB),
    ("runaway_process", WEB),
    ("connections_slow_sql", "rds-Dw6Hk1Qz"),
    ("bucket_private", "dawnlight-assets"),
    ("filing_missing", "www.dawnlight.example"),
]


def _owner(cloud: RunningCloud, account_id: str) -> Key:
    account = next(one for one in cloud.control.get("/accounts").json() if one["id"] == account_id)
    return cloud.key(account["key"], account["users"][0]["key"])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["name"]))
def test_that_the_public_api_shows_the_evidence(cloud: RunningCloud, entry: dict[str, Any]) -> None:
    cloud.control.delete("/scenarios").raise_for_status()
    answer = cloud.control.post("/scenarios", json={"scenario": entry["name"]})
    assert answer.status_code == 201, answer.text
    scenario = answer.json()
    view = PublicView(cloud, _owner(cloud, scenario["account_id"]), scenario["resource_id"])
    truth = scenario["ground_truth"]
    assert truth["evidence"] and truth["remedies_that_work"] and truth["severity"] in ("P1", "P2", "P3")
    for line in truth["evidence"]:
        value = look(view, line["see"])
        assert holds(value, line), f"{entry['name']}: {line} but saw {value!r}"
    cloud.control.delete(f"/scenarios/{scenario['id']}").raise_for_status()
    remaining = [line for line in truth["evidence"] if holds(look(view, line["see"]), line)]
    assert len(remaining) < len(truth["evidence"]), f"{entry['name']} leaves everything as it was"


def test_that_composed_troubles_each_show_their_own_evidence(fresh_cloud: RunningCloud) -> None:
    control, key = fresh_cloud.control, fresh_cloud.key("dawnlight", "linxiao")
    made = [
        control.post(
            "/scenarios", json={"scenario": name, "resource_id": resource, "account_id": key.account_id}
        ).json()
        for name, resource in TOGETHER
    ]
    for scenario in made:
        view = PublicView(fresh_cloud, key, scenario["resource_id"])
        for line in scenario["ground_truth"]["evidence"]:
            assert holds(look(view, line["see"]), line), (scenario["scenario"], line)


def test_that_every_row_of_the_troubleshooting_table_has_a_scenario() -> None:
    rows = {
        "instance_down", "instance_connect", "instance_slow", "disk_full", "network_slow", "bos_access_denied",
        "cdn_error", "rds_connection", "arrears", "password_reset", "icp_filing", "ssl_expiry", "live_stutter",
        "ai_quota",
    }  # fmt: skip
    assert rows <= {entry["topic"] for entry in ENTRIES}
    assert len(ENTRIES) >= 40
    assert len({entry["name"] for entry in ENTRIES}) == len(ENTRIES)
    assert all(entry["title"]["zh"] and entry["title"]["en"] for entry in ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["name"]))
def test_that_a_remedy_says_which_operations_do_it_or_that_none_does(entry: dict[str, Any]) -> None:
    known = {
        name for one in SERVICES.values() for op in one.operations for name in (op.name, f"{op.service}.{op.name}")
    }
    truth = BOOK[entry["name"]].ground_truth()
    for remedy in truth["remedies_that_work"] + truth["remedies_that_help_briefly"] + truth["remedies_that_do_not"]:
        assert set(remedy["api_operations"]) <= known, remedy
        assert bool(remedy["api_operations"]) == (remedy["by"] == "api"), remedy
        assert remedy["then"] is None or remedy["then"] in known
