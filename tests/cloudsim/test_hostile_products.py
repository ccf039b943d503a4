"""Hostile requests at real buckets, domains, databases, load balancers and networks: never a 500, never a surprise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_cloud import LocalCloud
from pydantic import BaseModel

from cloudsim.cdn.configs import SETTINGS
from cloudsim.protocol.routing import Operation

HOSTS = {
    "bos": "bj.bcebos.com",
    "vpc": "bcc.bj.baidubce.com",
    "cdn": "cdn.baidubce.com",
    "certificate": "certificate.baidubce.com",
    "blb": "blb.bj.baidubce.com",
    "rds": "rds.bj.baidubce.com",
    "ca": "ca.bj.baidubce.com",
}
LOCAL = LocalCloud()
OWNER, READER = LOCAL.user("dawnlight", "linxiao"), LOCAL.user("bluebay", "zhoumin")
OPERATIONS = [(one, host) for name, host in HOSTS.items() for one in LOCAL.cloud.services[name].operations]
BALANCER = LOCAL.call(OWNER, "GET", "/v1/blb", host=HOSTS["blb"])[1]["blbList"][0]
CERTIFICATE = LOCAL.call(OWNER, "GET", "/v1/certificate", host=HOSTS["certificate"])[1]["certs"][0]["certId"]
REAL = {
    "blb_id": BALANCER["blbId"],
    "vpc_id": BALANCER["vpcId"],
    "subnet_id": BALANCER["subnetId"],
    "bucket": "dawnlight-assets",
    "key+": "images/logo.png",
    "domain": "www.dawnlight.example",
    "instance_id": "rds-Dw6Hk1Qz",
    "cert_id": CERTIFICATE,
}
TEXTS = [
    "",
    "x",
    "-1",
    "0",
    "80",
    "http://www.dawnlight.example/",
    "2026-11-22T00:00:00Z",
    "10.0.0.0/8",
    "中文",
    "\x00",
]
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False),
    st.sampled_from([*TEXTS, *REAL.values(), "i-Dw7Lq2Xa"]),
)
nested = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["instanceId", "port", "url", "peer", "id", "name", "value"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)
QUERY_KEYS = ["marker", "maxKeys", "listenerPort", "prefix", "delimiter", "startTime", "endTime", "period", "vpcId",
              "subnetId", "uploadId", "partNumber", "offset", "clientToken", "status", "ip", "id"]  # fmt: skip


def fields_of(model: type[BaseModel] | None) -> list[str]:
    """The names that a body may have."""
    return list(model.model_fields) if model else [*SETTINGS, "accessControlList", "objects"]


@st.composite
def requests(draw: st.DrawFn) -> tuple[Operation, str, str, str, bytes]:
    """An operation with its route filled in, mostly with resources that exist."""
    operation, host = draw(st.sampled_from(OPERATIONS))
    parts = []
    for part in operation.route.path.strip("/").split("/"):
        known = REAL.get(part.strip("{}"))
        chosen = draw(st.sampled_from([known, known, known, "x", "%2e"])) if known else "x"
        parts.append(chosen if part.startswith("{") else part)
    extra = draw(st.dictionaries(st.sampled_from(QUERY_KEYS), st.sampled_from([*TEXTS, *REAL.values()]), max_size=3))
    query = {**extra, **{key: value or "" for key, value in operation.route.query.items()}}
    body = draw(st.dictionaries(st.sampled_from(fields_of(operation.body)), nested, max_size=6) | nested)
    return (
        operation,
        "/" + "/".join(parts),
        "&".join(f"{k}={v}" for k, v in query.items()),
        host,
        json.dumps(body).encode(),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests())
def test_that_no_request_breaks_a_real_resource(request: tuple[Operation, str, str, str, bytes]) -> None:
    operation, path, query, host, body = request
    status, answer = LOCAL.call(OWNER, operation.route.method, path, query, body, host)
    assert status < 500 or status == 501, (operation.name, path, query, body, answer)
    if status >= 400 and operation.route.method != "HEAD":
        assert set(answer) == {"requestId", "code", "message"}


def _writes() -> Iterator[Any]:
    for operation, host in OPERATIONS:
        if operation.access != "read":
            yield pytest.param(operation, host, id=f"{operation.service}.{operation.name}")


@pytest.mark.parametrize(("operation", "host"), _writes())
def test_that_a_reader_may_write_nothing(operation: Operation, host: str) -> None:
    filled = [REAL.get(part.strip("{}"), "x") if part.startswith("{") else part
              for part in operation.route.path.strip("/").split("/")]  # fmt: skip
    query = "&".join(f"{key}={value or ''}" for key, value in operation.route.query.items())
    status, answer = LOCAL.call(READER, operation.route.method, "/" + "/".join(filled), query, {}, host)
    assert (status, answer["code"]) == (403, "AccessDenied")
