"""bce-auth-v1: the fixed vector, the forms a signature may have, and what a forger gets.

`test_signing_sdk.py` has the SDKs themselves sign.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from baidubce.auth import bce_v1_signer
from baidubce.auth.bce_credentials import BceCredentials
from baidubce.http import http_headers
from baidubce.utils import get_canonical_querystring
from conftest import Key, RunningCloud
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudsim.protocol.errors import CloudError
from cloudsim.protocol.signing import (
    SignedRequest,
    canonical_forms,
    check_time,
    encode,
    parse_authorization,
    signature,
)

ACCESS, SECRET = "simak0000000000000000000000000001", "simsk0000000000000000000000000001"
VECTOR = SignedRequest(
    "GET",
    "/v2/instance",
    (("maxKeys", "10"), ("instanceNames", "web 01,中文")),
    (("host", "bcc.bj.baidubce.com"), ("content-length", "0"), ("x-bce-date", "2026-11-22T00:00:00Z")),
)
# The reference fixes these two; the signature of the first convention is in its section 3.1.
VECTORS = {
    "": "bb5fb342d2bae21e2ed3d553920f1b1c305ebef1d65d74342b9ced0e46f2bbbe",
    "host;x-bce-date": "95b567f3d2ae6756af12fcd3290d77c8ff7de4715cf6caefe23891c647e8bd05",
}


@pytest.mark.parametrize(("signed", "expected"), VECTORS.items())
def test_that_the_fixed_vector_passes(signed: str, expected: str) -> None:
    authorization = parse_authorization(f"bce-auth-v1/{ACCESS}/2026-11-22T00:00:00Z/1800/{signed}/x")
    assert signature(VECTOR, authorization, SECRET) == expected


targets = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=24).map("/".__add__)


def _sent(target: str) -> SignedRequest:
    """A request as the door reads it off the wire."""
    path, _, query = target.partition("?")
    pairs = tuple((key, value) for key, _, value in (part.partition("=") for part in query.split("&")) if key or value)
    decoded = tuple((unquote(key), unquote(value)) for key, value in pairs)
    return SignedRequest("GET", unquote(path), decoded, (("host", "bcc.bj.baidubce.com"),), target)


def _meaning(request: SignedRequest) -> tuple[str, list[tuple[str, str]]]:
    return request.path, sorted(pair for pair in request.query if pair[0].lower() != "authorization")


@settings(max_examples=1000)
@given(targets, st.data())
def test_that_no_form_of_a_request_is_a_form_of_another(target: str, data: st.DataObject) -> None:
    """Otherwise a signature of one could be put on the other."""
    at = data.draw(st.integers(1, len(target)))
    edits = (target[:at] + letter + target[at:] for letter in "?&#%:=/x")
    other = data.draw(st.sampled_from(sorted({*edits, target[: at - 1] + target[at:]} - {target})) | targets)
    one, two = _sent(target), _sent(other if other.startswith("/") else "/" + other)
    if set(canonical_forms(one, ())) & set(canonical_forms(two, ())):
        assert _meaning(one) == _meaning(two)


@given(st.text(max_size=200))
def test_that_any_header_is_read_or_refused(text: str) -> None:
    try:
        parse_authorization(text)
    except CloudError as error:
        assert error.code == "InvalidHTTPAuthHeader"


@pytest.mark.parametrize("age", [1801, 86_400, -301])
def test_that_a_stale_or_future_date_is_refused(age: int) -> None:
    now = datetime.now(UTC)
    stamp = (now - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with pytest.raises(CloudError, match="RequestExpired"):
        check_time(parse_authorization(f"bce-auth-v1/{ACCESS}/{stamp}/1800//x"), now.timestamp())


def _signed(cloud: RunningCloud, key: Key, **changes: Any) -> httpx.Request:
    """A request signed as the SDK does, then changed."""
    host = f"127.0.0.1:{cloud.service_base}"
    moment = datetime.now(UTC) - timedelta(seconds=changes.get("age", 0))
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    params = {b"maxKeys": b"5"}
    headers = {http_headers.HOST: host.encode(), http_headers.BCE_DATE: stamp.encode()}
    secret = changes.get("secret", key.secret_key)
    authorization = bce_v1_signer.sign(
        BceCredentials(changes.get("access", key.access_key), secret),
        b"GET",
        b"/v2/instance",
        headers,
        params,
        timestamp=int(moment.timestamp()),
    ).decode()
    query = get_canonical_querystring(params, False).decode()
    url = f"http://{host}/v2/instance?{query}{changes.get('more', '')}"
    if changes.get("presigned"):
        return httpx.Request("GET", f"{url}&authorization={encode(authorization)}", headers={"x-bce-date": stamp})
    stamp = changes.get("tampered", stamp)
    return httpx.Request(
        "GET", url, headers={"x-bce-date": stamp, "authorization": changes.get("header", authorization)}
    )


CASES = [
    ({}, 200, None),
    ({"presigned": True}, 200, None),
    ({"secret": "0" * 32}, 400, "SignatureDoesNotMatch"),
    ({"access": "0" * 32}, 403, "InvalidAccessKeyId"),
    ({"age": 172_800}, 400, "RequestExpired"),
    ({"tampered": "2026-01-01T00:00:00Z"}, 400, "SignatureDoesNotMatch"),
    ({"more": "&marker=x"}, 400, "SignatureDoesNotMatch"),
    ({"header": "bce-auth-v1/nonsense"}, 400, "InvalidHTTPAuthHeader"),
    ({"header": "Bearer token"}, 400, "InvalidHTTPAuthHeader"),
    ({"header": ""}, 403, "AccessDenied"),
]


@pytest.mark.parametrize(("changes", "status", "code"), CASES, ids=lambda value: re.sub(r"\W+", "-", str(value))[:40])
def test_that_a_forged_request_gets_its_documented_error(
    cloud: RunningCloud, changes: dict[str, Any], status: int, code: str | None
) -> None:
    request = _signed(cloud, cloud.key("dawnlight", "linxiao"), **changes)
    with httpx.Client() as client:
        answer = client.send(request)
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["x-bce-request-id"]
    if code:
        assert set(answer.json()) == {"requestId", "code", "message"}
