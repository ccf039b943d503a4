"""Content delivery, driven by the official SDK."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from baidubce.services.bcc.bcc_client import BccClient
from baidubce.services.cdn.cdn_client import CdnClient
from baidubce.services.cdn.cdn_stats_param import CdnStatsParam
from baidubce.services.cert.cert_client import CertClient
from conftest import RunningCloud
from public_view import PublicView
from test_networks import WEB, refused, uploaded

SITE, STATIC = "www.dawnlight.example", "static.dawnlight.example"
LAUNCH = 301  # World seconds after which a new domain is in service and a purge is done.


@pytest.fixture(scope="module")
def cdn(cloud: RunningCloud) -> CdnClient:
    """A demo customer's client; the tests of this file share one world and clean up after themselves."""
    cloud.reset()
    return cloud.client(CdnClient, "cdn", cloud.key("dawnlight", "linxiao"))


def test_that_domains_are_listed_with_their_status(cdn: CdnClient) -> None:
    assert {one.name for one in cdn.list_domains().domains} == {SITE, STATIC}
    assert {one.status for one in cdn.list_user_domains("RUNNING").domains} == {"RUNNING"}
    assert refused(lambda: cdn.list_user_domains("SLEEPING"))[0] == 400
    config = cdn.get_domain_config(SITE)
    assert config.https.enabled and config.origin[0].peer.startswith("198.18.")
    assert refused(lambda: cdn.get_domain_config("trade.bluebay.example")) == (404, "NoSuchObject")


def test_that_the_filing_is_a_text(cloud: RunningCloud) -> None:
    view = PublicView(cloud, cloud.key("dawnlight", "linxiao"), SITE)
    path = f"/v2/domain/{SITE}/icp".encode()
    assert re.search(r'"IcpStatus":\s*"true"', str(view.signed("cdn", b"GET", path).raw_data))


def test_that_a_domain_lives_and_dies(cloud: RunningCloud, cdn: CdnClient) -> None:
    name = "new.dawnlight.example"
    assert cdn.valid_domain(name).is_valid and not cdn.valid_domain("no_domain").is_valid
    assert cdn.create_domain(name, [{"peer": "198.18.3.3"}]).status == "OPERATING"
    assert refused(lambda: cdn.create_domain(name, [{"peer": "198.18.3.3"}])) == (409, "OperationDenied")
    assert refused(lambda: cdn.create_domain("bad..example", [{"peer": "198.18.3.3"}]))[0] == 400
    assert refused(lambda: cdn.disable_domain(name))[0] == 409
    cloud.advance(LAUNCH)
    cdn.disable_domain(name)
    assert cdn.get_domain_config(name).status == "STOPPED"
    cdn.enable_domain(name)
    assert refused(lambda: cdn.delete_domain(name))[0] == 409
    cdn.disable_domain(name)
    cdn.delete_domain(name)
    assert cdn.valid_domain(name).is_valid


