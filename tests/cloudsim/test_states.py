"""Instances under random customers: whatever the order, only documented states and documented refusals."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from local_cloud import LocalCloud

from cloudsim.bcc.kinds import INSTANCES, VOLUMES
from cloudsim.bcc.states import EVENT_MOVES, EVENT_OPEN, EVENT_STATES, INSTANCE_TRANSITIONS, VOLUME_TRANSITIONS
from cloudsim.faults import scenarios

DOCUMENTED = {
    "Running", "Starting", "Stopping", "Stopped", "Deleted", "Scaling", "Expired", "Error", "SnapshotProcessing",
    "ImageProcessing", "ChangeVpc", "Recycled",
}  # fmt: skip
VOLUME_STATES = {
    "Available", "InUse", "Creating", "Attaching", "Detaching", "Deleting", "Deleted", "Scaling", "SnapshotProcessing",
    "ImageProcessing", "Recharging", "Expired", "NotAvailable", "Error",
}  # fmt: skip
RESTING = {"Running", "Stopped", "Expired", "Error", "Recycled"}
WEB, DB = "i-Dw7Lq2Xa", "i-Dd5Kp8Mc"
LONGEST_TRANSITION_SECONDS = 60
LOCAL = LocalCloud()
OWNER = LOCAL.user("dawnlight", "linxiao")


def test_that_every_transition_starts_and_ends_in_documented_states() -> None:
    for machine, documented in ((INSTANCE_TRANSITIONS, DOCUMENTED), (VOLUME_TRANSITIONS, VOLUME_STATES)):
        for transition in machine.values():
            states = {*transition.sources, transition.through, *([transition.target] if transition.target else [])}
            assert states <= documented, transition.action


def test_that_an_event_moves_between_documented_states() -> None:
    assert set(EVENT_STATES) == {"Inquiring", "Processing", "Executing", "Executed", "Abnormal", "DisConfirm"}
    assert set(EVENT_OPEN) | {state for sources in EVENT_MOVES.values() for state in sources} <= set(EVENT_STATES)


class Customer(RuleBasedStateMachine):
    """Does anything to two instances at any time."""

    def __init__(self) -> None:
        super().__init__()
        LOCAL.cloud.reset()
        self.tokens: dict[str, Any] = {}

    def _ask(self, method: str, path: str, query: str = "", body: Any = None) -> tuple[int, Any]:
        status, answer = LOCAL.call(OWNER, method, path, query, body)
        assert status < 500, answer
        return status, answer

    def _status(self, instance: str) -> str:
        found = LOCAL.world.collection(INSTANCES).get(instance)
        return str(found["status"]) if found else "Deleted"

    @rule(instance=st.sampled_from([WEB, DB]), action=st.sampled_from(["start", "stop", "reboot"]), force=st.booleans())
    def power(self, instance: str, action: str, force: bool) -> None:
        LOCAL.world.catch_up()
        before = self._status(instance)
        status, answer = self._ask("PUT", f"/v2/instance/{instance}", action, {"forceStop": force})
        transition = INSTANCE_TRANSITIONS[action]
        if status == 200:
            assert before in transition.sources
            assert self._status(instance) == transition.through
        elif before == "Deleted":
            assert answer["code"] == "NoSuchObject"
        else:
            assert answer["code"] in (transition.code, "OperationDenied")
            assert self._status(instance) == before

    @rule(instance=st.sampled_from([WEB, DB]), size=st.sampled_from([(2, 8), (4, 16), (8, 32), (3, 7)]))
    def resize(self, instance: str, size: tuple[int, int]) -> None:
        self._ask("PUT", f"/v2/instance/{instance}", "resize", {"cpuCount": size[0], "memoryCapacityInGB": size[1]})

    @rule(instance=st.sampled_from([WEB, DB]))
    def release(self, instance: str) -> None:
        self._ask("DELETE", f"/v2/instance/{instance}")

    @rule(instance=st.sampled_from([WEB, DB]), wrapped=st.booleans())
    def recover(self, instance: str, wrapped: bool) -> None:
        item: Any = {"instanceId": {"instanceId": instance}} if wrapped else instance
        self._ask("POST", "/v2/instance/recovery", "", {"instanceIds": [item]})

    @rule(token=st.sampled_from(["a", "b", "c"]), size=st.sampled_from([(2, 8), (4, 16)]))
    def resize_with_token(self, token: str, size: tuple[int, int]) -> None:
        body = {"cpuCount": size[0], "memoryCapacityInGB": size[1]}
        answer = self._ask("PUT", f"/v2/instance/{WEB}", f"resize&clientToken={token}", body)
        if token in self.tokens:
            first_size, first = self.tokens[token]
            if first_size == size:
                assert answer == first
            else:
                assert answer[1]["code"] == "IdempotentParameterMismatch"
        elif answer[0] == 200:
            self.tokens[token] = (size, answer)

    @rule(name=st.sampled_from(["guest_hang", "host_failure", "stopped_by_user", "disk_full"]))
    def trouble(self, name: str) -> None:
        now = LOCAL.world.catch_up()
        try:
            with LOCAL.world.change():
                scenarios.inject(LOCAL.world, name, now, None, WEB)
        except scenarios.ScenarioError:
            pass

    @rule()
    def authorize(self) -> None:
        _, answer = self._ask("POST", "/", "action=DescribeUnplannedEvents", {"maxKeys": 10})
        for event in answer["unplannedMaintenanceEvents"]:
            body = {"serverEventId": event["serverEventId"], "authorizeMaintenanceOperation": "Repair"}
            self._ask("POST", "/", "action=AuthorizeServerEvent", body)

    @rule(seconds=st.sampled_from([1, 5, 30, 3600, 86_400 * 8]))
    def wait(self, seconds: int) -> None:
        LOCAL.clock.advance(seconds)
        LOCAL.world.catch_up()

    @invariant()
    def states_are_documented(self) -> None:
        for instance in (WEB, DB):
            assert self._status(instance) in DOCUMENTED
        for volume in LOCAL.world.collection(VOLUMES).all_of(LOCAL.world.identity.users.get(OWNER)["accountId"]):
            assert volume["status"] in VOLUME_STATES

    def teardown(self) -> None:
        """Left alone, everything comes to rest."""
        LOCAL.clock.advance(LONGEST_TRANSITION_SECONDS)
        LOCAL.world.catch_up()
        for instance in (WEB, DB):
            assert self._status(instance) in RESTING | {"Deleted"}


Customer.TestCase.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestCustomer = Customer.TestCase
