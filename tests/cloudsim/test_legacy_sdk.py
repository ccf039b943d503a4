"""The unmodified `bce-python-sdk` 0.9.79 through every compute, address, monitoring and billing operation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from baidubce.exception import BceHttpClientError
from baidubce.services.bcc import bcc_model
from baidubce.services.bcc.bcc_client import BccClient
from baidubce.services.bcm.bcm_client import BcmClient
from baidubce.services.eip.eip_client import EipClient
from baidubce.services.sts.sts_client import StsClient
from conftest import Key, RunningCloud
from public_view import PublicView

WEB, DB = "i-Dw7Lq2Xa", "i-Dd5Kp8Mc"
SETTLED = 40


@pytest.fixture(scope="module")
def world(cloud: RunningCloud) -> Iterator[RunningCloud]:
    cloud.reset()
    account = cloud.key("dawnlight", "linxiao").account_id
    cloud.control.post(f"/accounts/{account}/recharge", json={"amount": 5000}).raise_for_status()
    yield cloud
    cloud.reset()


@pytest.fixture
def key(world: RunningCloud) -> Key:
    return world.key("dawnlight", "linxiao")


@pytest.fixture
def bcc(world: RunningCloud, key: Key) -> Any:
    return world.client(BccClient, "bcc", key)


@pytest.fixture
def eip(world: RunningCloud, key: Key) -> Any:
    return world.client(EipClient, "eip", key)


@pytest.fixture
def bcm(world: RunningCloud, key: Key) -> Any:
    return world.client(BcmClient, "bcm", key)


def test_reading_instances(bcc: Any) -> None:
    page = bcc.list_instances(max_keys=2)
    rest = bcc.list_instances(marker=page.next_marker, max_keys=2)
    assert page.is_truncated and len(page.instances) + len(rest.instances) == 4
    assert not hasattr(rest, "next_marker") or rest.next_marker is None
    instance = bcc.get_instance(WEB).instance
    assert (instance.name, instance.status, instance.nic_info.ips[0].private_ip) == (
        "web-01", "Running", instance.internal_ip,
    )  # fmt: skip
    assert WEB in [one.id for one in bcc.list_instances(internal_ip=instance.internal_ip).instances]
    assert {one.id for one in bcc.list_instance_by_instance_ids([WEB, DB, "i-00000000"]).instances} == {WEB, DB}


def test_power(world: RunningCloud, bcc: Any) -> None:
    for action, through, settled in (
        (lambda: bcc.stop_instance(WEB), "Stopping", "Stopped"),
        (lambda: bcc.start_instance(WEB), "Starting", "Running"),
        (lambda: bcc.reboot_instance(WEB, force_stop=True), "Starting", "Running"),
        (lambda: bcc.batch_stop_instance([WEB, DB]), "Stopping", "Stopped"),
        (lambda: bcc.batch_start_instance([WEB, DB]), "Starting", "Running"),
        (lambda: bcc.batch_reboot_instance([WEB, DB], True), "Starting", "Running"),
    ):
        action()
        assert bcc.get_instance(WEB).instance.status == through
        world.advance(SETTLED)
        assert bcc.get_instance(WEB).instance.status == settled


def test_changing_an_instance(world: RunningCloud, bcc: Any) -> None:
    bcc.modify_instance_password(WEB, "Correct-Horse-7")
    bcc.modify_instance_attributes(WEB, name="web-one")
    bcc.modify_instance_desc(WEB, "front door")
    changed = bcc.get_instance(WEB).instance
    assert (changed.name, changed.desc) == ("web-one", "front door")
    bcc.resize_instance(WEB, 4, 16)
    world.advance(SETTLED)
    bcc.resize_instance_by_spec(WEB, "bcc.g5.c2m8")
    world.advance(SETTLED)
    assert bcc.get_instance(WEB).instance.cpu_count == 2
    image = bcc.list_images(image_type="System").images[1]
    assert bcc.get_image(image.id).image.name == image.name
    bcc.rebuild_instance(WEB, image.id, admin_pass="Correct-Horse-7")
    world.advance(SETTLED)
    assert bcc.get_instance(WEB).instance.image_id == image.id
    before = bcc.get_instance(DB).instance.expire_time
    bcc.purchase_reserved_instance(DB)
    assert bcc.get_instance(DB).instance.expire_time > before
    assert bcc.get_instance_vnc(WEB).vnc_url.startswith("http://127.0.0.1:")
    bcc.enter_rescue_mode(WEB, True, "Correct-Horse-7")
    world.advance(SETTLED)
    bcc.exit_rescue_mode(WEB)
    world.advance(SETTLED)


def test_the_recycle_bin(world: RunningCloud, bcc: Any) -> None:
    test = next(one for one in bcc.list_instances().instances if one.name == "test-01")
    bcc.release_instance(test.id)
    assert [one.id for one in bcc.list_recycled_instances().instances] == [test.id]
    bcc.recovery_instances([test.id])
    assert bcc.get_instance(test.id).instance.status == "Stopped"
    bcc.release_instance(test.id)
    bcc.delete_recycled_instance(test.id)
    with pytest.raises(BceHttpClientError) as gone:
        bcc.get_instance(test.id)
    assert (gone.value.status_code, gone.value.code) == (404, "NoSuchObject")


def test_disks_and_snapshots(world: RunningCloud, bcc: Any) -> None:
    zone = bcc.get_instance(WEB).instance.zone_name
    made = bcc.create_volume_with_cds_size(50, zone_name=zone).volume_ids[0]
    assert bcc.get_volume(made).volume.status == "Creating"
    world.advance(SETTLED)
    attachment = bcc.attach_volume(made, WEB).volume_attachment
    assert attachment.device.startswith("/dev/vd")
    world.advance(SETTLED)
    assert made in [one.id for one in bcc.list_volumes(instance_id=WEB).volumes]
    bcc.resize_volume(made, 80, "cloud_hp1")
    world.advance(SETTLED)
    snapshot = bcc.create_snapshot(made, "before").snapshot_id
    assert bcc.get_snapshot(snapshot).snapshot.status == "Creating"
    world.advance(SETTLED)
    assert bcc.list_snapshots(volume_id=made).snapshots[0].status == "Available"
    copied = bcc.create_volume_with_snapshot_id(snapshot, zone_name=zone).volume_ids[0]
    world.advance(SETTLED)
    assert bcc.get_volume(copied).volume.disk_size_in_gb == 80
    bcc.stop_instance(WEB)
    world.advance(SETTLED)
    bcc.rollback_volume(made, snapshot)
    world.advance(SETTLED)
    bcc.detach_volume(made, WEB)
    world.advance(SETTLED)
    bcc.release_volume(made)
    bcc.start_instance(WEB)
    world.advance(SETTLED)
    from_snapshot = bcc.create_image_from_snapshot_id("golden", snapshot).image_id
    from_instance = bcc.create_image_from_instance_id("golden-2", WEB).image_id
    world.advance(SETTLED)
    assert bcc.get_image(from_instance).image.status == "Available"
    bcc.delete_image(from_snapshot)
    bcc.delete_snapshot(snapshot)


def test_security_groups(bcc: Any) -> None:
    group = bcc.list_security_groups(instance_id=WEB).security_groups[0]
    rule = bcc_model.SecurityGroupRuleModel(
        "api", "ingress", "IPv4", "8080", "tcp", None, "10.0.0.0/8", None, None, group.id
    )
    bcc.authorize_security_group_rule(group.id, rule)
    with pytest.raises(BceHttpClientError) as twice:
        bcc.authorize_security_group_rule(group.id, rule)
    assert twice.value.status_code == 409
    detail = bcc.get_security_group_detail(group.id)
    mine = next(one for one in detail.rules if one.port_range == "8080")
    bcc.update_security_group_rule(mine.security_group_rule_id, remark="changed", portrange="8081")
    bcc.delete_security_group_rule(mine.security_group_rule_id)
    bcc.authorize_security_group_rule(group.id, rule)
    bcc.revoke_security_group_rule(group.id, rule)
    made = bcc.create_security_group("extra", [rule]).security_group_id
    bcc.bind_instance_to_security_group(WEB, made)
    assert made in bcc.get_instance(WEB).instance.nic_info.security_groups
    with pytest.raises(BceHttpClientError):
        bcc.delete_security_group(made)
    bcc.unbind_instance_from_security_group(WEB, made)
    bcc.delete_security_group(made)


def test_maintenance_events(world: RunningCloud, bcc: Any) -> None:
    world.control.post("/scenarios", json={"scenario": "host_failure", "resource_id": WEB}).raise_for_status()
    world.control.post("/scenarios", json={"scenario": "planned_maintenance", "resource_id": DB}).raise_for_status()
    failure = bcc.describe_unplanned_events(10).unplanned_maintenance_events[0]
    planned = bcc.describe_planned_events(10, instance_ids=[DB]).planned_maintenance_events[0]
    assert failure.failures[0].issue_name and planned.risks[0].issue_effect
    bcc.authorize_server_event("Repair", failure.server_event_id, WEB)
    world.advance(90)
    assert bcc.describe_unplanned_recored_events(10).unplanned_maintenance_events[0].server_event_status == "Executed"
    bcc.check_unplanned_event(failure.server_event_id, "Pass")
    assert bcc.describe_planned_recored_events(10).planned_maintenance_events == []
    world.control.delete("/scenarios").raise_for_status()


def test_tasks_and_diagnostics(world: RunningCloud, bcc: Any) -> None:
    tasks = bcc.list_task(resource_ids=[WEB]).tasks
    assert tasks[0].operator == "linxiao"
    assert bcc.get_task([tasks[0].task_id]).tasks[0].task_action == tasks[0].task_action
    assert bcc.get_diagnostic_schemas().metric_sets
    report = bcc.create_diagnostic("guest-basic", WEB, "1").report_id
    world.advance(15)
    assert bcc.list_diagnostic_report(report, WEB, None, None).reports[0].status == "finished"


def test_the_catalogue(bcc: Any) -> None:
    assert "cn-bj-a" in [zone.zone_name for zone in bcc.list_zones().zones]
    assert bcc.describe_regions("bj").regions[0].region_id == "bj"
    flavors = bcc.list_flavor_spec().zone_resources[0].bcc_resources.flavor_groups[0].flavors
    assert "bcc.g5.c2m8" in [flavor.spec for flavor in flavors]


def test_addresses(world: RunningCloud, eip: Any) -> None:
    made = eip.create_eip(10, name="spare").eip
    assert eip.list_eips(eip=made).eip_list[0].status == "available"
    eip.resize_eip(made, 20)
    world.advance(SETTLED)
    assert eip.list_eips(eip=made).eip_list[0].bandwidth_in_mbps == 20
    eip.bind_eip(made, "BCC", DB)
    world.advance(SETTLED)
    assert eip.list_eips(instance_id=DB).eip_list[0].status == "binded"
    eip.unbind_eip(made)
    world.advance(SETTLED)
    eip.release_eip(made)
    assert eip.list_eips(eip=made).eip_list == []
    with pytest.raises(BceHttpClientError) as missing:
        eip.purchase_reserved_eip("203.0.113.9")
    assert (missing.value.status_code, missing.value.code) == (404, "EipNotFound")


def test_renewing_a_prepaid_address(world: RunningCloud) -> None:
    key = world.key("bluebay", "chenchen")
    client = world.client(EipClient, "eip", key)
    prepaid = next(one for one in client.list_eips().eip_list if one.payment_timing == "Prepaid")
    client.purchase_reserved_eip(prepaid.eip)
    assert client.list_eips(eip=prepaid.eip).eip_list[0].expire_time > prepaid.expire_time


def test_monitoring(world: RunningCloud, bcm: Any, key: Key) -> None:
    now = datetime.fromisoformat(world.control.get("/clock").json()["now"]).astimezone(UTC)
    # Older than this module's restarts: while they last an instance has no data.
    start, end = ((now - timedelta(minutes=back)).strftime("%Y-%m-%dT%H:%M:%SZ") for back in (90, 60))
    user, dimension = key.account_id, f"InstanceId:{DB}"
    points = bcm.get_metric_data(
        user.encode(),
        b"BCE_BCC",
        b"CPUUsagePercent",
        dimension.encode(),
        b"average,maximum",
        start.encode(),
        end.encode(),
        60,
    ).data_points
    assert len(points) in (30, 31) and 0 <= points[0].average <= points[0].maximum <= 100
    batch = bcm.get_batch_metric_data(
        user.encode(),
        b"BCE_BCC",
        b"CPUUsagePercent,MemUsedPercent",
        dimension.encode(),
        b"average",
        start.encode(),
        end.encode(),
        300,
    )
    assert len(batch.success_list) == 2 and batch.error_list == []
    pair = [[{"name": "InstanceId", "value": DB}]]
    assert (
        bcm.get_multi_dimension_latest_metrics(
            user, "BCE_BCC", dimensions=pair, metric_names=["MemUsedPercent"], statistics=["average"]
        )
        .metrics[0]
        .data_points
    )
    assert (
        bcm.get_all_data_metrics_v2(user, "BCE_BCC", "bj", pair, ["MemUsedPercent"], ["average"], start, end)
        .metrics[0]
        .data_points
    )
    assert bcm.get_single_instance_alarm_configs(user, "BCE_BCC", 1, 10).total_count >= 3
    assert bcm.get_cloud_event_data(resource_id=WEB).content[0].resource_id == WEB
    assert bcm.get_platform_event_data(page_size=5).total_elements >= 1


def test_money_and_sessions(world: RunningCloud, key: Key) -> None:
    view = PublicView(world, key, WEB)
    assert view.balance() > 0
    month = world.control.get("/clock").json()["now"][:7]
    for path in (b"/v1/bill/resource/month", b"/v1/bill/cost/split/bill/list"):
        bills = view.signed("billing", b"GET", path, {b"month": month.encode(), b"productType": b"postpay"})
        assert bills.total_count >= 2 and bills.bills[0].finance_price >= 0
    items = view.signed("billing", b"POST", b"/v1/bill/resource/chargeitem", body={"productType": "prepay"})
    assert [bill.instance_id for bill in items.bills] == [DB]
    session = world.client(StsClient, "sts", key).get_session_token(
        {"accessControlList": [{"service": "bce:bcc", "region": "*", "effect": "Allow", "resource": ["*"],
                                "permission": ["READ"]}]}
    )  # fmt: skip
    assert session.session_token and session.expiration > session.create_time
