"""Every remedy of the compute, network and money scenarios: what works cures, what does not leaves the trouble."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad
from local_cloud import LocalCloud

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.faults import scenarios
from cloudsim.operations.publishing import repair_instance
from cloudsim.store.collection import Document

FOLDER = Path(__file__).resolve().parents[2] / "data/cloud/scenarios"
FILES = ("account", "ai", "instance_connect", "instance_down", "instance_slow", "network")
SETTLED = 120
LOCAL = LocalCloud()
SIZES = [(1, 2), (2, 4), (2, 8), (4, 8), (4, 16), (8, 32), (16, 64)]


class Patient:
    """The resource a scenario was injected on, and everything one can do about it."""

    def __init__(self, name: str) -> None:
        LOCAL.cloud.reset()
        self.now = LOCAL.world.catch_up()
        with LOCAL.world.change():
            self.scenario = scenarios.inject(LOCAL.world, name, self.now)
        self.id = str(self.scenario["resourceId"])
        self.account = str(self.scenario["accountId"])
        self.user = str(LOCAL.world.identity.users.all_of(self.account)[0]["id"])
        account = LOCAL.world.identity.accounts.get(self.account)
        assert account is not None
        with LOCAL.world.change():
            if account["balance"] > 0:
                LOCAL.world.identity.accounts.put({**account, "balance": account["balance"] + 5000})

    @property
    def instance(self) -> Document:
        """The instance as stored."""
        found = LOCAL.world.collection(INSTANCES).get(self.id)
        assert found is not None
        return found

    def status(self) -> str:
        """What has become of the scenario."""
        LOCAL.clock.advance(SETTLED)
        LOCAL.world.catch_up()
        found = LOCAL.world.collection(scenarios.SCENARIOS).get(self.scenario["id"])
        return str(found["status"]) if found else "gone"

    def ask(self, method: str, path: str, query: str = "", body: Any = None, service: str = "bcc") -> Any:
        """A signed call in the instance's region; refusals are answers too."""
        host = f"{service}.{self.instance['region']}.baidubce.com"
        return LOCAL.call(self.user, method, path, query, body, host)[1]

    def put(self, query: str, body: Any = None) -> None:
        """An action on the instance."""
        self.ask("PUT", f"/v2/instance/{self.id}", query, body)

    def address(self) -> str:
        """The public address of the instance, or a free one."""
        found = self.ask("GET", "/v1/eip", "", None, "eip")["eipList"]
        mine = [one["eip"] for one in found if one["instanceId"] == self.id]
        free = [one["eip"] for one in found if one["status"] == "available"]
        return str((mine or free)[0])


def _resize(patient: Patient, where: dict[str, Any]) -> None:
    now = (patient.instance["cpuCount"], patient.instance["memoryCapacityInGB"])
    cpu, memory = next(size for size in SIZES if size[0] > now[0] and size[1] > now[1])
    patient.put("resize", {"cpuCount": cpu, "memoryCapacityInGB": memory})


def _password(patient: Patient, where: dict[str, Any]) -> None:
    secret = LOCAL.keys[patient.user][1]
    cipher = AES.new(secret[:16].encode(), AES.MODE_ECB).encrypt(pad(b"Correct-Horse-7", 16)).hex()
    patient.put("changePass", {"adminPass": cipher})


def _authorize_event(patient: Patient, where: dict[str, Any]) -> None:
    for family in ("Unplanned", "Planned"):
        listed = patient.ask("POST", "/", f"action=Describe{family}Events", {"instanceIds": [patient.id]})
        for event in listed[f"{family.lower()}MaintenanceEvents"]:
            operation = event["maintenanceOptions"][0]
            body = {"serverEventId": event["serverEventId"], "authorizeMaintenanceOperation": operation}
            patient.ask("POST", "/", "action=AuthorizeServerEvent", body)


def _resize_volume(patient: Patient, where: dict[str, Any]) -> None:
    volume = patient.ask("GET", "/v2/volume", f"instanceId={patient.id}")["volumes"][0]
    patient.ask("PUT", f"/v2/volume/{volume['id']}", "resize", {"newCdsSizeInGB": volume["diskSizeInGB"] + 50})


def _open_port(patient: Patient, where: dict[str, Any]) -> None:
    group = patient.instance["securityGroupIds"][0]
    rule = {"direction": "ingress", "protocol": "tcp", "portRange": where["port"], "sourceIp": "0.0.0.0/0"}
    patient.ask("PUT", f"/v2/securityGroup/{group}", "authorizeRule", {"rule": rule})


def _recharge(patient: Patient, where: dict[str, Any]) -> None:
    account = LOCAL.world.identity.accounts.get(patient.account)
    assert account is not None
    with LOCAL.world.change():
        LOCAL.world.identity.accounts.put({**account, "balance": account["balance"] + 9000})
        scenarios.react(LOCAL.world, "Recharge", patient.account, {"settled": True}, LOCAL.clock.now())


def _operator_repair(patient: Patient, where: dict[str, Any]) -> None:
    with LOCAL.world.change():
        repair_instance(LOCAL.world, patient.instance, LOCAL.clock.now())


