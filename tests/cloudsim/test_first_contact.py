"""The smallest proof that the official SDK is at home here."""

from __future__ import annotations

from typing import Any

import pytest
from baidubce.auth.bce_credentials import BceCredentials
from baidubce.bce_client_configuration import BceClientConfiguration
from baidubce.exception import BceHttpClientError
from baidubce.services.bcc.bcc_client import BccClient
from baidubce.services.bos.bos_client import BosClient
from baidubce.services.cdn.cdn_client import CdnClient
from baidubce.services.eip.eip_client import EipClient
from baidubce.services.rds.rds_client import RDSClient
from conftest import RunningCloud


def test_that_a_demo_customer_sees_its_four_instances(cloud: RunningCloud) -> None:
    client = cloud.client(BccClient, "bcc", cloud.key("dawnlight", "linxiao"))
    names = {instance.name for instance in client.list_instances().instances}
    assert names == {"web-01", "web-02", "db-01", "test-01"}


def test_that_an_operation_nobody_wrote_says_so(cloud: RunningCloud) -> None:
    client = cloud.client(BccClient, "bcc", cloud.key("dawnlight", "linxiao"))
    with pytest.raises(BceHttpClientError) as caught:
        client.list_asps()
    assert (caught.value.status_code, caught.value.code) == (501, "NotImplemented")


def test_that_one_port_serves_every_production_host(cloud: RunningCloud) -> None:
    """The legacy SDK with its production endpoints, sent through one port as through a proxy."""
    pair = cloud.key("dawnlight", "linxiao")

    def through(kind: type[Any], host: str) -> Any:
        return kind(
            BceClientConfiguration(
                BceCredentials(pair.access_key, pair.secret_key),
                endpoint=f"http://{host}",
                proxy_host="127.0.0.1",
                proxy_port=cloud.main_port,
            )
        )

    beijing = {one.name for one in through(BccClient, "bcc.bj.baidubce.com").list_instances().instances}
    guangzhou = {one.name for one in through(BccClient, "bcc.gz.baidubce.com").list_instances().instances}
    assert (beijing, guangzhou) == ({"web-01", "web-02", "db-01"}, {"test-01"})
    assert through(EipClient, "eip.bj.baidubce.com").list_eips().eip_list
    assert through(RDSClient, "rds.bj.baidubce.com").list_instances().instances
    assert through(CdnClient, "cdn.baidubce.com").list_domains().domains
    bos = through(BosClient, "bj.bcebos.com")
    bos.put_object_from_string("dawnlight-assets", "host/a b+中文:.txt", "text")
    assert bos.get_object_as_string("dawnlight-assets", "host/a b+中文:.txt") == b"text"
    bos.delete_object("dawnlight-assets", "host/a b+中文:.txt")