Setter = Callable[[CdnClient], Any]
SETTINGS: list[tuple[Setter, Setter | None]] = [
    (lambda c: c.set_domain_cache_full_url(STATIC, False), lambda c: c.get_domain_cache_full_url(STATIC)),
    (
        lambda c: c.set_domain_cache_ttl(STATIC, [{"type": "suffix", "value": ".jpg", "ttl": 60}]),
        lambda c: c.get_domain_cache_ttl(STATIC),
    ),
    (lambda c: c.set_domain_referer_acl(STATIC, blackList=["a.example"]), lambda c: c.get_domain_referer_acl(STATIC)),
    (lambda c: c.set_domain_ip_acl(STATIC, blackList=["198.51.100.7"]), lambda c: c.get_domain_ip_acl(STATIC)),
    (lambda c: c.set_domain_cors(STATIC, {"allow": "on"}), lambda c: c.get_domain_cors(STATIC)),
    (
        lambda c: c.set_domain_error_page(STATIC, [{"code": 404, "url": "/n"}]),
        lambda c: c.get_domain_error_page(STATIC),
    ),
    (
        lambda c: c.set_domain_origin_protocol(STATIC, {"value": "https"}),
        lambda c: c.get_domain_origin_protocol(STATIC),
    ),
    (lambda c: c.set_domain_retry_origin(STATIC, {"codes": [502]}), lambda c: c.get_domain_retry_origin(STATIC)),
    (lambda c: c.set_domain_ipv6_dispatch(STATIC, {"enable": True}), lambda c: c.get_domain_ipv6_dispatch(STATIC)),
    (lambda c: c.set_domain_quic(STATIC, True), lambda c: c.get_domain_quic(STATIC)),
    (lambda c: c.set_domain_ocsp(STATIC, True), lambda c: c.get_domain_ocsp(STATIC)),
    (lambda c: c.set_domain_offline_mode(STATIC, True), lambda c: c.get_domain_offline_mode(STATIC)),
    (lambda c: c.set_domain_traffic_limit(STATIC, {"enable": True}), lambda c: c.get_domain_traffic_limit(STATIC)),
    (lambda c: c.set_domain_ua_acl(STATIC, {"blackList": ["Bot"]}), lambda c: c.get_domain_ua_acl(STATIC)),
    (lambda c: c.set_domain_cache_share(STATIC, {"enabled": True}), lambda c: c.get_domain_cache_share(STATIC)),
    (lambda c: c.set_domain_access_limit(STATIC, {"enabled": True}), lambda c: c.get_domain_access_limit(STATIC)),
    (lambda c: c.set_domain_client_ip(STATIC, {"enabled": False}), lambda c: c.get_domain_client_ip(STATIC)),
    (lambda c: c.set_domain_range_switch(STATIC, "on"), lambda c: c.get_domain_range_switch(STATIC)),
    (
        lambda c: c.set_domain_mobile_access(STATIC, {"distinguishClient": True}),
        lambda c: c.get_domain_mobile_access(STATIC),
    ),
    (lambda c: c.set_domain_http_header(STATIC, [{"type": "response"}]), lambda c: c.get_domain_http_header(STATIC)),
    (lambda c: c.set_domain_file_trim(STATIC, True), lambda c: c.get_domain_file_trim(STATIC)),
    (lambda c: c.set_domain_media_drag(STATIC, {"mp4": {}}), lambda c: c.get_domain_media_drag(STATIC)),
    (lambda c: c.set_domain_compress(STATIC, {"allow": "gzip"}), lambda c: c.get_domain_compress(STATIC)),
    (lambda c: c.set_domain_limit_rate(STATIC, 1024), None),
    (lambda c: c.set_domain_request_auth(STATIC, {"type": "c", "key1": "secret"}), None),
    (lambda c: c.set_domain_multi_configs(STATIC, {"quic": {"quic": False}}), None),
]


def test_that_settings_are_read_as_they_were_written(cdn: CdnClient) -> None:
    before = cdn.get_domain_config(STATIC).raw_data
    for write, read in SETTINGS:
        write(cdn)
        assert read is None or read(cdn)
    config = cdn.get_domain_config(STATIC)
    assert config.raw_data != before
    assert (config.limit_rate, config.cache_ttl[0].ttl, config.quic) == (1024, 60, False)
    assert config.referer_acl.black_list == ["a.example"]
    for write in (
        lambda: cdn.set_domain_cache_ttl(STATIC, [{"type": "colour", "value": "x", "ttl": 1}]),
        lambda: cdn.set_domain_limit_rate(STATIC, -1),
        lambda: cdn.set_domain_multi_configs(STATIC, {"gravity": True}),
        lambda: cdn.set_domain_error_page(STATIC, [{"code": 200, "url": "/"}]),
    ):
        assert refused(write) == (400, "InappropriateJSON")


def test_that_a_certificate_must_fit_the_domain(cloud: RunningCloud, cdn: CdnClient) -> None:
    cert = cloud.client(CertClient, "certificate", cloud.key("dawnlight", "linxiao"))
    strange = cert.create_cert(uploaded("www.else.example", title="strange")).cert_id
    fitting = cert.create_cert(uploaded(SITE, title="fitting")).cert_id
    assert refused(lambda: cdn.set_domain_https(SITE, {"enabled": True, "certId": strange}))[0] == 409
    assert refused(lambda: cdn.set_domain_https(SITE, {"enabled": True, "certId": "cert-000000000000"}))[0] == 404
    cdn.set_domain_https(SITE, {"enabled": True, "certId": fitting})
    assert cdn.get_domain_config(SITE).https.cert_id == fitting
    assert refused(lambda: cert.delete_cert(fitting)) == (409, "OperationDenied")


