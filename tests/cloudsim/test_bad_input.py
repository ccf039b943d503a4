"""Malformed, oversized, hostile, duplicate and unknown requests: a documented error each, never a 500."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest
from baidubce.auth import bce_v1_signer
from baidubce.auth.bce_credentials import BceCredentials
from baidubce.utils import get_canonical_time
from conftest import RunningCloud
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_cloud import LocalCloud

from cloudsim.protocol.routing import Operation, Service

WEB = "i-Dw7Lq2Xa"
LOCAL = LocalCloud()
OWNER = LOCAL.user("dawnlight", "linxiao")
STRANGER = LOCAL.user("bluebay", "chenchen")
READER = LOCAL.user("bluebay", "zhoumin")


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "status", "code"),
    [
        ("PUT", f"/v2/instance/{WEB}", "stop", b"{not json", 400, "MalformedJSON"),
        ("PUT", f"/v2/instance/{WEB}", "stop", [1, 2], 400, "InappropriateJSON"),
        ("PUT", f"/v2/instance/{WEB}", "stop", {"forceStop": "perhaps"}, 400, "InappropriateJSON"),
        ("PUT", f"/v2/instance/{WEB}", "resize", {"cpuCount": -1, "memoryCapacityInGB": 1}, 400, "InappropriateJSON"),
        ("PUT", f"/v2/instance/{WEB}", "changePass", {"adminPass": "zz"}, 400, "InvalidHTTPRequest"),
        ("PUT", f"/v2/instance/{WEB}", "stop", b"[" * 100_000, 400, "MalformedJSON"),
        ("PUT", f"/v2/instance/{WEB}", "stop", b"x" * 2_000_000, 413, "EntityTooLarge"),
        ("PUT", f"/v2/instance/{WEB}", "explode", {}, 501, "NotImplemented"),
        ("PUT", f"/v2/instance/{WEB.lower()}", "start", None, 404, "NoSuchObject"),
        ("GET", "/v2/instance", "maxKeys=0", None, 400, "InvalidHTTPRequest"),
        ("GET", "/v2/instance", "maxKeys=1001", None, 400, "InvalidHTTPRequest"),
        ("GET", "/v2/instance", "maxKeys=9999999999999999999", None, 400, "InvalidHTTPRequest"),
        ("GET", "/v2/instance/' OR 1=1 --", "", None, 404, "NoSuchObject"),
        ("GET", "/v2/instance/../../etc/passwd", "", None, 501, "NotImplemented"),
        ("GET", "/v2/instance/" + "i" * 9000, "", None, 400, "InvalidURI"),
        ("GET", "/nothing", "", None, 501, "NotImplemented"),
        ("POST", "/", "action=DropTables", {}, 501, "NotImplemented"),
        ("PUT", f"/v2/instance/{WEB}", "resize&clientToken=" + "t" * 65, {"cpuCount": 2, "memoryCapacityInGB": 8},
         400, "InvalidHTTPRequest"),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_that_bad_input_gets_a_clear_error(
    method: str, path: str, query: str, body: Any, status: int, code: str
) -> None:
    answered, answer = LOCAL.call(OWNER, method, path, query, body)
    assert (answered, answer["code"]) == (status, code)
    assert set(answer) == {"requestId", "code", "message"}


BUCKET, SITE = "dawnlight-assets", "www.dawnlight.example"


@pytest.mark.parametrize(
    ("method", "path", "query", "host"),
    [
        ("GET", f"/{BUCKET}", "quota", "bj.bcebos.com"),
        ("PUT", f"/{BUCKET}", "quota", "bj.bcebos.com"),
        ("DELETE", f"/{BUCKET}", "encryption", "bj.bcebos.com"),
        ("GET", f"/{BUCKET}/css/site.css", "tagging", "bj.bcebos.com"),
        ("PUT", f"/{BUCKET}/css/site.css", "tagging", "bj.bcebos.com"),
        ("DELETE", f"/{BUCKET}/css/site.css", "tagging", "bj.bcebos.com"),
        ("GET", f"/v2/domain/{SITE}/config", "nothing", "cdn.baidubce.com"),
        ("DELETE", f"/v2/instance/{WEB}", "tag", "bcc.bj.baidubce.com"),
    ],
)
def test_that_a_part_nobody_wrote_is_not_taken_for_the_whole(method: str, path: str, query: str, host: str) -> None:
    before = LOCAL.call(OWNER, "GET", path, "", None, host)
    status, answer = LOCAL.call(OWNER, method, path, query, None, host)
    assert (status, answer["code"]) == (501, "NotImplemented")
    assert LOCAL.call(OWNER, "GET", path, "", None, host) == before


def test_that_another_accounts_instance_does_not_exist() -> None:
    for method, path, query in (
        ("GET", f"/v2/instance/{WEB}", ""),
        ("PUT", f"/v2/instance/{WEB}", "reboot"),
        ("DELETE", f"/v2/instance/{WEB}", ""),
    ):
        assert LOCAL.call(STRANGER, method, path, query)[1]["code"] == "NoSuchObject"
    body = {"instanceIds": [WEB]}
    assert LOCAL.call(STRANGER, "POST", "/v2/instance/listByInstanceId", "", body)[1]["instances"] == []


def test_that_regions_are_apart() -> None:
    assert LOCAL.call(OWNER, "GET", f"/v2/instance/{WEB}", host="bcc.gz.baidubce.com")[0] == 404
    names = [
        one["name"] for one in LOCAL.call(OWNER, "GET", "/v2/instance", host="bcc.gz.baidubce.com")[1]["instances"]
    ]
    assert names == ["test-01"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("instanceId", "instanceIds", "billing", "marker", "maxKeys", "filters", "rule", "cdsSizeInGB", "endDatetime",
        "volumeId", "serverEventId", "dimensions", "newBandwidthInMbps", "adminPass", "imageId")  # fmt: skip


HOSTS = {
    "bos": "bj.bcebos.com",
    "vpc": "bcc.bj.baidubce.com",
    "sts": "sts.bj.baidubce.com",
    "cdn": "cdn.baidubce.com",
    "billing": "billing.baidubce.com",
    "certificate": "certificate.baidubce.com",
}


def _services() -> list[tuple[Service, str]]:
    signed = {name: one for name, one in LOCAL.cloud.services.items() if name not in ("console", "aip")}
    return [(service, HOSTS.get(name, f"{name}.bj.baidubce.com")) for name, service in signed.items()]


OPERATIONS = [(operation, host) for service, host in _services() for operation in service.operations]


WRITES = [(operation, host) for operation, host in OPERATIONS if operation.access != "read"]


@pytest.mark.parametrize(("operation", "host"), WRITES, ids=[f"{one.service}.{one.name}" for one, _ in WRITES])
def test_that_a_reader_may_not_write(operation: Operation, host: str) -> None:
    path = "/" + "/".join("x" if part.startswith("{") else part for part in operation.route.path.strip("/").split("/"))
    query = "&".join(f"{key}={value or ''}" for key, value in operation.route.query.items())
    status, answer = LOCAL.call(READER, operation.route.method, path, query, {}, host)
    assert (status, answer["code"]) == (403, "AccessDenied")


def test_that_what_only_reads_changes_nothing_by_its_method() -> None:
    assert {one.route.method for one, _ in OPERATIONS if one.access == "read"} <= {"GET", "HEAD", "POST", "OPTIONS"}


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    chosen=st.sampled_from(range(len(OPERATIONS))),
    segment=st.sampled_from([WEB, "x", "%00", "中文", "", "rule"]) | st.text(max_size=6),
    body=st.dictionaries(st.sampled_from(KEYS), json_values, max_size=5) | json_values,
    extra=st.dictionaries(
        st.sampled_from(["marker", "maxKeys", "startTime", "endTime", "dimensions", "pageNo", "clientToken", "month"]),
        st.text(st.characters(blacklist_characters="&=", blacklist_categories=("Cs",)), max_size=10),
        max_size=3,
    ),
)
def test_that_no_request_breaks_an_operation(chosen: int, segment: str, body: Any, extra: dict[str, str]) -> None:
    operation, host = OPERATIONS[chosen]
    segment = segment.replace("/", "")
    path = "/" + "/".join(
        segment if part.startswith("{") else part for part in operation.route.path.strip("/").split("/")
    )
    query = "&".join(f"{key}={value or ''}" for key, value in {**operation.route.query, **extra}.items())
    try:
        status, answer = LOCAL.call(OWNER, operation.route.method, path, query, json.dumps(body).encode(), host)
    except UnicodeEncodeError:
        return
    assert status < 500 or status == 501, (operation.name, answer)


def test_that_a_fault_hits_what_it_names_and_nothing_else(fresh_cloud: RunningCloud) -> None:
    control, key = fresh_cloud.control, fresh_cloud.key("dawnlight", "linxiao")
    for kind, seen in (("error", 500), ("throttle", 429)):
        rule = control.post(
            "/faults", json={"service": "bcc", "operation": "ListZones", "kind": kind, "count": 1}
        ).json()
        assert rule["hits"] == 0
        statuses = [_get(fresh_cloud, key, "/v2/zone") for _ in range(2)]
        assert statuses == [seen, 200]
        assert control.get("/faults").json() == []
    control.post("/faults", json={"kind": "drop", "count": 1}).raise_for_status()
    assert _get(fresh_cloud, key, "/v2/zone") is None
    control.post("/faults", json={"kind": "bad_body", "count": 1}).raise_for_status()
    assert _get(fresh_cloud, key, "/v2/zone") == "not json"
    assert _get(fresh_cloud, key, "/v2/zone") == 200


def _get(cloud: RunningCloud, key: Any, path: str) -> int | str | None:
    host = cloud.endpoint("bcc").removeprefix("http://")
    headers = {b"host": host.encode(), b"x-bce-date": get_canonical_time()}
    made = bce_v1_signer.sign(BceCredentials(key.access_key, key.secret_key), b"GET", path.encode(), headers, {})
    try:
        answer = httpx.get(
            cloud.endpoint("bcc") + path,
            headers={"x-bce-date": headers[b"x-bce-date"].decode(), "authorization": made.decode()},
        )
    except httpx.RemoteProtocolError:
        return None
    try:
        answer.json()
    except json.JSONDecodeError:
        return "not json"
    return answer.status_code


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\xfe garbage\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v2/instance HTTP/1.1\r\n\r\n",
        b"GET /%ff%fe HTTP/1.1\r\nHost: bcc.bj.baidubce.com\r\n\r\n",
        b"CONNECT bcc.bj.baidubce.com:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://bcc.bj.baidubce.com/v2/instance HTTP/1.1\r\nHost: bcc.bj.baidubce.com\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: bcc.bj.baidubce.com\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
    ids=range(8),
)
def test_that_broken_http_is_refused_without_harm(cloud: RunningCloud, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", cloud.main_port), timeout=5) as line:
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(65_536)
    assert answer == b"" or answer.split(b" ")[1] in (b"400", b"403", b"404", b"413", b"501"), answer[:200]
    assert cloud.control.get("/healthz").status_code == 200
