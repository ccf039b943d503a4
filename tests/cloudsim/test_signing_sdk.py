"""Whatever the SDKs sign is accepted: through their own signers and senders, over the wire, as client methods build it.

The legacy SDK puts what its caller gives into a path raw or encoded, as each method pleases, and signs the path as it
is; the new one encodes. Both are driven with every character that means something in a URL.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import baiducloud_python_sdk_bcc.models
import baiducloud_python_sdk_bcm.models
import baiducloud_python_sdk_blb.models
import baiducloud_python_sdk_cloudassistant.models
import baiducloud_python_sdk_eip.models
import baiducloud_python_sdk_vpc.models
import httpx
import pytest
from baidubce.auth import bce_v1_signer
from baidubce.exception import BceHttpClientError
from baidubce.http import bce_http_client, handler
from baidubce.services.bcc.bcc_client import BccClient
from baidubce.services.bcm.bcm_client import BcmClient
from baidubce.services.blb.app_blb_client import AppBlbClient
from baidubce.services.blb.blb_client import BlbClient
from baidubce.services.bos.bos_client import BosClient
from baidubce.services.ca.ca_client import CaClient
from baidubce.services.cdn.cdn_client import CdnClient
from baidubce.services.cert.cert_client import CertClient
from baidubce.services.eip.eip_client import EipClient
from baidubce.services.rds.rds_client import RDSClient
from baidubce.services.subnet.subnet_client import SubnetClient
from baidubce.services.vpc.acl_client import AclClient
from baidubce.services.vpc.vpc_client import VpcClient
from baidubce.utils import normalize_string
from baiducloud_python_sdk_bcc.api.bcc_client import BccClient as NewBccClient
from baiducloud_python_sdk_bcm.api.bcm_client import BcmClient as NewBcmClient
from baiducloud_python_sdk_blb.api.blb_client import BlbClient as NewBlbClient
from baiducloud_python_sdk_cloudassistant.api.cloudassistant_client import CloudassistantClient
from baiducloud_python_sdk_core.auth import bce_v1_signer as new_signer
from baiducloud_python_sdk_core.auth.bce_credentials import BceCredentials as NewCredentials
from baiducloud_python_sdk_core.bce_client_configuration import BceClientConfiguration as NewConfiguration
from baiducloud_python_sdk_core.exception import BceHttpClientError as NewHttpError
from baiducloud_python_sdk_core.http import bce_http_client as new_sender
from baiducloud_python_sdk_core.http import handler as new_handler
from baiducloud_python_sdk_core.retry.retry_policy import NoRetryPolicy as NewNoRetryPolicy
from baiducloud_python_sdk_eip.api.eip_client import EipClient as NewEipClient
from baiducloud_python_sdk_vpc.api.vpc_client import VpcClient as NewVpcClient
from conftest import LOG_PAGE, RunningCloud
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cloudsim.catalog import SERVICES

RESERVED = "a:b@c+d;e=f&g,h!i*j(k)l'm$n[o]p~q%41r?s#t"
REFUSALS = {"SignatureDoesNotMatch", "InvalidHTTPAuthHeader", "InternalError"}
OVER_THE_WIRE = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def world(cloud: RunningCloud) -> Iterator[RunningCloud]:
    """The world as planted, and again afterwards: some of these calls succeed, though they mean nothing."""
    cloud.reset()
    yield cloud
    cloud.forget()


@dataclass(frozen=True)
class Signer:
    """One way in which an SDK signs and sends."""

    sender: Any
    sign: Callable[..., bytes]
    handlers: list[Any]


def _listing_host(*values: Any) -> bytes:
    return bce_v1_signer.sign(*values, headers_to_sign=[b"host"])


LEGACY = [handler.parse_error, handler.parse_json]
SIGNERS = {
    "legacy": Signer(bce_http_client, bce_v1_signer.sign, LEGACY),
    "legacy, listing the host": Signer(bce_http_client, _listing_host, LEGACY),
    "legacy, of resource pools": Signer(bce_http_client, bce_v1_signer.resource_pool_sign, LEGACY),
    "new": Signer(new_sender, new_signer.sign, [new_handler.parse_error, new_handler.parse_json]),
}


@pytest.fixture(scope="module")
def configurations(world: RunningCloud) -> dict[Any, Any]:
    """What each sender needs to reach the database service, whose paths take the most text."""
    key = world.key("dawnlight", "linxiao")
    legacy = world.client(RDSClient, "rds", key).config
    new = NewEipClient(_new_configuration(world, "rds")).config
    return {bce_http_client: legacy, new_sender: new}


def _new_configuration(world: RunningCloud, service: str) -> NewConfiguration:
    key = world.key("dawnlight", "linxiao")
    credentials = NewCredentials(key.access_key, key.secret_key)
    return NewConfiguration(credentials, endpoint=world.endpoint(service), retry_policy=NewNoRetryPolicy())


class NotSent(ValueError):
    """The SDK could not send the request, or nothing that speaks the protocol answered."""


def _code(world: RunningCloud, ask: Callable[[], Any]) -> str | None:
    """The error code of an answer, from the request log: an answer to HEAD has no body to say it in."""
    try:
        ask()
    except (BceHttpClientError, NewHttpError) as error:
        if error.code is not None:
            return str(error.code)
        if error.request_id is None:
            raise NotSent(str(error)) from None
        logged = world.control.get("/requests", params={"request_id": error.request_id}).json()
        return str(logged[0]["code"])
    return None


wire_text = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12)
any_text = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
paths = st.lists(
    wire_text
    | any_text.map(lambda text: normalize_string(text).decode())
    | any_text.map(lambda text: normalize_string(text, False).decode()),
    max_size=4,
).map(lambda parts: "/v1/instance/" + "/".join(parts))
queries = st.dictionaries(any_text.map(str.encode), any_text.map(str.encode) | st.none() | st.integers(), max_size=4)
header_values = st.text(st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\t\x85"), max_size=12)
header_names = st.from_regex(r"\A[xX]-(bce|BCE)-[a-zA-Z]{1,6}\Z") | st.sampled_from(["Content-Type", "Content-MD5"])
headers = st.dictionaries(
    header_names.filter(lambda name: name.lower() not in ("x-bce-date", "x-bce-security")).map(str.encode),
    header_values.map(str.encode),
    max_size=3,
)


@OVER_THE_WIRE
@given(
    signer=st.sampled_from(sorted(SIGNERS)),
    method=st.sampled_from([b"GET", b"PUT", b"POST", b"DELETE", b"HEAD"]),
    path=paths,
    query=queries,
    more=headers,
    body=st.none() | st.dictionaries(any_text, any_text, max_size=2).map(json.dumps),
)
@example("legacy", b"GET", "/v1/instance/rds-Dw6Hk1Qz/binlogs/2026-11-22T00:00:00Z", {}, {}, None)
@example("legacy", b"GET", "/v1/instance/a%2Fb", {b"x": b"1"}, {}, None)
@example("legacy", b"GET", "/v1/instance/a#b?c", {b"x": b"1", b"y": None}, {}, None)
@example("legacy", b"GET", "/v1/instance/a?b=c", {}, {}, None)
@example("legacy", b"GET", "/v1/instance", {b"authorization": b"x", b"a": b"b"}, {}, None)
@example("legacy", b"GET", "/v1/instance", {}, {b"x-bce-note": "\u3000spaced\xa0".encode()}, None)
@example("legacy", b"GET", "/v1/instance", {}, {b"X-bce-a": b"1", b"x-bce-a": b"2"}, None)
@example("legacy", b"GET", "/v1/instance", {}, {b"x-bce-note": b"\xff"}, None)
@example("legacy, listing the host", b"PUT", "/v1/instance/x", {}, {b"x-bce-note": b"n"}, "{}")
@example("new", b"GET", "/v1/instance", {}, {b"x-bce-note": b""}, None)
def test_that_whatever_an_sdk_signs_is_accepted(
    world: RunningCloud,
    configurations: dict[Any, Any],
    signer: str,
    method: bytes,
    path: str,
    query: dict[bytes, Any],
    more: dict[bytes, bytes],
    body: str | None,
) -> None:
    way = SIGNERS[signer]
    code = _code(
        world,
        lambda: way.sender.send_request(
            configurations[way.sender], way.sign, way.handlers, method, path.encode(), body, dict(more), query
        ),
    )
    assert code not in REFUSALS


@OVER_THE_WIRE
@given(
    signer=st.sampled_from(sorted(SIGNERS)),
    path=paths,
    query=queries,
    at=st.integers(0, 99),
    what=st.sampled_from(["path", "query", "method"]),
)
def test_that_what_was_changed_after_signing_is_refused(
    world: RunningCloud,
    configurations: dict[Any, Any],
    signer: str,
    path: str,
    query: dict[bytes, Any],
    at: int,
    what: str,
) -> None:
    way = SIGNERS[signer]
    place = 1 + at % len(path)
    other = path[:place] + "x" + path[place:]

    def of_another(credentials: Any, method: bytes, path: bytes, headers: Any, params: Any) -> bytes:
        signed = (
            b"POST" if what == "method" else method,
            other.encode() if what == "path" else path,
            headers,
            {**params, b"more": b"1"} if what == "query" else params,
        )
        return way.sign(credentials, *signed)

    code = _code(
        world,
        lambda: way.sender.send_request(
            configurations[way.sender], of_another, way.handlers, b"GET", path.encode(), None, {}, query
        ),
    )
    assert code in ("SignatureDoesNotMatch", "InvalidURI")


object_keys = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\\"), min_size=1, max_size=16
)


@settings(OVER_THE_WIRE, max_examples=40)
@given(
    key=object_keys.map(lambda text: "k" + text.replace("..", ".-").replace("//", "/-").rstrip("/") + "e"),
    note=header_values,
)
def test_that_objects_with_any_name_are_kept_read_and_handed_on(world: RunningCloud, key: str, note: str) -> None:
    client = world.client(BosClient, "bos", world.key("dawnlight", "linxiao"))
    bucket = client.list_buckets().buckets[0].name
    client.put_object_from_string(bucket, key, "text", user_metadata={"note": note})
    assert client.get_object_as_string(bucket, key) == b"text"
    link = client.generate_pre_signed_url(bucket, key).decode()
    answer = httpx.get(link)
    assert (answer.status_code, answer.text) == (200, "text"), answer.text
    tampered = httpx.get(link.replace(f"/{bucket}/k", f"/{bucket}/kx"))
    assert tampered.json()["code"] == "SignatureDoesNotMatch"
    client.delete_object(bucket, key)


# How many methods of each client must have sent a request: otherwise nothing was tried.
LEGACY_CLIENTS = [
    (BccClient, "bcc", 170),
    (BcmClient, "bcm", 140),
    (EipClient, "eip", 23),
    (BlbClient, "blb", 36),
    (AppBlbClient, "blb", 58),
    (VpcClient, "vpc", 9),
    (SubnetClient, "vpc", 8),
    (AclClient, "vpc", 5),
    (CdnClient, "cdn", 80),
    (RDSClient, "rds", 70),
    (CertClient, "certificate", 3),
    (CaClient, "ca", 10),
]
NEW_CLIENTS = [
    (NewBccClient, baiducloud_python_sdk_bcc.models, "bcc", 150),
    (NewBcmClient, baiducloud_python_sdk_bcm.models, "bcm", 25),
    (NewEipClient, baiducloud_python_sdk_eip.models, "eip", 66),
    (NewBlbClient, baiducloud_python_sdk_blb.models, "blb", 96),
    (NewVpcClient, baiducloud_python_sdk_vpc.models, "vpc", 150),
    (CloudassistantClient, baiducloud_python_sdk_cloudassistant.models, "ca", 5),
]
# What a method says about values that are not of its liking, before it sends anything.
LOCAL_ERRORS = (TypeError, ValueError, AttributeError, KeyError, IndexError)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _undecorated(method: Callable[..., Any]) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The method under the SDK's own type checks, and the types they ask for."""
    types: dict[str, Any] = {}
    while inspect.isroutine(method) and "f" in (hidden := inspect.getclosurevars(method).nonlocals):
        types |= hidden["types"]
        method = hidden["f"]
    return method, types


