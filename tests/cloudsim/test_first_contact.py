"""The smallest proof that the official SDK is at home here."""

from __future__ import annotations

import pytest
from baidubce.exception import BceHttpClientError
from baidubce.services.bcc.bcc_client import BccClient
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
