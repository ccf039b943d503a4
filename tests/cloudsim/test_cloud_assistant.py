"""The cloud assistant: commands inside a guest answer as the faults in force make them, and mend some of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from baidubce.services.ca.ca_client import CaClient
from baidubce.services.ca.ca_model import Action, Command, Instance, Target
from baiducloud_python_sdk_blb.api.blb_client import BlbClient as NewBlbClient
from baiducloud_python_sdk_cloudassistant.api.cloudassistant_client import CloudassistantClient
from baiducloud_python_sdk_cloudassistant.models.action_ref import ActionRef
from baiducloud_python_sdk_cloudassistant.models.host import Host
from baiducloud_python_sdk_cloudassistant.models.target import Target as NewTarget
from baiducloud_python_sdk_vpc.api.vpc_client import VpcClient as NewVpcClient
from conftest import RunningCloud
from hypothesis import given
from hypothesis import strategies as st
from test_networks import BLB, WEB, refused
from test_new_sdk import Door

from cloudsim.ca.shell import Machine, run
from cloudsim.world.guests import healthy

RUN = 3  # World seconds after which a command has answered.


@pytest.fixture(scope="module")
def ca(cloud: RunningCloud) -> CaClient:
    """A demo customer's client; the tests of this file share one world and clean up after themselves."""
    cloud.reset()
    return cloud.client(CaClient, "ca", cloud.key("dawnlight", "linxiao"))


def action(content: str, **more: Any) -> Action:
    """An action of the SDK with a shell command."""
    command = Command("SHELL", content, "INDIVIDUAL", False, None, "root", "/root")
    return Action(type="COMMAND", name=more.pop("name", "look"), timeout_second=60, command=command, **more)


def answer_of(cloud: RunningCloud, ca: CaClient, content: str, instance: str = WEB) -> Any:
    """Run a command and wait for what the instance answers."""
    targets = [Target("BCC", instance)]
    started = ca.action_run(action(content), None, "u", "INSTANCES_LIST", targets, None).result.run_id
    cloud.advance(RUN)
    return ca.get_action_run(started, "u").result.children[0]


def inject(cloud: RunningCloud, name: str) -> str:
    """Put a scenario in force on a web server."""
    answer = cloud.control.post("/scenarios", json={"scenario": name, "resource_id": WEB})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def status(cloud: RunningCloud, scenario: str) -> str:
    return str(cloud.control.get(f"/scenarios/{scenario}").json()["status"])


def test_that_agents_are_online_while_the_guest_is_alive(cloud: RunningCloud, ca: CaClient) -> None:
    assert ca.batch_get_agent([Instance(WEB)]).result[0].state == "ONLINE"
    scenario = inject(cloud, "guest_hang")
    assert ca.batch_get_agent([Instance(WEB)]).result[0].state == "OFFLINE"
    child = answer_of(cloud, ca, "df -h")
    assert (child.state, child.error_code) == ("FAILED", "AgentOffline")
    cloud.control.delete(f"/scenarios/{scenario}").raise_for_status()
    assert refused(lambda: ca.batch_get_agent([Instance("i-Nobody00")])) == (404, "NoSuchObject")


def test_that_commands_are_saved_run_listed_and_forgotten(cloud: RunningCloud, ca: CaClient) -> None:
    made = ca.create_action("SAVE_AND_RUN", "u", action("uptime", name="lab"), [Target("BCC", WEB)]).result
    assert ca.get_action_run(made.run_id, "u").result.state == "RUNNING"
    cloud.advance(RUN)
    finished = ca.get_action_run(made.run_id, "u").result
    assert (finished.state, finished.statistics.failed_target_count) == ("SUCCESS", 0)
    assert "load average" in finished.children[0].output.stdout
    assert "load average" in ca.action_log(made.run_id, finished.children[0].id, 0).result.logs[0].msg
    ca.update_action(action("free -m", name="lab-2", id=made.action_id), "SAVE")
    assert ca.get_action(made.action_id, "u").result.command.content == "free -m"
    assert [one.id for one in ca.action_list(Action(), 1, 10, None, None, "u").result.data] == [made.action_id]
    ca.action_run(Action(id=made.action_id), None, "u", "INSTANCES_LIST", [Target("BCC", WEB)], None)
    assert ca.action_run_list(Action(), 1, 10, user_id="u").result.total_count >= 2
    ca.delete_action(made.action_id.encode())
    assert refused(lambda: ca.get_action(made.action_id, "u")) == (404, "NoSuchObject")
    assert refused(lambda: ca.action_run(action("ls"), None, "u", "INSTANCES_LIST", [], None))[0] == 400
    assert refused(lambda: ca.action_run(action(""), None, "u", "INSTANCES_LIST", [Target("BCC", WEB)], None))[0] == 400


