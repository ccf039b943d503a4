"""The control and operator APIs under schemathesis, and what they promise."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import schemathesis
from baidubce.exception import BceHttpClientError
from baidubce.services.bcc.bcc_client import BccClient
from conftest import REPOSITORY, RunningCloud
from hypothesis import HealthCheck, given, settings
from local_cloud import LocalCloud
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from cloudsim.control.app import control_app
from cloudsim.operations.ageing import failure_years
from cloudsim.operations.app import operator_app

WEB = "i-Dw7Lq2Xa"
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


LOCAL = LocalCloud()
SCHEMAS = [schemathesis.openapi.from_asgi("/openapi.json", app(LOCAL.cloud)) for app in (control_app, operator_app)]
OPERATIONS = [found.ok() for schema in SCHEMAS for found in schema.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: str(operation.label))
def test_that_the_api_keeps_its_contract(operation: Any) -> None:
    @QUICK
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()


def test_that_scenarios_compose_and_each_takes_back_its_own(fresh_cloud: RunningCloud) -> None:
    control = fresh_cloud.control
    ids = [
        control.post("/scenarios", json={"scenario": name, "resource_id": WEB}).json()["id"]
        for name in ("guest_hang", "login_service_down", "disk_full", "bandwidth_full")
    ]
    assert [one["id"] for one in control.get("/scenarios/active").json()] == ids
    for one in (ids[1], ids[3], ids[0], ids[2]):
        control.delete(f"/scenarios/{one}").raise_for_status()
    assert control.get("/scenarios/active").json() == []
    host = fresh_cloud.operator.get(f"/instances/{WEB}").json()
    assert host["status"] == "Running"


@pytest.mark.parametrize(("scenario", "status"), [("scn-999999", 404), ("nothing", 422), ("scn-" + "9" * 200, 422)])
def test_that_an_unknown_scenario_and_no_scenario_are_told_apart(
    fresh_cloud: RunningCloud, scenario: str, status: int
) -> None:
    assert fresh_cloud.control.get(f"/scenarios/{scenario}").status_code == status
    assert fresh_cloud.control.delete(f"/scenarios/{scenario}").status_code == status


def test_that_the_request_log_tells_who_asked_what(fresh_cloud: RunningCloud) -> None:
    key = fresh_cloud.key("dawnlight", "linxiao")
    answer = fresh_cloud.client(BccClient, "bcc", key).list_instances()
    logged = fresh_cloud.control.get("/requests", params={"request_id": answer.metadata.bce_request_id}).json()
    assert [(one["operation"], one["account_id"], one["user_id"], one["status"]) for one in logged] == [
        ("ListInstances", key.account_id, key.user_id, 200)
    ]
    assert key.secret_key not in str(logged)


def test_that_operations_see_hosts_age_and_publish_incidents(fresh_cloud: RunningCloud) -> None:
    operator = fresh_cloud.operator
    old = operator.get("/hosts", params={"past_warranty": True, "limit": 200}).json()["hosts"]
    assert old and all(host["warranty_end"] < "2027" for host in old)
    now = {host["id"]: host["status"] for host in operator.get("/hosts", params={"limit": 200}).json()["hosts"]}
    text = {"zh": "北京区域云磁盘抖动", "en": "Block storage in Beijing is unstable"}
    made = operator.post("/incidents", json={"product": "CDS", "region": "bj", "title": text, "message": text}).json()
    update = {"status": "resolved", "message": text}
    closed = operator.post(f"/incidents/{made['id']}/updates", json=update).json()
    assert closed["ended"] and len(closed["updates"]) == 2
    host = operator.get(f"/instances/{WEB}").json()["hostId"]
    work = operator.post("/maintenance", json={"host_id": host, "in_hours": 24, "reason": text}).json()
    assert WEB in [event["instance_id"] for event in work["events"]]
    again = {host["id"]: host["status"] for host in operator.get("/hosts", params={"limit": 200}).json()["hosts"]}
    assert again == now


def test_that_hardware_fails_more_often_past_its_warranty() -> None:
    years = [failure_years(f"part-{number}", "disk", 3.0) for number in range(4000)]
    assert years == [failure_years(f"part-{number}", "disk", 3.0) for number in range(4000)]
    under, past = sum(age < 3 for age in years) / 3, sum(3 <= age < 6 for age in years) / 3
    assert past > 2 * under


def test_that_the_command_line_injects(fresh_cloud: RunningCloud) -> None:
    port = str(fresh_cloud.control.base_url.port)
    command = [sys.executable, "-m", "cloudsim", "inject", "guest_hang", "--resource", WEB, "--control-port", port]
    environment = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'services'}"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert '"cause": "guest_hang"' in done.stdout
    refused = subprocess.run([*command[:4], "no_such", *command[5:]], capture_output=True, text=True, env=environment)
    assert refused.returncode == 1 and "no_such" in refused.stderr


def test_that_the_command_line_puts_faults_in_force_and_takes_them_away(fresh_cloud: RunningCloud) -> None:
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        port = str(fresh_cloud.control.base_url.port)
        line = [sys.executable, "-m", "cloudsim", "fault", *words, "--control-port", port]
        environment = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'services'}"}
        return subprocess.run(line, capture_output=True, text=True, env=environment)

    client = fresh_cloud.client(BccClient, "bcc", fresh_cloud.key("dawnlight", "linxiao"))
    made = command("error", "--service", "bcc", "--operation", "ListZones", "--status", "503", "--code", "Busy",
                   "--account", "dawnlight")  # fmt: skip
    assert json.loads(made.stdout)["kind"] == "error", made.stderr
    with pytest.raises(BceHttpClientError) as struck:
        client.list_zones()
    assert (struck.value.status_code, struck.value.code) == (503, "Busy")
    other = fresh_cloud.client(BccClient, "bcc", fresh_cloud.key("bluebay", "chenchen"))
    assert other.list_zones().zones and client.list_instances().instances
    assert [one["hits"] for one in json.loads(command().stdout)] == [1]
    assert json.loads(command("--clear", "all").stdout) == {"removed": 1}
    assert client.list_zones().zones
    assert command("error", "--probability", "7").returncode == 1