def _run_command(patient: Patient, where: dict[str, Any]) -> None:
    """What the cloud assistant reports once a command has mended a part of the guest."""
    with LOCAL.world.change():
        scenarios.react(LOCAL.world, "RunCommand", patient.id, where, LOCAL.clock.now())


def _told(deed: str) -> Callable[[Patient, dict[str, Any]], None]:
    """What is done outside the cloud: the simulator cannot see it, a person has to say that it is through."""

    def do(patient: Patient, where: dict[str, Any]) -> None:
        with LOCAL.world.change():
            scenarios.told(LOCAL.world, patient.scenario["id"], deed, LOCAL.clock.now())

    return do


def _detach(patient: Patient, where: dict[str, Any]) -> None:
    """Take off every disk that is no system disk, where there is one."""
    for volume in patient.ask("GET", "/v2/volume", f"instanceId={patient.id}")["volumes"]:
        if not volume["isSystemVolume"]:
            patient.ask("PUT", f"/v2/volume/{volume['id']}", "detach", {"instanceId": patient.id})


def _new_token(patient: Patient, where: dict[str, Any]) -> None:
    access, secret = LOCAL.keys[patient.user]
    query = f"grant_type=client_credentials&client_id={access}&client_secret={secret}"
    assert LOCAL.call(patient.user, "POST", "/oauth/2.0/token", query, None, "aip.baidubce.com")[0] == 200


def _eip(query: str, body: Callable[[Patient], Any]) -> Callable[[Patient, dict[str, Any]], None]:
    def do(patient: Patient, where: dict[str, Any]) -> None:
        patient.ask("PUT", f"/v1/eip/{patient.address()}", query, body(patient), "eip")

    return do


DEEDS: dict[str, Callable[[Patient, dict[str, Any]], Any]] = {
    "StartInstance": lambda patient, where: patient.put("start"),
    "RebootInstance": lambda patient, where: patient.put("reboot", where),
    "RebuildInstance": lambda patient, where: patient.put("rebuild", {"imageId": patient.instance["imageId"]}),
    "ResizeInstance": _resize,
    "ModifyInstancePassword": _password,
    "PurchaseReservedInstance": lambda patient, where: patient.put("purchaseReserved", {}),
    "AuthorizeServerEvent": _authorize_event,
    "ResizeVolume": _resize_volume,
    "DetachVolume": _detach,
    "AuthorizeSecurityGroupRule": _open_port,
    "ResizeEip": _eip("resize", lambda patient: {"newBandwidthInMbps": 200}),
    "BindEip": _eip("bind", lambda patient: {"instanceType": "BCC", "instanceId": patient.id}),
    "PurchaseReservedEip": _eip("purchaseReserved", lambda patient: {}),
    "Recharge": _recharge,
    "OperatorRepair": _operator_repair,
    "RunCommand": _run_command,
    "WaitUntilAttackEnds": lambda patient, where: LOCAL.clock.advance(3 * 3600),
    "RefreshToken": _new_token,
    **{deed: _told(deed) for deed in ("BuyQps", "BuyQuota", "EscalateToCarrier", "LowerBitrate", "ThrottleRequests")},
}


def remedy_cases(kind: str) -> list[Any]:
    cases = []
    for file in FILES:
        for entry in yaml.safe_load((FOLDER / f"{file}.yaml").read_text(encoding="utf-8"))["scenarios"]:
            for remedy in entry.get(kind, []):
                cases.append(pytest.param(entry, remedy, id=f"{entry['name']}-{remedy['do']}"))
    return cases


@pytest.mark.parametrize(("entry", "remedy"), remedy_cases("works"))
def test_that_a_remedy_that_works_ends_the_trouble(entry: dict[str, Any], remedy: dict[str, Any]) -> None:
    patient = Patient(entry["name"])
    DEEDS[remedy["do"]](patient, remedy.get("with", {}))
    assert patient.status() == ("dormant" if "relapse_seconds" in remedy else "cured")


@pytest.mark.parametrize(("entry", "remedy"), remedy_cases("fails"))
def test_that_a_remedy_that_does_not_work_leaves_the_trouble(entry: dict[str, Any], remedy: dict[str, Any]) -> None:
    patient = Patient(entry["name"])
    if patient.scenario["resourceId"] != patient.account:
        DEEDS[remedy["do"]](patient, remedy.get("with", {}))
    assert patient.status() == "active"


def test_that_paying_leaves_the_start_to_the_customer() -> None:
    patient = Patient("stopped_for_arrears")
    remedy = LOCAL.world.book["stopped_for_arrears"].ground_truth()["remedies_that_work"][0]
    assert (remedy["operation"], remedy["by"], remedy["then"]) == ("Recharge", "payment", "StartInstance")
    _recharge(patient, {})
    assert (patient.status(), patient.instance["status"]) == ("cured", "Stopped")
    patient.put("start")
    assert (patient.status(), patient.instance["status"]) == ("cured", "Running")