def test_that_a_purge_takes_its_time_and_its_quota(cloud: RunningCloud, cdn: CdnClient) -> None:
    before = cdn.list_quota()
    url = f"https://{SITE}/a.css"
    task = cdn.purge([{"url": url}, {"url": f"https://{SITE}/img/", "type": "directory"}]).id
    left = cdn.list_quota()
    assert (before.url_remain - left.url_remain, before.dir_remain - left.dir_remain) == (1, 1)
    assert cdn.list_purge_tasks(id=task).details[0].status == "waiting"
    cloud.advance(60)
    halfway = cdn.list_purge_tasks(url=url).details[0]
    assert halfway.status == "in-progress" and 0 < halfway.progress < 100
    cloud.advance(LAUNCH)
    assert [one.status for one in cdn.list_purge_tasks(id=task).details] == ["completed", "completed"]
    records = cdn.get_domain_records(Type="purge").details
    assert records[0].operator == "linxiao"
    assert refused(lambda: cdn.purge([{"url": "https://trade.bluebay.example/x"}])) == (403, "AccessDenied")
    assert refused(lambda: cdn.purge([{"url": "ftp://x/aaaa"}]))[0] == 400
    assert refused(lambda: cdn.purge([{"url": f"https://{SITE}/img", "type": "directory"}]))[0] == 400
    assert refused(lambda: cdn.purge([{"url": url}] * 1001))[0] == 400
    # One more than is left: the day of the quota may have ended while the clock was moved.
    folders = [{"url": f"https://{SITE}/{n}/", "type": "directory"} for n in range(cdn.list_quota().dir_remain + 1)]
    assert refused(lambda: cdn.purge(folders)) == (409, "OperationDenied")


def test_that_a_prefetch_is_a_task_too(cloud: RunningCloud, cdn: CdnClient) -> None:
    task = cdn.prefetch([{"url": f"https://{SITE}/big.zip"}]).id
    cloud.advance(LAUNCH)
    assert cdn.list_prefetch_tasks(id=task).details[0].status == "completed"


def test_that_statistics_agree_with_each_other(cdn: CdnClient) -> None:
    end = datetime.now(UTC) - timedelta(hours=1)
    window = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (end - timedelta(hours=1), end)]
    requests = cdn.get_domain_pv_stat(SITE, *window, 300).details
    codes = cdn.get_domain_httpcode_stat(SITE, *window, 300).details
    assert len(requests) >= 12
    for one, other in zip(requests, codes, strict=True):
        assert one.timestamp == other.timestamp and one.pv == sum(counter.count for counter in other.counters)
    for read in (
        cdn.get_domain_flow_stat,
        cdn.get_domain_src_flow_stat,
        cdn.get_domain_hitrate_stat,
        cdn.get_domain_avg_speed_stat,
    ):
        assert read(SITE, *window, 300).count == len(requests)
    assert cdn.get_domain_uv_stat(SITE, *window).count >= 1
    param = CdnStatsParam(start_time=window[0], end_time=window[1], key=[SITE], key_type=0, period=300)
    param.metric = "pv"
    assert [one.pv for one in cdn.get_domain_stats(param).details] == [one.pv for one in requests]
    assert refused(lambda: cdn.get_domain_pv_stat(SITE, "yesterday", window[1], 300))[0] == 400
    assert refused(lambda: cdn.get_domain_pv_stat(SITE, *window, 77))[0] == 400
    assert cdn.get_domain_log(SITE, *window).logs


def test_that_nodes_are_known(cdn: CdnClient) -> None:
    assert cdn.ip_query("describeIp", "203.0.113.9").cdn_ip
    assert not cdn.ip_query("describeIp", "198.51.100.1").cdn_ip
    assert refused(lambda: cdn.ip_query("describeIp", "here"))[0] == 400
    assert cdn.list_nodes().details


def test_that_arrears_stop_every_domain(cloud: RunningCloud, cdn: CdnClient) -> None:
    request = {"scenario": "stopped_for_arrears", "resource_id": WEB}
    cloud.control.post("/scenarios", json=request).raise_for_status()
    assert cdn.list_user_domains("RUNNING").domains == []
    bcc = cloud.client(BccClient, "bcc", cloud.key("dawnlight", "linxiao"))
    assert bcc.get_instance(WEB).instance.status == "Stopped"
    cloud.control.delete("/scenarios").raise_for_status()
    assert len(cdn.list_user_domains("RUNNING").domains) == 2
