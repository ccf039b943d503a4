"""Files: what is taken, what is refused, who can fetch them."""

from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support_harness import Customer, Support

from support.gateway.files import LONGEST_NAME, safe_name

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


def _send(customer: Customer, content: bytes, name: str = "shot.png", client_id: str = "f1") -> httpx.Response:
    return customer.support.http.post(
        f"{customer.path}/files",
        headers={"Authorization": f"Bearer {customer.token}"},
        data={"client_id": client_id},
        files={"file": (name, content)},
    )


def test_that_a_file_is_kept_once_and_fetched_by_its_link_only(support: Support) -> None:
    customer = support.customer()
    first = _send(customer, PNG)
    assert first.status_code == 202 and _send(customer, PNG).json()["id"] == first.json()["id"]
    name, link = first.json()["text"].split("\n")
    assert name == "shot.png" and first.json()["kind"] == "file"
    fetched = support.get(link)
    assert fetched.content == PNG and fetched.headers["content-type"] == "image/png"
    assert fetched.headers["content-disposition"].startswith("inline")
    forged = link.replace(link[10], "A" if link[10] != "A" else "B", 1)
    assert support.get(forged).status_code == 404
    assert support.get("/files/f-0123456789abcdef").status_code == 404
    customer.hears("cannot read files", "system")


def test_that_a_text_is_downloaded_never_shown(support: Support) -> None:
    customer = support.customer()
    link = _send(customer, b"<html><script>alert(1)</script>", "x.html").json()["text"].split("\n")[1]
    headers = support.get(link).headers
    assert headers["content-type"].startswith("text/plain") and headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"MZ\x90\x00\x03", 415, "bad_file"),
        (b"\xff\xfe\x00\x01", 415, "bad_file"),
        (b"", 415, "bad_file"),
        (b"x" * (5 * 1024 * 1024 + 1), 413, "too_large"),
        (b"x" * (6 * 1024 * 1024), 413, "too_large"),
    ],
)
def test_that_other_files_are_refused(support: Support, content: bytes, status: int, code: str) -> None:
    answer = _send(support.customer(fresh=False), content, client_id="refused")
    assert answer.status_code == status and answer.json()["error"]["code"] == code


def test_that_bad_uploads_are_refused(support: Support) -> None:
    customer, stranger = support.customer("small", fresh=False), support.customer("key", fresh=False)
    assert _send(customer, PNG, client_id="a b").json()["error"]["code"] == "bad_client_id"
    path = f"{customer.path}/files"
    assert support.post(path, {}, customer.token).status_code == 422
    foreign: Any = {"headers": {"Authorization": f"Bearer {stranger.token}"}, "data": {"client_id": "x"}}
    assert support.http.post(path, files={"file": ("a.png", PNG)}, **foreign).status_code == 404


def test_that_an_agent_gets_the_file(support: Support) -> None:
    customer = support.customer()
    case_id = customer.asks_for_human()
    sent = _send(customer, PNG).json()
    detail = support.agent("a-lin").read(case_id).json()
    assert sent["text"] in [one["text"] for one in detail["messages"]] and detail["case"]["unread"] >= 1


@given(st.text(max_size=300))
@example(". ")
@example("..\x00")
@example("a " + "b" * (LONGEST_NAME - 1))
def test_that_a_safe_name_is_short_printable_and_without_folders(name: str) -> None:
    shown = safe_name(name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert "/" not in shown and "\\" not in shown and "\n" not in shown and "\x00" not in shown
    assert safe_name(shown) == shown