OF_ITS_TYPE = {str: RESERVED, bytes: RESERVED.encode(), int: 1, list: [RESERVED], dict: {}, bool: True}


def _value(kind: Any, text: str | bytes) -> Any:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return next((value for one, value in OF_ITS_TYPE.items() if one in kinds), text)


def _attempts(method: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Values for what the method needs: reserved characters wherever it takes text, as str and as bytes."""
    plain, types = _undecorated(method)
    for text in (RESERVED, RESERVED.encode()):
        yield {
            name: _value(types.get(name), text)
            for name, one in inspect.signature(plain).parameters.items()
            if name != "self" and one.default is inspect.Parameter.empty and one.kind is one.POSITIONAL_OR_KEYWORD
        }


def _refused(world: RunningCloud, calls: Iterator[tuple[str, list[Callable[[], Any]]]]) -> tuple[int, dict[str, str]]:
    """How many methods sent a request, and those whose signature was refused."""
    sent, refused = 0, {}
    for name, ways in calls:
        for ask in ways:
            try:
                code = _code(world, ask)
            except LOCAL_ERRORS:
                continue
            sent += 1
            if code in REFUSALS:
                refused[name] = code
            break
    return sent, refused


def _unheeded_tokens(world: RunningCloud) -> set[str]:
    """Writes that came with a client token and do not honour it; a read may ignore one."""
    heeding = {(one.service, one.name) for service in SERVICES.values() for one in service.operations if one.idempotent}
    return {
        f"{one['service']}.{one['operation']}"
        for one in world.control.get("/requests", params={"limit": LOG_PAGE}).json()
        if one["client_token"]
        and one["operation"] != "-"
        and not one["operation"].startswith(("Get", "List", "Describe"))
        if (one["service"], one["operation"]) not in heeding
    }


def _legacy_calls(world: RunningCloud, kind: type[Any], service: str) -> Iterator[tuple[str, list[Callable[[], Any]]]]:
    client = world.client(kind, service, world.key("dawnlight", "linxiao"))
    for name, method in inspect.getmembers(client, inspect.ismethod):
        if not name.startswith("_"):
            yield name, [partial(method, **values) for values in _attempts(method)]


@pytest.mark.parametrize(("kind", "service", "least"), LEGACY_CLIENTS, ids=[one[0].__name__ for one in LEGACY_CLIENTS])
def test_that_every_method_of_the_legacy_sdk_signs_so_that_it_is_accepted(
    world: RunningCloud, kind: type[Any], service: str, least: int
) -> None:
    sent, refused = _refused(world, _legacy_calls(world, kind, service))
    assert refused == {}
    assert sent >= least
    assert _unheeded_tokens(world) == set()


def _new_calls(
    world: RunningCloud, kind: type[Any], models: ModuleType, service: str
) -> Iterator[tuple[str, list[Callable[[], Any]]]]:
    client = kind(_new_configuration(world, service))
    for name, model in inspect.getmembers(models, inspect.isclass):
        method = getattr(client, CAMEL.sub("_", name.removesuffix("Request")).lower(), None)
        if name.endswith("Request") and method:
            yield name, [partial(_asked, method, model, values) for values in _attempts(model)]


def _asked(method: Callable[[Any], Any], model: type[Any], values: dict[str, Any]) -> Any:
    return method(model(**values))


@pytest.mark.parametrize(
    ("kind", "models", "service", "least"), NEW_CLIENTS, ids=[one[0].__module__ for one in NEW_CLIENTS]
)
def test_that_every_method_of_the_new_sdk_signs_so_that_it_is_accepted(
    world: RunningCloud, kind: type[Any], models: ModuleType, service: str, least: int
) -> None:
    sent, refused = _refused(world, _new_calls(world, kind, models, service))
    assert refused == {}
    assert sent >= least
