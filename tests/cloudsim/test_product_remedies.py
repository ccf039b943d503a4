"""Troubles of the products around instances: what does not help leaves them as they are, what helps ends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from baidubce.exception import BceHttpClientError
from baidubce.services.blb.blb_client import BlbClient
from baidubce.services.bos import canned_acl
from baidubce.services.bos.bos_client import BosClient
from baidubce.services.ca.ca_client import CaClient
from baidubce.services.cdn.cdn_client import CdnClient
from baidubce.services.cert.cert_client import CertClient
from baidubce.services.rds.rds_client import RDSClient
from baidubce.services.vpc.acl_client import AclClient
from conftest import RunningCloud
from public_view import PublicView
from test_cloud_assistant import answer_of
from test_networks import BLB, WEB, uploaded
from test_remedies import remedy_cases
from test_scenarios import ENTRIES

SITE, STATIC, ASSETS, MYSQL = "www.dawnlight.example", "static.dawnlight.example", "dawnlight-assets", "rds-Dw6Hk1Qz"
OTHER = "i-Dw3Tn9Rb"
SETTLED = 30  # World seconds after which every change has reached its end.


@dataclass
class Customer:
    """What a customer with a trouble can do."""

    cloud: RunningCloud

    def client(self, kind: type[Any], service: str) -> Any:
        return self.cloud.client(kind, service, self.cloud.key("dawnlight", "linxiao"))

    @property
    def bos(self) -> BosClient:
        return self.client(BosClient, "bos")

    @property
    def cdn(self) -> CdnClient:
        return self.client(CdnClient, "cdn")

    @property
    def rds(self) -> RDSClient:
        return self.client(RDSClient, "rds")

    @property
    def blb(self) -> BlbClient:
        return self.client(BlbClient, "blb")

    @property
    def cert(self) -> CertClient:
        return self.client(CertClient, "certificate")

    def recharge(self) -> None:
        account = self.cloud.key("dawnlight", "linxiao").account_id
        self.cloud.control.post(f"/accounts/{account}/recharge", json={"amount": 500}).raise_for_status()

    def told(self, deed: str) -> None:
        """A process outside the cloud is through: the newest trouble hears of it."""
        scenario = self.cloud.control.get("/scenarios/active").json()[-1]["id"]
        self.cloud.control.post(f"/scenarios/{scenario}/deeds", json={"deed": deed}).raise_for_status()

    def run(self, command: str, instance: str = WEB) -> None:
        answer_of(self.cloud, self.client(CaClient, "ca"), command, instance)

    def open_bucket(self) -> None:
        """The bucket as it was planted: readable by everybody, with a CORS rule."""
        self.bos.set_bucket_canned_acl(ASSETS, canned_acl.PUBLIC_READ)
        self.bos.put_bucket_cors(ASSETS, [{"allowedOrigins": ["*"], "allowedMethods": ["GET"]}])

    def parameter(self, name: str, value: str) -> None:
        etag = self.rds.parameter_list(MYSQL).etag
        self.rds.modify_config_parameter(MYSQL, etag, "immediate", [{"name": name, "value": value}])

    def allow(self, address: str) -> None:
        self.rds.update_white_list(MYSQL, [address], self.rds.get_white_list(MYSQL).etag)

    def presigned(self) -> None:
        url = self.bos.generate_pre_signed_url(ASSETS, "css/site.css", expiration_in_seconds=300).decode()
        assert httpx.get(url).status_code == 200

    def new_certificate(self, domain: str) -> None:
        title = f"fresh-{len(self.cert.list_user_certs().certs)}-{domain}"
        made = self.cert.create_cert(uploaded(domain, title=title)).cert_id
        self.cdn.set_domain_https(domain, {"enabled": True, "certId": made})

    def newest_certificate(self, domain: str) -> None:
        newest = max(self.cert.list_user_certs().certs, key=lambda one: one.cert_stop_time)
        self.cdn.set_domain_https(domain, {"enabled": True, "certId": newest.cert_id})

    def balancer_certificate(self) -> None:
        made = self.cert.create_cert(uploaded(SITE, title="fresh")).cert_id
        self.blb.update_https_listener(BLB, 443, cert_ids=[made])

    def remove_deny_rule(self) -> None:
        acl = self.client(AclClient, "vpc")
        subnet = PublicView(self.cloud, self.cloud.key("dawnlight", "linxiao"), WEB).instance().subnet_id
        for rule in acl.list_subnet_acl(subnet).acl_rules:
            if rule.action == "deny":
                acl.delete_acl(rule.id)


Deed = Callable[[Customer], Any]
ELSEWHERE = [{"peer": "198.18.77.7"}]
CASES: list[tuple[str, str, Deed, Deed]] = [
    (
        "bucket_private",
        ASSETS,
        lambda c: c.bos.put_bucket_cors(ASSETS, [{"allowedOrigins": ["*"], "allowedMethods": ["GET"]}]),
        lambda c: c.bos.set_bucket_canned_acl(ASSETS, canned_acl.PUBLIC_READ),
    ),
    (
        "hotlink_protection",
        ASSETS,
        lambda c: c.bos.put_bucket_cors(ASSETS, [{"allowedOrigins": ["*"], "allowedMethods": ["GET"]}]),
        lambda c: c.bos.set_bucket_canned_acl(ASSETS, canned_acl.PUBLIC_READ),
    ),
    (
        "object_private",
        ASSETS,
        lambda c: c.bos.set_bucket_canned_acl(ASSETS, canned_acl.PUBLIC_READ),
        lambda c: c.bos.delete_object_acl(ASSETS, "css/site.css"),
    ),
    ("storage_in_arrears", ASSETS, lambda c: c.bos.list_buckets(), lambda c: c.recharge()),
    ("link_expired", ASSETS, lambda c: c.bos.list_buckets(), lambda c: c.presigned()),
    ("bucket_throttled", ASSETS, lambda c: c.cloud.advance(60), lambda c: c.cloud.advance(1800)),
    (
        "cross_origin_missing",
        ASSETS,
        lambda c: c.bos.set_bucket_canned_acl(ASSETS, canned_acl.PUBLIC_READ),
        lambda c: c.bos.put_bucket_cors(ASSETS, [{"allowedOrigins": ["*"], "allowedMethods": ["GET"]}]),
    ),
    (
        "origin_refuses",
        SITE,
        lambda c: c.cdn.purge([{"url": f"https://{SITE}/"}]),
        lambda c: c.run("systemctl start nginx"),
    ),
    (
        "origin_times_out",
        SITE,
        lambda c: c.cdn.purge([{"url": f"https://{SITE}/"}]),
        lambda c: c.cdn.set_domain_origin(SITE, ELSEWHERE),
    ),
    ("purge_still_running", STATIC, lambda c: c.cdn.list_quota(), lambda c: c.cloud.advance(300)),
    (
        "purge_failed",
        STATIC,
        lambda c: c.cdn.prefetch([{"url": f"https://{STATIC}/"}]),
        lambda c: c.cdn.purge([{"url": f"https://{STATIC}/index.html"}]),
    ),
    (
        "purge_quota_used",
        STATIC,
        lambda c: c.cdn.purge([{"url": f"https://{STATIC}/index.html"}]),
        lambda c: c.cdn.purge([{"url": f"https://{STATIC}/", "type": "directory"}]),
    ),
    (
        "cache_ignores_query",
        STATIC,
        lambda c: c.cdn.prefetch([{"url": f"https://{STATIC}/"}]),
        lambda c: c.cdn.set_domain_cache_full_url(STATIC, True),
    ),
    (
        "domain_hotlink_list",
        STATIC,
        lambda c: c.cdn.purge([{"url": f"https://{STATIC}/"}]),
        lambda c: c.cdn.set_domain_referer_acl(STATIC, whiteList=[SITE]),
    ),
    ("filing_missing", SITE, lambda c: c.cdn.enable_domain(SITE), lambda c: c.told("FileIcp")),
    (
        "origin_blocks_nodes",
        SITE,
        lambda c: c.cdn.purge([{"url": f"https://{SITE}/"}]),
        lambda c: c.told("AllowNodesAtOrigin"),
    ),
    (
        "certificate_expiring",
        SITE,
        lambda c: c.cdn.purge([{"url": f"https://{SITE}/"}]),
        lambda c: c.new_certificate(SITE),
    ),
    ("domains_in_arrears", SITE, lambda c: c.cdn.enable_domain(SITE), lambda c: c.recharge()),
    (
        "domain_disabled",
        SITE,
        lambda c: c.cdn.purge([{"url": f"https://{SITE}/"}]),
        lambda c: c.cdn.enable_domain(SITE),
    ),
    (
        "certificate_expired",
        SITE,
        lambda c: c.cdn.purge([{"url": f"https://{SITE}/"}]),
        lambda c: c.new_certificate(SITE),
    ),
    (
        "certificate_not_deployed",
        SITE,
        lambda c: c.cert.create_cert(uploaded(SITE, title="another")),
        lambda c: c.newest_certificate(SITE),
    ),
    ("balancer_certificate_expired", BLB, lambda c: c.cert.list_user_certs(), lambda c: c.balancer_certificate()),
    (
        "backend_unhealthy",
        BLB,
        lambda c: c.run("systemctl start nginx", WEB),
        lambda c: c.run("systemctl start nginx", OTHER),
    ),
    (
        "listener_wrong_port",
        BLB,
        lambda c: c.run("systemctl restart nginx"),
        lambda c: c.blb.update_http_listener(BLB, 80, backend_port=80),
    ),
    (
        "backends_drained",
        BLB,
        lambda c: c.run("hostname"),
        lambda c: c.blb.update_backend_servers(
            BLB, [{"instanceId": OTHER, "weight": 50}, {"instanceId": WEB, "weight": 50}]
        ),
    ),
    ("network_acl_denies_login", WEB, lambda c: c.run("hostname"), lambda c: c.remove_deny_rule()),
    (
        "connections_idle",
        MYSQL,
        lambda c: c.rds.resize_instance(MYSQL, volume_capacity=60),
        lambda c: c.parameter("wait_timeout", "300"),
    ),
    (
        "connections_slow_sql",
        MYSQL,
        lambda c: c.parameter("max_connections", "2000"),
        lambda c: c.rds.resize_instance(MYSQL, cpu_count=4, memory_capacity=16),
    ),
    (
        "database_storage_full",
        MYSQL,
        lambda c: c.rds.reboot_instance(MYSQL),
        lambda c: c.rds.resize_instance(MYSQL, volume_capacity=200),
    ),
    ("white_list_closed", MYSQL, lambda c: c.rds.reboot_instance(MYSQL), lambda c: c.allow("172.16.0.0/12")),
]


@pytest.fixture(scope="module")
def customer(cloud: RunningCloud) -> Iterator[Customer]:
    """A demo customer in one world for the whole file."""
    cloud.reset()
    yield Customer(cloud)
    cloud.reset()


def _status(cloud: RunningCloud, scenario: str) -> str:
    return str(cloud.control.get(f"/scenarios/{scenario}").json()["status"])


@pytest.mark.parametrize(
    ("name", "resource", "fails", "works"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_that_only_a_remedy_ends_the_trouble(
    customer: Customer, name: str, resource: str, fails: Deed, works: Deed
) -> None:
    cloud = customer.cloud
    customer.open_bucket()
    answer = cloud.control.post("/scenarios", json={"scenario": name, "resource_id": resource})
    assert answer.status_code == 201, answer.text
    scenario = answer.json()["id"]
    try:
        fails(customer)
    except BceHttpClientError as refused:
        assert 400 <= refused.status_code < 500
    cloud.advance(SETTLED)
    assert _status(cloud, scenario) == "active"
    works(customer)
    cloud.advance(SETTLED)
    assert _status(cloud, scenario) == "cured"


def test_that_a_missing_filing_is_mended_outside_the_api_only(customer: Customer) -> None:
    cloud = customer.cloud
    scenario = cloud.control.post("/scenarios", json={"scenario": "filing_missing", "resource_id": SITE}).json()
    assert [(one["operation"], one["by"]) for one in scenario["ground_truth"]["remedies_that_work"]] == [
        ("FileIcp", "process")
    ]
    with pytest.raises(BceHttpClientError) as refused:
        customer.cdn.enable_domain(SITE)
    assert (refused.value.status_code, refused.value.code) == (409, "OperationDenied")
    told = f"/scenarios/{scenario['id']}/deeds"
    assert cloud.control.post(told, json={"deed": "EnableDomain"}).status_code == 409
    assert cloud.control.post(told, json={"deed": "BuyQps"}).json()["status"] == "active"
    assert cloud.control.post(told, json={"deed": "FileIcp"}).json()["cured_by"]["operation"] == "FileIcp"
    assert customer.cdn.get_domain_config(SITE).status == "RUNNING"
    assert cloud.control.post(told, json={"deed": "FileIcp"}).status_code == 409


def test_that_every_scenario_has_its_remedies_tried() -> None:
    tried = {case[0] for case in CASES} | {param.values[0]["name"] for param in remedy_cases("works")}
    assert tried == {entry["name"] for entry in ENTRIES}
