"""Networks, load balancers and certificates, driven by the official SDK."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from baidubce.exception import BceHttpClientError
from baidubce.services.blb.blb_client import BlbClient
from baidubce.services.cert.cert_client import CertClient
from baidubce.services.cert.cert_model import CertCreateRequest
from baidubce.services.subnet.subnet_client import SubnetClient
from baidubce.services.vpc.acl_client import AclClient
from baidubce.services.vpc.vpc_client import VpcClient
from conftest import RunningCloud
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BLB, WEB, TEST = "lb-0d29a3f6", "i-Dw7Lq2Xa", "i-Dt1Vh6Zd"
UPDATED = 5  # World seconds after which a load balancer is settled again.


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    """Status and code of a refusal."""
    with pytest.raises(BceHttpClientError) as caught:
        call()
    return caught.value.status_code, caught.value.code


def pem(name: str, days: int, now: datetime | None = None) -> tuple[str, str]:
    """A self-signed certificate that is valid for `days` from now, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = (now or datetime.now(UTC)) - timedelta(days=30)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30 + days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


def uploaded(name: str, days: int = 200, title: str = "uploaded") -> CertCreateRequest:
    """A request of the SDK with a fresh certificate."""
    certificate, key = pem(name, days)
    return CertCreateRequest(title, certificate, key, certificate, 1)


class Clients:
    """The SDK's clients for one user."""

    def __init__(self, cloud: RunningCloud, account: str = "dawnlight", user: str = "linxiao") -> None:
        key = cloud.key(account, user)
        self.blb = cloud.client(BlbClient, "blb", key)
        self.vpc = cloud.client(VpcClient, "vpc", key)
        self.subnet = cloud.client(SubnetClient, "vpc", key)
        self.acl = cloud.client(AclClient, "vpc", key)
        self.cert = cloud.client(CertClient, "certificate", key)


@pytest.fixture(scope="module")
def dawn(cloud: RunningCloud) -> Clients:
    """A demo customer's clients; the tests of this file share one world and clean up after themselves."""
    cloud.reset()
    return Clients(cloud)


def test_that_instances_sit_in_the_default_network(dawn: Clients) -> None:
    vpcs = dawn.vpc.list_vpcs(is_default=True).vpcs
    detail = dawn.vpc.get_vpc(vpcs[0].vpc_id).vpc
    taken = [one for vpc in vpcs for one in dawn.vpc.get_resource_ip(vpc.vpc_id, page_no=1, page_size=10).result]
    assert detail.is_default and detail.subnets[0].available_ip < 4096
    assert WEB in {one.resource_id for one in taken}
    answer = dawn.vpc.get_private_ip_address_info(vpcs[0].vpc_id, private_ip_range="172.16.0.1-172.16.0.20")
    assert all(one.private_ip_address.startswith("172.16.0.") for one in answer.vpc_private_ip_addresses)


def test_that_a_network_lives_and_dies(dawn: Clients) -> None:
    vpc_id = dawn.vpc.create_vpc("lab", "192.168.0.0/16", client_token="one").vpc_id
    assert dawn.vpc.create_vpc("lab", "192.168.0.0/16", client_token="one").vpc_id == vpc_id
    assert refused(lambda: dawn.vpc.create_vpc("other", "192.168.0.0/16", client_token="one"))[0] == 403
    dawn.vpc.update_vpc(vpc_id, "lab-2", description="for tests")
    subnet_id = dawn.subnet.create_subnet("front", "cn-bj-a", "192.168.1.0/24", vpc_id).subnet_id
    overlap = refused(lambda: dawn.subnet.create_subnet("again", "cn-bj-a", "192.168.1.128/25", vpc_id))
    outside = refused(lambda: dawn.subnet.create_subnet("far", "cn-bj-a", "10.0.0.0/24", vpc_id))
    assert (overlap[0], outside[0]) == (409, 400)
    dawn.subnet.update_subnet(subnet_id, "front-2")
    assert dawn.subnet.get_subnet(subnet_id).subnet.name == "front-2"
    assert [one.subnet_id for one in dawn.subnet.list_subnets(vpc_id=vpc_id).subnets] == [subnet_id]
    assert refused(lambda: dawn.vpc.delete_vpc(vpc_id)) == (409, "OperationDenied")
    dawn.subnet.delete_subnet(subnet_id)
    dawn.vpc.delete_vpc(vpc_id)
    assert refused(lambda: dawn.vpc.get_vpc(vpc_id)) == (404, "NoSuchObject")


