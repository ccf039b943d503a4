"""The six causes of a dead instance: what the public API shows, what cures it and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from baidubce.exception import BceHttpClientError
from conftest import Key, RunningCloud
from public_view import PublicView

SETTLED = 30  # World seconds after which every power action has reached its end.


def _inject(cloud: RunningCloud, name: str, resource: str) -> tuple[dict[str, Any], PublicView]:
    answer = cloud.control.post("/scenarios", json={"scenario": name, "resource_id": resource})
    assert answer.status_code == 201, answer.text
    return answer.json(), PublicView(cloud, cloud.key("dawnlight", "linxiao"), resource)


def _status(cloud: RunningCloud, scenario: dict[str, Any]) -> str:
    return str(cloud.control.get(f"/scenarios/{scenario['id']}").json()["status"])


WEB, DB = "i-Dw7Lq2Xa", "i-Dd5Kp8Mc"


def test_that_a_hung_guest_comes_back_by_a_forced_reboot_only(fresh_cloud: RunningCloud) -> None:
    scenario, view = _inject(fresh_cloud, "guest_hang", WEB)
    view.bcc.reboot_instance(WEB, force_stop=False)
    fresh_cloud.advance(SETTLED)
    assert _status(fresh_cloud, scenario) == "active"
    assert view.metric("CPUUsagePercent") == "gap"
    view.bcc.reboot_instance(WEB, force_stop=True)
    assert view.instance().status == "Starting"
    fresh_cloud.advance(SETTLED)
    assert (view.instance().status, _status(fresh_cloud, scenario)) == ("Running", "cured")
    fresh_cloud.advance(900)
    assert view.metric("CPUUsagePercent") != "gap"


def test_that_a_failed_host_needs_an_authorised_repair(fresh_cloud: RunningCloud) -> None:
    scenario, view = _inject(fresh_cloud, "host_failure", WEB)
    view.bcc.reboot_instance(WEB, force_stop=True)
    fresh_cloud.advance(SETTLED)
    assert _status(fresh_cloud, scenario) == "active"
    event = view.bcc.describe_unplanned_events(10, instance_ids=[WEB]).unplanned_maintenance_events[0]
    assert event.server_event_id.startswith("ev-") and len(event.server_event_id) == 11
    view.bcc.authorize_server_event(event.maintenance_options[0], event.server_event_id, WEB)
    seen = [view.event_status("unplanned")]
    for _ in range(4):
        fresh_cloud.advance(8)
        seen.append(view.event_status("unplanned"))
    assert list(dict.fromkeys(seen)) == ["Processing", "Executing", "Executed"]
    assert (view.instance().status, _status(fresh_cloud, scenario)) == ("Running", "cured")


def test_that_memory_fills_again_after_a_reboot_but_not_after_a_resize(fresh_cloud: RunningCloud) -> None:
    scenario, view = _inject(fresh_cloud, "out_of_memory", WEB)
    view.bcc.reboot_instance(WEB)
    fresh_cloud.advance(600 + SETTLED)
    assert view.metric("MemUsedPercent") < 80
    fresh_cloud.advance(2400)
    assert _status(fresh_cloud, scenario) == "active"
    assert view.metric("MemUsedPercent") > 95
    view.bcc.resize_instance(WEB, 4, 16)
    fresh_cloud.advance(900)
    assert view.instance().memory_capacity_in_gb == 16
    assert (view.metric("MemUsedPercent") < 80, _status(fresh_cloud, scenario)) == (True, "cured")


def test_that_a_stopped_instance_starts(fresh_cloud: RunningCloud) -> None:
    scenario, view = _inject(fresh_cloud, "stopped_by_user", WEB)
    assert view.operator_of("StopInstance") == "linxiao"
    view.bcc.start_instance(WEB)
    fresh_cloud.advance(SETTLED)
    assert (view.instance().status, _status(fresh_cloud, scenario)) == ("Running", "cured")


def test_that_an_account_in_arrears_recharges_before_it_starts(fresh_cloud: RunningCloud) -> None:
    scenario, view = _inject(fresh_cloud, "stopped_for_arrears", WEB)
    with pytest.raises(BceHttpClientError) as refused:
        view.bcc.start_instance(WEB)
    assert refused.value.code == "OperationDenied"
    fresh_cloud.control.post(f"/accounts/{view.key.account_id}/recharge", json={"amount": 200}).raise_for_status()
    assert _status(fresh_cloud, scenario) == "cured"
    view.bcc.start_instance(WEB)
    fresh_cloud.advance(SETTLED)
    assert view.instance().status == "Running"


def test_that_an_expired_instance_is_renewed(fresh_cloud: RunningCloud) -> None:
    fresh_cloud.control.post(
        f"/accounts/{fresh_cloud.key('dawnlight', 'linxiao').account_id}/recharge", json={"amount": 500}
    )
    scenario, view = _inject(fresh_cloud, "expired", DB)
    with pytest.raises(BceHttpClientError):
        view.bcc.start_instance(DB)
    view.bcc.purchase_reserved_instance(DB)
    fresh_cloud.advance(SETTLED)
    assert (view.instance().status, _status(fresh_cloud, scenario)) == ("Running", "cured")


def test_that_a_read_only_role_may_look_but_not_reboot(fresh_cloud: RunningCloud) -> None:
    service, reader = fresh_cloud.key("support", "assistant"), fresh_cloud.key("bluebay", "zhoumin")
    view = PublicView(fresh_cloud, service, "")
    session = view.signed(
        "sts",
        b"POST",
        b"/v1/credential",
        {
            b"assumeRole": b"",
            b"accountId": reader.account_id.encode(),
            b"userId": reader.user_id.encode(),
            b"roleName": b"SupportAssistant",
            b"durationSeconds": b"900",
        },
    )
    role = Key(session.access_key_id, session.secret_access_key, reader.account_id, reader.user_id)
    acting = PublicView(fresh_cloud, role, "")

    def call(method: bytes, path: bytes, params: dict[bytes, Any], **more: Any) -> Any:
        token = {b"x-bce-security-token": session.session_token.encode()}
        return acting.signed("bcc", method, path, params, headers=token, **more)

    instance = call(b"GET", b"/v2/instance", {}).instances[0]
    with pytest.raises(BceHttpClientError) as refused:
        call(b"PUT", b"/v2/instance/" + instance.id.encode(), {b"reboot": None}, body={"forceStop": False})
    assert (refused.value.status_code, refused.value.code) == (403, "AccessDenied")
