"""Managed databases, driven by the official SDK."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from baidubce.services.rds.rds_client import RDSClient
from conftest import RunningCloud
from test_networks import refused

MYSQL = "rds-Dw6Hk1Qz"
SETTLED = 30  # World seconds after which every work on an instance is done.


@pytest.fixture(scope="module")
def rds(cloud: RunningCloud) -> RDSClient:
    """A demo customer's client; the tests of this file share one world and clean up after themselves."""
    cloud.reset()
    return cloud.client(RDSClient, "rds", cloud.key("dawnlight", "linxiao"))


def _window() -> tuple[str, str]:
    now = datetime.now(UTC)
    return f"{now - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}", f"{now:%Y-%m-%dT%H:%M:%SZ}"


def test_that_instances_are_listed_and_shown(cloud: RunningCloud, rds: RDSClient) -> None:
    assert [one.instance_id for one in rds.list_instances().instances] == [MYSQL]
    detail = rds.get_instance_detail(MYSQL)
    assert (detail.engine, detail.instance_status, detail.endpoint.port) == ("MySQL", "Available", 3306)
    assert rds.get_ssl_status(MYSQL).is_ssl_enabled is False
    assert rds.zone().zones and rds.query_database_list(MYSQL).databases[0].db_name == "site"
    other = cloud.client(RDSClient, "rds", cloud.key("bluebay", "chenchen"))
    assert refused(lambda: other.get_instance_detail(MYSQL)) == (404, "InstanceNotFound")
    first = other.list_instances(max_keys=2)
    second = other.list_instances(marker=first.next_marker, max_keys=2)
    assert len(first.instances) == 2 and first.is_truncated and not second.is_truncated


def test_that_a_reboot_takes_its_time(cloud: RunningCloud, rds: RDSClient) -> None:
    rds.reboot_instance(MYSQL)
    assert rds.get_instance_detail(MYSQL).instance_status == "Rebooting"
    assert [one.task_type for one in rds.task_instance(page_size=10, page_no=1).tasks] == ["Rebooting"]
    assert refused(lambda: rds.reboot_instance(MYSQL)) == (409, "OperationDenied")
    cloud.advance(SETTLED)
    assert rds.get_instance_detail(MYSQL).instance_status == "Available"


def test_that_a_size_must_be_on_sale_and_a_volume_only_grows(cloud: RunningCloud, rds: RDSClient) -> None:
    assert refused(lambda: rds.resize_instance(MYSQL, cpu_count=2, memory_capacity=7))[0] == 400
    assert refused(lambda: rds.resize_instance(MYSQL, volume_capacity=10))[0] == 400
    rds.resize_instance(MYSQL, cpu_count=4, memory_capacity=8, volume_capacity=80)
    assert rds.get_instance_detail(MYSQL).instance_status == "Modifying"
    cloud.advance(SETTLED)
    detail = rds.get_instance_detail(MYSQL)
    assert (detail.cpu_count, detail.memory_capacity, detail.volume_capacity) == (4, 8, 80)


def test_that_parameters_are_changed_against_their_etag(cloud: RunningCloud, rds: RDSClient) -> None:
    etag = rds.parameter_list(MYSQL).etag
    change = [{"name": "wait_timeout", "value": "600"}, {"name": "character_set_server", "value": "utf8"}]
    assert refused(lambda: rds.modify_config_parameter(MYSQL, "stale", "immediate", change)) == (
        412,
        "PreconditionFailed",
    )
    rds.modify_config_parameter(MYSQL, etag, "immediate", change)
    assert refused(lambda: rds.modify_config_parameter(MYSQL, etag, "immediate", change))[0] == 412
    now = {one.name: one for one in rds.parameter_list(MYSQL).parameters}
    assert now["wait_timeout"].value == "600"
    assert (now["character_set_server"].value, now["character_set_server"].pending_value) == ("utf8mb4", "utf8")
    rds.reboot_instance(MYSQL)
    cloud.advance(SETTLED)
    assert rds.parameter_list(MYSQL, "character_set").parameters[0].value == "utf8"
    assert len(rds.query_modify_parameter_history_List(MYSQL).parameters) == 2
    for bad in ({"name": "max_connections", "value": "1"}, {"name": "gravity", "value": "9"}):
        etag = rds.parameter_list(MYSQL).etag
        assert (
            refused(lambda etag=etag, bad=bad: rds.modify_config_parameter(MYSQL, etag, "immediate", [bad]))[0] == 400
        )