def test_that_the_network_acl_keeps_its_order(dawn: Clients) -> None:
    vpc = dawn.vpc.list_vpcs(is_default=True).vpcs[0]
    subnet = dawn.subnet.list_subnets(vpc_id=vpc.vpc_id).subnets[0].subnet_id
    rule = {
        "subnetId": subnet,
        "protocol": "tcp",
        "sourceIpAddress": "all",
        "destinationIpAddress": "all",
        "sourcePort": "1-65535",
        "destinationPort": "22",
        "position": 20,
        "direction": "ingress",
        "action": "deny",
    }
    dawn.acl.create_acl([rule])
    assert refused(lambda: dawn.acl.create_acl([rule]))[0] == 409
    assert refused(lambda: dawn.acl.create_acl([{**rule, "position": 21, "destinationPort": "99999"}]))[0] == 400
    made = next(one for one in dawn.acl.list_subnet_acl(subnet).acl_rules if one.destination_port == "22")
    dawn.acl.update_acl(made.id, position=5)
    entries = dawn.acl.list_acl_entrys(vpc.vpc_id).acl_entrys
    found = next(entry for entry in entries if entry.subnet_id == subnet)
    assert [one.position for one in found.acl_rules if one.direction == "ingress"] == [5, 32_768]
    default = found.acl_rules[-1].id
    assert refused(lambda: dawn.acl.delete_acl(default))[0] == 409
    dawn.acl.delete_acl(made.id)
    assert len(dawn.acl.list_subnet_acl(subnet).acl_rules) == 2


def test_that_a_load_balancer_shows_listeners_and_health(dawn: Clients) -> None:
    assert [one.blb_id for one in dawn.blb.describe_loadbalancers(bcc_id=WEB).blb_list] == [BLB]
    detail = dawn.blb.describe_loadbalancer_detail(BLB)
    assert [(one.port, one.type) for one in detail.listener] == [("80", "HTTP"), ("443", "HTTPS")]
    assert detail.public_ip.startswith("198.18.")
    health = dawn.blb.describe_health_status(BLB, 80)
    assert [one.status for one in health.backend_server_list] == ["Alive", "Alive"]
    assert refused(lambda: dawn.blb.describe_health_status(BLB, 81))[0] == 404


def test_that_backends_die_with_their_host(cloud: RunningCloud, dawn: Clients) -> None:
    request = {"scenario": "host_failure", "resource_id": WEB}
    cloud.control.post("/scenarios", json=request).raise_for_status()
    states = {one.instance_id: one.status for one in dawn.blb.describe_health_status(BLB, 80).backend_server_list}
    assert (states.pop(WEB), set(states.values())) == ("Dead", {"Alive"})
    cloud.control.delete("/scenarios").raise_for_status()


