"""Object storage, driven by the official SDK and, where a browser would come, without a signature."""

from __future__ import annotations

import io
from typing import Any

import httpx
import orjson
import pytest
from baidubce.exception import BceHttpClientError
from baidubce.services.bos import canned_acl
from baidubce.services.bos.bos_client import BosClient
from conftest import RunningCloud
from hypothesis import given, settings
from hypothesis import strategies as st
from test_networks import WEB, refused

from cloudsim.bos.access import Asked, canned_rules, refusal
from cloudsim.bos.listing import list_keys
from cloudsim.bos.service import OBJECTS
from cloudsim.store.collection import Collection
from cloudsim.store.database import Database

ASSETS, LOGO = "dawnlight-assets", "images/logo.png"


@pytest.fixture(scope="module")
def bos(cloud: RunningCloud) -> BosClient:
    """A demo customer's client; the tests of this file share one world and clean up after themselves."""
    cloud.reset()
    return cloud.client(BosClient, "bos", cloud.key("dawnlight", "linxiao"))


@pytest.fixture
def lab(bos: BosClient) -> Any:
    """The name of an empty bucket that is gone afterwards."""
    bos.create_bucket("dawnlight-lab")
    yield "dawnlight-lab"
    for one in bos.list_objects("dawnlight-lab").contents:
        bos.delete_object("dawnlight-lab", one.key)
    bos.delete_bucket("dawnlight-lab")


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an answer that no SDK read."""
    return answer.status_code, answer.json()["code"]


def test_that_buckets_are_listed_and_found(cloud: RunningCloud, bos: BosClient) -> None:
    answer = bos.list_buckets()
    assert [one.name for one in answer.buckets] == ["dawnlight-assets", "dawnlight-backup"]
    assert answer.owner.id == cloud.key("dawnlight", "linxiao").account_id
    assert bos.get_bucket_location(ASSETS) == "bj"
    assert bos.does_bucket_exist(ASSETS) and not bos.does_bucket_exist("nobody-has-this")
    assert refused(lambda: bos.list_objects("nobody-has-this")) == (404, "NoSuchBucket")
    assert refused(lambda: bos.create_bucket("bluebay-static")) == (409, "BucketAlreadyExists")
    assert refused(lambda: bos.delete_bucket(ASSETS)) == (409, "BucketNotEmpty")


def test_that_an_object_comes_back_as_it_was(bos: BosClient, lab: str) -> None:
    key = "文件 夹/a+b&c.txt"
    etag = bos.put_object_from_string(lab, key, "hello 世界", user_metadata={"origin": "test"}).metadata.etag
    head = bos.get_object_meta_data(lab, key).metadata
    assert bos.get_object_as_string(lab, key) == "hello 世界".encode()
    assert (head.etag, head.content_length, head.bce_meta_origin) == (etag, "12", "test")
    assert bos.get_object_as_string(lab, key, range=[0, 4]) == b"hello"
    assert refused(lambda: bos.get_object_as_string(lab, key, range=[500, 600])) == (416, "InvalidRange")
    copied = bos.copy_object(lab, key, lab, "copy.txt")
    assert copied.etag == etag and bos.get_object_as_string(lab, "copy.txt") == "hello 世界".encode()
    bos.delete_object(lab, key)
    assert refused(lambda: bos.get_object_as_string(lab, key)) == (404, "NoSuchKey")
    assert bos.delete_multiple_objects(lab, ["copy.txt", "absent"]).errors[0].code == "NoSuchKey"


def test_that_damaged_bytes_are_refused(cloud: RunningCloud, bos: BosClient, lab: str) -> None:
    wrong = "1B2M2Y8AsgTpgAmY7PhCfg=="
    answer = refused(lambda: bos.put_object(lab, "x", io.BytesIO(b"abc"), 3, wrong))
    assert answer == (400, "BadDigest")


def test_that_an_object_grows_at_its_end_only(bos: BosClient, lab: str) -> None:
    bos.append_object_from_string(lab, "log", "one ")
    assert bos.append_object_from_string(lab, "log", "two", offset=4).metadata.bce_next_append_offset == "7"
    assert refused(lambda: bos.append_object_from_string(lab, "log", "x", offset=3)) == (409, "OffsetIncorrect")
    bos.put_object_from_string(lab, "plain", "x")
    assert refused(lambda: bos.append_object_from_string(lab, "plain", "x", offset=1))[1] == "ObjectUnappendable"
    assert bos.get_object_as_string(lab, "log") == b"one two"


def test_that_parts_become_one_object(bos: BosClient, lab: str) -> None:
    upload = bos.initiate_multipart_upload(lab, "big").upload_id
    parts = [
        {"partNumber": n, "eTag": bos.upload_part(lab, "big", upload, n, 3, io.BytesIO(text)).metadata.etag}
        for n, text in ((1, b"abc"), (2, b"def"))
    ]
    assert [one.size for one in bos.list_parts(lab, "big", upload).parts] == [3, 3]
    assert [one.key for one in bos.list_multipart_uploads(lab).uploads] == ["big"]
    assert refused(lambda: bos.complete_multipart_upload(lab, "big", upload, parts[::-1]))[1] == "InvalidPartOrder"
    bos.complete_multipart_upload(lab, "big", upload, parts)
    assert bos.get_object_as_string(lab, "big") == b"abcdef"
    other = bos.initiate_multipart_upload(lab, "gone").upload_id
    bos.abort_multipart_upload(lab, "gone", other)
    assert refused(lambda: bos.list_parts(lab, "gone", other)) == (404, "NoSuchUpload")


def test_that_folders_and_pages_cover_every_object_once(bos: BosClient) -> None:
    top = bos.list_objects(ASSETS, delimiter="/")
    assert [one.prefix for one in top.common_prefixes] == ["css/", "images/", "js/"]
    assert [one.key for one in top.contents] == ["index.html"]
    seen, marker = [], None
    while True:
        page = bos.list_objects(ASSETS, max_keys=3, marker=marker)
        seen.extend(one.key for one in page.contents)
        if not page.is_truncated:
            break
        marker = page.next_marker
    assert len(seen) == len(set(seen)) == 7 and seen == sorted(seen)
    assert refused(lambda: bos.list_objects(ASSETS, max_keys=1001))[0] == 400


def test_that_access_rules_decide_who_reads(cloud: RunningCloud, bos: BosClient, lab: str) -> None:
    bos.put_object_from_string(lab, "page.html", "hi")
    url = f"{cloud.endpoint('bos')}/{lab}/page.html"
    assert code_of(httpx.get(url)) == (403, "AccessDenied")
    bos.set_bucket_canned_acl(lab, canned_acl.PUBLIC_READ)
    assert httpx.get(url).text == "hi"
    assert httpx.put(url, content=b"x").status_code == 403
    referer = {"stringLike": ["https://www.dawnlight.example/*"], "stringEquals": []}
    rule = {"grantee": [{"id": "*"}], "permission": ["READ"], "condition": {"referer": referer}}
    bos.set_bucket_acl(lab, [rule])
    assert code_of(httpx.get(url)) == (403, "AccessDeniedBySourceUrl")
    assert httpx.get(url, headers={"referer": "https://www.dawnlight.example/a"}).status_code == 200
    assert bos.get_bucket_acl(lab).access_control_list[0].permission == ["READ"]
    bos.set_object_canned_acl(lab, "page.html", canned_acl=canned_acl.PUBLIC_READ)
    assert httpx.get(url).status_code == 200 and len(bos.get_object_acl(lab, "page.html").access_control_list) == 2
    bos.delete_object_acl(lab, "page.html")
    assert refused(lambda: bos.get_object_acl(lab, "page.html"))[0] == 404
    assert refused(lambda: bos.set_bucket_acl(lab, [{"grantee": [{"id": "*"}], "permission": ["FLY"]}]))[0] == 400
    other = cloud.client(BosClient, "bos", cloud.key("bluebay", "chenchen"))
    assert refused(lambda: other.get_bucket_acl(lab)) == (403, "AccessDenied")


def test_that_a_presigned_url_works_until_it_expires(cloud: RunningCloud, bos: BosClient) -> None:
    url = bos.generate_pre_signed_url("dawnlight-backup", "db/2026-11-20.sql.gz", expiration_in_seconds=600).decode()
    assert httpx.get(url).status_code == 200
    old = bos.generate_pre_signed_url("dawnlight-backup", "db/2026-11-20.sql.gz", 1_700_000_000, 600).decode()
    assert code_of(httpx.get(old)) == (400, "RequestExpired")
    assert code_of(httpx.get(url.replace("2026-11-20", "2026-11-21"))) == (400, "SignatureDoesNotMatch")


def test_that_a_bucket_answers_under_its_own_host_name(cloud: RunningCloud) -> None:
    main = f"http://127.0.0.1:{cloud.main_port}"
    host = {"host": f"{ASSETS}.bj.bcebos.com"}
    assert httpx.get(f"{main}/{LOGO}", headers=host).headers["content-type"] == "image/png"
    assert httpx.get(f"{main}/", headers=host).json()["name"] == ASSETS


def test_that_browsers_of_other_sites_need_cors(cloud: RunningCloud, bos: BosClient) -> None:
    url = f"{cloud.endpoint('bos')}/{ASSETS}/{LOGO}"
    friend, stranger = {"origin": "https://www.dawnlight.example"}, {"origin": "https://else.example"}
    assert httpx.get(url, headers=friend).headers["access-control-allow-origin"] == friend["origin"]
    assert "access-control-allow-origin" not in httpx.get(url, headers=stranger).headers
    asked = {"access-control-request-method": "GET"}
    assert httpx.options(url, headers={**friend, **asked}).status_code == 200
    assert code_of(httpx.options(url, headers={**stranger, **asked})) == (403, "AccessDenied")


def test_that_settings_are_kept_and_removed(bos: BosClient, lab: str) -> None:
    assert refused(lambda: bos.get_bucket_cors(lab)) == (404, "NoSuchCORSConfiguration")
    bos.put_bucket_cors(lab, [{"allowedOrigins": ["*"], "allowedMethods": ["GET"]}])
    assert bos.get_bucket_cors(lab).cors_configuration[0].allowed_origins == ["*"]
    bos.delete_bucket_cors(lab)
    bos.set_bucket_storage_class(lab, "COLD")
    assert bos.get_bucket_storage_class(lab).storage_class == "COLD"
    assert refused(lambda: bos.set_bucket_storage_class(lab, "WARM"))[0] == 400
    bos.put_bucket_static_website(lab, index="index.html", not_found="404.html")
    assert bos.get_bucket_static_website(lab).index == "index.html"
    bos.delete_bucket_static_website(lab)
    assert refused(lambda: bos.get_bucket_static_website(lab))[0] == 404
    bos.put_bucket_lifecycle(lab, [{"id": "r", "status": "enabled"}])
    assert bos.get_bucket_lifecycle(lab).rule[0].id == "r"
    bos.delete_bucket_lifecycle(lab)
    bos.put_bucket_logging(lab, ASSETS, "log/")
    assert bos.get_bucket_logging(lab).target_prefix == "log/"
    bos.delete_bucket_logging(lab)


def test_that_an_account_in_arrears_is_told_so(cloud: RunningCloud, bos: BosClient) -> None:
    request = {"scenario": "stopped_for_arrears", "resource_id": WEB}
    cloud.control.post("/scenarios", json=request).raise_for_status()
    assert refused(lambda: bos.get_object_as_string(ASSETS, LOGO)) == (403, "AccountOverdue")
    cloud.control.delete("/scenarios").raise_for_status()
    assert bos.get_object_as_string(ASSETS, LOGO)


def test_that_a_key_that_climbs_is_refused(cloud: RunningCloud) -> None:
    answer = httpx.get(f"{cloud.endpoint('bos')}/{ASSETS}/a/%2E%2E/b")
    assert code_of(answer) == (400, "InvalidURI")
    assert code_of(httpx.get(f"{cloud.endpoint('bos')}/{ASSETS}/{'k' * 1100}")) == (400, "InvalidURI")


def test_that_a_body_beyond_the_bound_is_refused(bos: BosClient, lab: str) -> None:
    with pytest.raises((BceHttpClientError, OSError)):
        bos.put_object_from_string(lab, "huge", "x" * (16 * 1_048_576 + 1))


BUCKET = {"id": "b", "accountId": "a", "region": "bj"}


def _store(keys: set[str]) -> Database:
    database = Database(":memory:")
    collection = Collection(database, OBJECTS)
    collection.define()
    collection.put_many({**BUCKET, "id": f"b/{key}", "bucket": "b", "key": key} for key in keys)
    return database


def _expected(keys: set[str], prefix: str, delimiter: str) -> list[str]:
    names = set()
    for key in keys:
        if key.startswith(prefix):
            at = key.find(delimiter, len(prefix)) if delimiter else -1
            names.add(key[: at + 1] if at >= 0 else key)
    return sorted(names, key=str.encode)


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.text("ab/文", min_size=1, max_size=5), max_size=12),
    st.text("ab/", max_size=2),
    st.sampled_from(["", "/"]),
    st.integers(1, 4),
)
def test_that_pages_of_any_size_make_up_the_whole(keys: set[str], prefix: str, delimiter: str, limit: int) -> None:
    database, seen, marker = _store(keys), [], ""
    for _ in range(40):
        page = list_keys(database, BUCKET, prefix, delimiter, marker, limit)
        names = [str(one["key"]) for one in page.contents] + page.prefixes
        assert len(names) <= limit
        seen.extend(names)
        if page.next_marker is None:
            break
        marker = page.next_marker
    database.close()
    assert sorted(seen, key=str.encode) == _expected(keys, prefix, delimiter)


@given(st.sampled_from(["private", "public-read", "public-read-write"]), st.sampled_from(["GetObject", "PutObject"]))
def test_that_an_owner_may_and_a_stranger_may_what_is_public(canned: str, action: str) -> None:
    rules = canned_rules(canned, "owner")
    assert orjson.dumps(rules)
    assert refusal(rules, "owner", Asked("owner", action, "b/k")) is None
    open_to_all = (action == "GetObject" and canned != "private") or canned == "public-read-write"
    assert (refusal(rules, "owner", Asked("", action, "b/k")) is None) == open_to_all