@pytest.mark.parametrize(
    ("scenario", "look", "shows", "mend"),
    [
        ("disk_full", "df -h", "100% /", "rm -rf /var/log/nginx/*.1"),
        ("inodes_exhausted", "df -i", "100% /", "find /var/spool -type f -delete"),
        ("deleted_files_held", "lsof | grep deleted", "(deleted)", "systemctl restart app"),
        ("login_service_down", "systemctl status sshd", "inactive (dead)", "systemctl start sshd"),
        ("runaway_process", "top -bn1 | head", "php-fpm", "pkill -9 php-fpm"),
        ("guest_firewall", "iptables -L", "DROP", "iptables -F"),
    ],
)
def test_that_looking_inside_finds_what_a_command_mends(
    cloud: RunningCloud, ca: CaClient, scenario: str, look: str, shows: str, mend: str
) -> None:
    identifier = inject(cloud, scenario)
    assert shows in answer_of(cloud, ca, look).output.stdout
    answer_of(cloud, ca, "hostname")
    assert status(cloud, identifier) == "active"
    answer_of(cloud, ca, mend)
    assert status(cloud, identifier) == "cured"
    assert shows not in answer_of(cloud, ca, look).output.stdout


def test_that_an_unknown_command_is_not_found(cloud: RunningCloud, ca: CaClient) -> None:
    output = answer_of(cloud, ca, "launch-rocket --now").output
    assert output.exit_code == 127 and "command not found" in output.stderr


def test_that_the_new_sdks_see_the_same(cloud: RunningCloud, ca: CaClient) -> None:
    assistant = Door(cloud, CloudassistantClient, "ca")
    saved = ca.create_action("SAVE", "u", action("nproc", name="cores")).result.action_id
    hosts, targets = [Host(instance_id=WEB)], [NewTarget(instance_type="BCC", instance_id=WEB)]
    assert assistant.ask("batch_get_agent", hosts=hosts).result[0].state == "ONLINE"
    started = assistant.ask(
        "action_run", action=ActionRef(ref=saved), target_selector_type="INSTANCES_LIST", targets=targets
    )
    cloud.advance(RUN)
    run_id = started.result["runId"] if isinstance(started.result, dict) else started.result.run_id
    assert assistant.ask("get_action_run", id=run_id).result.children[0].output.stdout == "2\n"
    blb = Door(cloud, NewBlbClient, "blb")
    assert blb.ask("describe_blbs").blb_list[0].blb_id == BLB
    assert blb.ask("describe_blb", blb_id=BLB).name == "site-blb"
    assert len(blb.ask("describe_blb_servers", blb_id=BLB).backend_server_list) == 2
    health = blb.ask("describe_blb_server_health", blb_id=BLB, listener_port=80)
    assert {one.status for one in health.backend_server_list} == {"Alive"}
    assert blb.ask("resize_blb", blb_id=BLB, performance_level="small2")
    network = blb.ask("describe_blb", blb_id=BLB).vpc_id
    vpc = Door(cloud, NewVpcClient, "vpc")
    found = vpc.ask("query_specified_vpc", vpc_id=network).vpc
    assert vpc.ask("query_acl", vpc_id=network).acl_entrys
    subnet = found.subnets[0].subnet_id
    assert vpc.ask("query_specified_subnet", subnet_id=subnet).subnet.vpc_id == network
    assert len(vpc.ask("query_acl_rules", subnet_id=subnet).acl_rules) == 2


MACHINE = Machine(
    guest=healthy({"osType": "linux"}),
    hostname="web-01",
    windows=False,
    cpus=2,
    memory_gb=8,
    disks_gb={"/": 40},
    cpu_percent=10.0,
    memory_percent=50.0,
    load=0.2,
    now=datetime(2026, 11, 22, tzinfo=UTC),
)
LOOKS = ["df", "-h", "-i", "free", "top", "ps", "systemctl", "status", "restart", "sshd"]
DEEDS = ["rm", "-rf", "/", "kill", "9", "'", '"', ";", "&&", "|", "find", "-delete"]
WORDS = st.sampled_from([*LOOKS, *DEEDS])


@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=8).map(" ".join)))
def test_that_no_command_breaks_the_guest_or_mends_what_is_whole(content: str) -> None:
    answer = run(MACHINE, content)
    assert answer.fixes == [] and 0 <= answer.exit_code <= 127