def test_that_every_sort_of_listener_can_be_made_changed_and_removed(cloud: RunningCloud, dawn: Clients) -> None:
    vpc = dawn.blb.describe_loadbalancer_detail(BLB).vpc_id
    subnet = dawn.subnet.list_subnets(vpc_id=vpc, zone_name="cn-bj-a").subnets[0].subnet_id
    blb = dawn.blb.create_loadbalancer(vpc, subnet, name="lab", client_token="lab").blb_id
    assert refused(lambda: dawn.blb.update_loadbalancer(blb, name="soon")) == (409, "OperationDenied")
    cloud.advance(UPDATED)
    certificate = dawn.cert.create_cert(uploaded("lab.dawnlight.example")).cert_id

    def settled(call: Callable[[], Any]) -> None:
        call()
        assert dawn.blb.describe_loadbalancer_detail(blb).status == "updating"
        cloud.advance(UPDATED)

    settled(lambda: dawn.blb.create_tcp_listener(blb, 1000, 80, "RoundRobin"))
    settled(lambda: dawn.blb.create_udp_listener(blb, 1000, 53, "RoundRobin", "ping"))
    settled(lambda: dawn.blb.create_http_listener(blb, 80, 80, "LeastConnection"))
    settled(lambda: dawn.blb.create_https_listener(blb, 443, 80, "RoundRobin", [certificate]))
    settled(lambda: dawn.blb.create_ssl_listener(blb, 8443, 80, "RoundRobin", [certificate]))
    assert refused(lambda: dawn.blb.create_tcp_listener(blb, 80, 80, "RoundRobin"))[0] == 409
    assert refused(lambda: dawn.blb.create_tcp_listener(blb, 0, 80, "RoundRobin"))[0] == 400
    assert refused(lambda: dawn.blb.create_https_listener(blb, 444, 80, "Hash", ["cert-nothingthere"]))[0] == 404
    settled(lambda: dawn.blb.update_tcp_listener(blb, 1000, backend_port=81))
    settled(lambda: dawn.blb.update_udp_listener(blb, 1000, backend_port=54))
    settled(lambda: dawn.blb.update_http_listener(blb, 80, backend_port=81))
    settled(lambda: dawn.blb.update_https_listener(blb, 443, cert_ids=[certificate]))
    settled(lambda: dawn.blb.update_ssl_listener(blb, 8443, cert_ids=[certificate]))
    assert dawn.blb.describe_tcp_listener(blb, 1000).listener_list[0].backend_port == 81
    assert dawn.blb.describe_udp_listener(blb, 1000).listener_list[0].backend_port == 54
    assert dawn.blb.describe_http_listener(blb, 80).listener_list[0].x_forwarded_for is True
    assert dawn.blb.describe_https_listener(blb, 443).listener_list[0].cert_ids == [certificate]
    assert dawn.blb.describe_ssl_listener(blb, 8443).listener_list[0].cert_ids == [certificate]
    assert refused(lambda: dawn.cert.delete_cert(certificate)) == (409, "OperationDenied")
    assert len(dawn.blb.describe_all_listeners(blb).listener_list) == 5
    settled(lambda: dawn.blb.delete_listeners(blb, port_type_list=[{"port": 1000, "type": "UDP"}]))
    settled(lambda: dawn.blb.delete_listeners(blb, port_list=[443, 8443]))
    assert [one.listener_port for one in dawn.blb.describe_all_listeners(blb).listener_list] == [80, 1000]
    dawn.cert.delete_cert(certificate)
    settled(lambda: dawn.blb.update_loadbalancer(blb, name="lab-2"))
    settled(lambda: dawn.blb.update_loadbalancer_acl(blb, support_acl=True))
    dawn.blb.delete_loadbalancer(blb)
    assert refused(lambda: dawn.blb.describe_loadbalancer_detail(blb)) == (404, "BlbNotFound")


