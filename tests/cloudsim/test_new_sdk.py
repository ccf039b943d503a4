"""The pinned new SDKs (bcc 0.0.8, eip 0.0.11, bcm 0.0.3), unmodified."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from baiducloud_python_sdk_bcc.api.bcc_client import BccClient
from baiducloud_python_sdk_bcm.api.bcm_client import BcmClient
from baiducloud_python_sdk_bcm.models.filter import Filter
from baiducloud_python_sdk_core.auth.bce_credentials import BceCredentials
from baiducloud_python_sdk_core.bce_client_configuration import BceClientConfiguration
from baiducloud_python_sdk_eip.api.eip_client import EipClient
from conftest import RunningCloud

WEB, DB = "i-Dw7Lq2Xa", "i-Dd5Kp8Mc"
SETTLED = 40


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


class Door:
    """A client of the new SDK: `ask("get_instance", instance_id=…)` builds the request model and sends it."""

    def __init__(self, cloud: RunningCloud, kind: type[Any], service: str) -> None:
        key = cloud.key("dawnlight", "linxiao")
        configuration = BceClientConfiguration(
            credentials=BceCredentials(key.access_key, key.secret_key), endpoint=cloud.endpoint(service)
        )
        self._client, self._package = kind(configuration), kind.__module__.split(".")[0]

    def ask(self, operation: str, **fields: Any) -> Any:
        module = importlib.import_module(f"{self._package}.models.{operation}_request")
        model = next(one for name, one in vars(module).items() if name.lower() == _camel(operation).lower() + "request")
        return getattr(self._client, operation)(model(**fields))

    def plain(self, operation: str) -> Any:
        """An operation without a request model."""
        return getattr(self._client, operation)()


@pytest.fixture(scope="module")
def world(cloud: RunningCloud) -> Iterator[RunningCloud]:
    cloud.reset()
    yield cloud
    cloud.reset()


def test_compute_reads(world: RunningCloud) -> None:
    bcc = Door(world, BccClient, "bcc")
    assert len(bcc.ask("list_instances").instances) == 4
    assert bcc.ask("get_instance", instance_id=WEB).instance.name == "web-01"
    assert len(bcc.ask("list_instance_by_ids", instance_ids=[WEB, DB]).instances) == 2
    assert bcc.plain("list_zones").zones
    assert bcc.ask("list_images").images
    volume = bcc.ask("list_volumes", instance_id=DB).volumes[0]
    assert bcc.ask("get_volume", volume_id=volume.id).volume.id == volume.id
    assert bcc.ask("list_snapshots").snapshots is not None
    assert bcc.ask("list_security_groups", instance_id=WEB).security_groups
    assert bcc.ask("get_instance_vnc", instance_id=WEB).vnc_url
    assert bcc.ask("list_flavor_spec").zone_resources
    assert bcc.ask("describe_regions", region="gz").regions


def test_compute_writes(world: RunningCloud) -> None:
    bcc = Door(world, BccClient, "bcc")
    for operation, fields in (
        ("stop_instance", {"instance_id": WEB, "force_stop": False}),
        ("start_instance", {"instance_id": WEB}),
        ("reboot_instance", {"instance_id": WEB, "force_stop": True}),
        ("batch_stop_instance", {"instance_ids": [WEB, DB]}),
        ("batch_start_instance", {"instance_ids": [WEB, DB]}),
    ):
        bcc.ask(operation, **fields)
        world.advance(SETTLED)
    bcc.ask("modify_instance_attributes", instance_id=WEB, name="web-one")
    bcc.ask("modify_instance_desc", instance_id=WEB, desc="front")
    assert bcc.ask("get_instance", instance_id=WEB).instance.name == "web-one"
    volume = bcc.ask("list_volumes", instance_id=DB).volumes[0].id
    snapshot = bcc.ask("create_snapshot", volume_id=volume, snapshot_name="now").snapshot_id
    world.advance(SETTLED)
    assert bcc.ask("get_snapshot", snapshot_id=snapshot).snapshot.status == "Available"
    bcc.ask("delete_snapshot", snapshot_id=snapshot)


def test_maintenance_events(world: RunningCloud) -> None:
    bcc = Door(world, BccClient, "bcc")
    world.control.post("/scenarios", json={"scenario": "host_failure", "resource_id": WEB}).raise_for_status()
    events = bcc.ask("describe_unplanned_events", action="DescribeUnplannedEvents", max_keys=10)
    event = events.unplanned_maintenance_events[0]
    assert (event.server_event_status, event.instance_id) == ("Inquiring", WEB)
    bcc.ask(
        "authorize_server_event",
        action="AuthorizeServerEvent",
        server_event_id=event.server_event_id,
        instance_id=WEB,
        authorize_maintenance_operation="Repair",
    )
    world.advance(120)
    records = bcc.ask("describe_unplanned_event_records", action="DescribeUnplannedEventRecords", max_keys=10)
    assert records.unplanned_maintenance_events[0].server_event_status == "Executed"
    bcc.ask("check_server_event", action="CheckServerEvent", server_event_id=event.server_event_id,
            check_result="Pass")  # fmt: skip
    bcc.ask("describe_planned_events", action="DescribePlannedEvents", max_keys=10)
    bcc.ask("describe_planned_event_records", action="DescribePlannedEventRecords", max_keys=10)
    world.control.delete("/scenarios").raise_for_status()


def test_addresses_and_attacks(world: RunningCloud) -> None:
    eip = Door(world, EipClient, "eip")
    listed = eip.ask("query_eip_list").eip_list
    address = next(one.eip for one in listed if one.instance_id == WEB)
    world.control.post("/scenarios", json={"scenario": "ddos_cleaning", "resource_id": WEB}).raise_for_status()
    statuses = {one.status for one in eip.ask("list_base_ddos").ddos_list}
    assert statuses == {"normal", "cleaning"}
    eip.ask("list_base_ddos_attack_record", ip=address)
    eip.ask("list_unban")
    world.control.delete("/scenarios").raise_for_status()
    eip.ask("unbind_eip", eip=address)
    world.advance(SETTLED)
    eip.ask("bind_eip", eip=address, instance_type="BCC", instance_id=WEB)
    world.advance(SETTLED)
    assert {one.instance_id for one in eip.ask("query_eip_list").eip_list} >= {WEB}


def test_monitoring(world: RunningCloud) -> None:
    bcm = Door(world, BcmClient, "bcm")
    now = datetime.fromisoformat(world.control.get("/clock").json()["now"]).astimezone(UTC)
    start, end = ((now - timedelta(hours=back)).strftime("%Y-%m-%dT%H:%M:%SZ") for back in (1, 0))
    fields = {
        "scope": "BCE_BCC", "region": "bj", "end_datetime": end, "metric_name": "MemUsedPercent",
        "filters": [Filter(key="InstanceId", op="=", value=DB)],
    }  # fmt: skip
    curve = bcm.ask("describe_metric_data", action="DescribeMetricData", begin_datetime=start, **fields)
    assert len(curve.timeseries[0].data_points) >= 55
    latest = bcm.ask("describe_metric_data_latest", action="DescribeMetricDataLatest", **fields)
    assert len(latest.timeseries[0].data_points) == 1
    bcm.ask("describe_metric_data_latest_top", action="DescribeMetricDataLatestTop", **fields)
    world.control.post("/scenarios", json={"scenario": "runaway_process", "resource_id": DB}).raise_for_status()
    alarms = bcm.ask("describe_alarms", start_time=start, end_time=end, page_no=1, page_size=10).alarms
    assert ("ALERT", DB) in [(one.state, one.resource.identifiers[0]["value"]) for one in alarms if one.resource]
    assert bcm.ask("describe_alarm_policies", page_no=1, page_size=10).policies
    world.control.delete("/scenarios").raise_for_status()