def test_that_the_white_list_is_changed_against_its_etag(rds: RDSClient) -> None:
    before = rds.get_white_list(MYSQL)
    rds.update_white_list(MYSQL, [*before.security_ips, "198.51.100.7"], before.etag)
    after = rds.get_white_list(MYSQL)
    assert "198.51.100.7" in after.security_ips and after.etag != before.etag
    assert refused(lambda: rds.update_white_list(MYSQL, [], before.etag)) == (412, "PreconditionFailed")
    assert refused(lambda: rds.update_white_list(MYSQL, ["everywhere"], after.etag))[0] == 400


def test_that_backups_are_made_listed_and_removed(cloud: RunningCloud, rds: RDSClient) -> None:
    assert len(rds.backup_list(MYSQL).backups) == 7
    rds.full_backup(MYSQL, effective_time="immediate")
    assert rds.get_instance_detail(MYSQL).instance_status == "Backuping"
    running = next(one for one in rds.backup_list(MYSQL).backups if one.backup_status == "running")
    assert refused(lambda: rds.delete_specified_backup(MYSQL, running.backup_id))[0] == 409
    cloud.advance(SETTLED)
    assert rds.backup_detail(MYSQL, running.backup_id).backup_status == "succeeded"
    rds.delete_specified_backup(MYSQL, running.backup_id)
    assert refused(lambda: rds.backup_detail(MYSQL, running.backup_id))[0] == 404
    rds.modify_backup_policy(MYSQL, "0,3", "17:05:00Z", True, expire_in_days=30)
    assert rds.get_instance_detail(MYSQL).backup_policy.expire_in_days == 30
    assert refused(lambda: rds.modify_backup_policy(MYSQL, "9", "17:05:00Z", True, expire_in_days=30))[0] == 400
    day = datetime.now(UTC) - timedelta(days=2)
    assert len(rds.binlog_list(MYSQL, f"{day:%Y-%m-%dT}00:00:00Z").binlogs) == 4


def test_that_logs_are_paged(rds: RDSClient) -> None:
    found = rds.slow_log_detail(MYSQL, *_window(), 1, 100)
    again = rds.slow_log_detail(MYSQL, *_window(), 1, 100)
    assert [one.execute_time for one in found.slow_logs] == [one.execute_time for one in again.slow_logs]
    assert rds.error_log_detail(MYSQL, *_window(), 1, 10).count == 0
    assert refused(lambda: rds.slow_log_detail(MYSQL, "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 1, 10))[0] == 400
    assert refused(lambda: rds.error_log_detail(MYSQL, *_window(), 1, 1000))[0] == 400


def test_that_small_changes_are_kept(cloud: RunningCloud, rds: RDSClient) -> None:
    rds.rename_instance(MYSQL, "site-db")
    rds.modify_sync_mode_instance(MYSQL, "Async")
    rds.modify_public_access_instance(MYSQL, True)
    rds.modify_endpoint_instance(MYSQL, "sitedb")
    rds.maintaintime_instance(MYSQL, "14:00:00", 2)
    detail = rds.get_instance_detail(MYSQL)
    assert (detail.instance_name, detail.sync_mode, detail.maintain_duration) == ("site-db", "Async", 2)
    assert detail.endpoint.address.startswith("sitedb.") and detail.public_access_status == "Available"
    assert refused(lambda: rds.renew_instance(1, [MYSQL])) == (409, "OperationDenied")
    assert refused(lambda: rds.auto_renew_instance([MYSQL], "month", 1)) == (409, "OperationDenied")
    bluebay = cloud.client(RDSClient, "rds", cloud.key("bluebay", "chenchen"))
    prepaid = bluebay.get_instance_detail("rds-Bb2Nf7Ty")
    bluebay.renew_instance(1, ["rds-Bb2Nf7Ty"])
    bluebay.auto_renew_instance(["rds-Bb2Nf7Ty"], "month", 1)
    assert bluebay.get_instance_detail("rds-Bb2Nf7Ty").instance_expire_time > prepaid.instance_expire_time