def test_that_backends_come_and_go(cloud: RunningCloud, dawn: Clients) -> None:
    dawn.blb.remove_backend_servers(BLB, [WEB])
    assert refused(lambda: dawn.blb.add_backend_servers(BLB, [{"instanceId": WEB}]))[0] == 409
    cloud.advance(UPDATED)
    assert refused(lambda: dawn.blb.remove_backend_servers(BLB, [WEB]))[0] == 404
    assert refused(lambda: dawn.blb.add_backend_servers(BLB, [{"instanceId": TEST, "weight": 5}]))[0] == 400
    assert refused(lambda: dawn.blb.add_backend_servers(BLB, [{"instanceId": WEB, "weight": 101}]))[0] == 400
    dawn.blb.add_backend_servers(BLB, [{"instanceId": WEB, "weight": 50}])
    cloud.advance(UPDATED)
    dawn.blb.update_backend_servers(BLB, [{"instanceId": WEB, "weight": 10}])
    cloud.advance(UPDATED)
    weights = {one.instance_id: one.weight for one in dawn.blb.describe_backend_servers(BLB).backend_server_list}
    assert weights[WEB] == 10
    dawn.blb.update_backend_servers(BLB, [{"instanceId": WEB, "weight": 50}])
    cloud.advance(UPDATED)
    assert refused(lambda: dawn.blb.delete_loadbalancer(BLB)) == (409, "OperationDenied")


def test_that_security_groups_are_bound_and_unbound(cloud: RunningCloud, dawn: Clients) -> None:
    group = dawn.blb.describe_security_groups(BLB).blb_security_groups[0].security_group_id
    dawn.blb.unbind_security_groups(BLB, [group])
    cloud.advance(UPDATED)
    assert dawn.blb.describe_security_groups(BLB).blb_security_groups == []
    dawn.blb.bind_security_groups(BLB, [group])
    cloud.advance(UPDATED)
    assert len(dawn.blb.describe_security_groups(BLB).blb_security_groups) == 1


def test_that_somebody_elses_load_balancer_does_not_exist(cloud: RunningCloud) -> None:
    other = Clients(cloud, "bluebay", "chenchen")
    assert refused(lambda: other.blb.describe_loadbalancer_detail(BLB)) == (404, "BlbNotFound")
    reader = Clients(cloud, "bluebay", "zhoumin")
    assert refused(lambda: reader.blb.update_loadbalancer("lb-7c41e80b", name="x")) == (403, "AccessDenied")


def test_that_pages_of_load_balancers_meet(cloud: RunningCloud) -> None:
    client = Clients(cloud, "bluebay", "chenchen").blb
    first = client.describe_loadbalancers(max_keys=1)
    second = client.describe_loadbalancers(max_keys=1, marker=first.next_marker)
    assert first.is_truncated and not second.is_truncated
    assert {first.blb_list[0].name, second.blb_list[0].name} == {"trade-blb", "quote-blb"}


def test_that_certificates_are_parsed_and_replaced(dawn: Clients) -> None:
    made = dawn.cert.create_cert(uploaded("api.dawnlight.example", 90))
    found = dawn.cert.get_cert_info(made.cert_id)
    assert found.cert_common_name == "api.dawnlight.example"
    left = datetime.fromisoformat(found.cert_stop_time) - datetime.now(UTC)
    assert timedelta(days=89) < left < timedelta(days=91)
    dawn.cert.replace_cert(made.cert_id, uploaded("api.dawnlight.example", 300))
    assert dawn.cert.get_cert_info(made.cert_id).cert_stop_time > found.cert_stop_time
    assert made.cert_id in {one.cert_id for one in dawn.cert.list_user_certs().certs}
    dawn.cert.delete_cert(made.cert_id)
    assert refused(lambda: dawn.cert.get_cert_info(made.cert_id)) == (404, "NoSuchObject")


def test_that_a_certificate_that_is_none_is_refused(dawn: Clients) -> None:
    good, (_, strange) = uploaded("a.example"), pem("b.example", 10)
    for body in (
        CertCreateRequest("bad", "not a certificate", good.certPrivateData, None, 1),
        CertCreateRequest("bad", good.certServerData, strange, None, 1),
        CertCreateRequest("bad", good.certServerData, "nonsense", None, 1),
        CertCreateRequest("bad", good.certServerData, good.certPrivateData, None, 7),
    ):
        assert refused(lambda body=body: dawn.cert.create_cert(body))[0] == 400
