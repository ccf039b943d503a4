"""A customer's doors: opening, sending once, replay, payloads, secrets, bad input."""

from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Any

import jwt
import pytest
from fake_assistant import FakeAssistant
from support_harness import SECRETS, Support, eventually, refusal

from contracts.ids import new_id


def test_that_a_new_conversation_starts_with_the_event_opened(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer("key")
    customer.hears("event opened", "bot")
    turn = assistant.asked(customer.id)[0]
    assert turn["input"] == {"kind": "event", "name": "opened", "data": {}}
    assert customer.opened["owner"] == {"kind": "bot", "agent": None, "version": 1}


def test_that_the_open_conversation_is_resumed_and_tabs_that_race_share_it(support: Support) -> None:
    token = support.post("/api/demo/token", {"customer": "business", "language": "zh"}).json()["token"]
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: support.post("/api/chat/conversations", {}, token).json(), range(8)))
    assert len({one["conversation_id"] for one in opened}) == 1
    assert support.post("/api/chat/conversations", {}, token).json()["resumed"] is True


def test_that_the_same_client_id_twice_is_one_message(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: customer.send("hello", client_id="once"), range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    customer.hears("echo hello")
    assert customer.texts("customer") == ["hello"]
    message_id = answers[0].json()["id"]
    assert [turn["turn_id"] for turn in assistant.asked(customer.id)].count(message_id) == 1


def test_that_sequence_numbers_have_no_gaps_when_many_write_at_once(support: Support) -> None:
    customer = support.customer()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: customer.send(f"n{number}"), range(40)))
    eventually(lambda: len(customer.texts("bot")) == 41, "an answer to every message")
    messages = customer.transcript()
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    asked = [text for text in customer.texts("customer")]
    assert [text for text in customer.texts("bot") if text.startswith("echo")] == [f"echo {text}" for text in asked]


def test_that_a_socket_gets_what_it_missed_and_then_what_happens(support: Support) -> None:
    customer = support.customer()
    customer.send("one")
    customer.hears("echo one")
    seen = customer.transcript()[1]["seq"]
    ear = customer.connect(last_seq=seen)
    assert ear.hears("session")["conversation_id"] == customer.id
    ear.hears("message", lambda one: one["text"] == "echo one")
    acknowledged = ear.call("message", {"client_id": "s1", "text": "two", "language": "en"})
    assert acknowledged["ok"] and acknowledged["id"].startswith("m-")
    ear.hears("message", lambda one: one["text"] == "echo two")
    ear.hears("typing", lambda one: one == {"role": "bot", "on": True})
    assert [one["seq"] for one in ear.all("message")] == list(range(seen + 1, len(customer.transcript()) + 1))
    ear.close()


def test_that_only_payloads_the_bot_offered_are_payloads(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer()
    customer.send(payload="/affirm")
    customer.hears("echo /affirm")
    customer.send("yes?")
    customer.hears("echo yes?")
    customer.send(payload="/affirm")
    customer.hears("echo payload /affirm")
    inputs = [turn["input"] for turn in assistant.asked(customer.id)]
    assert inputs[1] == {"kind": "text", "text": "/affirm"}
    assert inputs[3] == {"kind": "payload", "payload": "/affirm", "title": "Yes"}


def test_that_another_conversations_payloads_are_not_offered_here(support: Support) -> None:
    offered = support.customer("key")
    offered.send("yes?")
    offered.hears("echo yes?")
    other = support.customer("small")
    other.send(payload="/affirm")
    other.hears("echo /affirm")


def test_that_a_slash_text_stays_text(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer()
    customer.send("/restart")
    customer.hears("echo /restart")
    assert assistant.asked(customer.id)[-1]["input"]["kind"] == "text"


def test_that_secrets_are_masked_before_anything_stores_them(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer()
    customer.send("my password is Tr0ub4dor&3")
    customer.hears("••••••", "bot")
    customer.hears("masked before being stored", "system")
    assert "Tr0ub4dor" not in str(customer.transcript())
    assert "Tr0ub4dor" not in str(assistant.turns)
    files = [file.read_bytes() for file in support.folder.iterdir() if file.is_file()]
    assert not any(b"Tr0ub4dor" in content for content in files)


def test_that_the_assistant_gets_signed_facts_about_the_customer(support: Support, assistant: FakeAssistant) -> None:

    customer = support.customer("readonly")
    customer.hears("event opened")
    turn = assistant.asked(customer.id)[0]
    claims = jwt.decode(turn["customer"], SECRETS["INTERNAL_SECRET"], algorithms=["HS256"])
    assert claims["sub"] == "u-zhou" and claims["account_id"] == "acc-key" and claims["plan"] == "key"
    assert claims["permissions"] == ["*:read"] and claims["verified"] is True
    assert assistant.authorizations[-1] == f"Bearer {SECRETS['INTERNAL_TOKEN']}"


def test_that_an_anonymous_customer_has_no_signed_facts(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer(None)
    customer.hears("event opened")
    assert assistant.asked(customer.id)[0]["customer"] is None


BAD_BODIES: list[tuple[Any, str]] = [
    ({"client_id": "a", "text": ""}, "empty"),
    ({"client_id": "a", "text": " \n\t"}, "empty"),
    ({"client_id": "a", "text": "x" * 4001}, "too_long"),
    ({"client_id": "a", "payload": "/" + "x" * 2000}, "too_long"),
    ({"client_id": "a"}, "bad_message"),
    ({"client_id": "a", "text": "x", "payload": "/y"}, "bad_message"),
    ({"client_id": "a", "text": 5}, "bad_message"),
    ({"client_id": "a", "text": ["x"]}, "bad_message"),
    ({"client_id": "", "text": "x"}, "bad_client_id"),
    ({"client_id": "a b", "text": "x"}, "bad_client_id"),
    ({"client_id": "é", "text": "x"}, "bad_client_id"),
    ({"client_id": "a" * 101, "text": "x"}, "bad_client_id"),
    ({"client_id": 7, "text": "x"}, "bad_client_id"),
    ({"text": "x"}, "bad_client_id"),
]


@pytest.mark.parametrize(("body", "code"), BAD_BODIES)
def test_that_a_bad_message_is_refused_at_both_doors(support: Support, body: Any, code: str) -> None:
    customer = support.customer(fresh=False)
    ear = customer.connect()
    before = len(customer.texts("customer"))
    answer = support.post(f"{customer.path}/messages", body, customer.token)
    assert answer.status_code in (400, 413) and answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]
    acknowledged = ear.call("message", body)
    assert acknowledged["ok"] is False and acknowledged["error"]["code"] == code
    assert len(customer.texts("customer")) == before
    ear.close()


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b'"x"', b"{", b"\xff\xfe", b"[" * 50_000])
def test_that_a_body_that_is_no_object_is_refused(support: Support, raw: bytes) -> None:
    customer = support.customer(fresh=False)
    answer = support.http.post(
        f"{customer.path}/messages", content=raw, headers={"Authorization": f"Bearer {customer.token}"}
    )
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "bad_json"


@pytest.mark.parametrize("body", [None, [], "x", 5, {"client_id": None}, {"text": {"a": 1}}])
def test_that_a_socket_message_of_any_type_is_answered(support: Support, body: Any) -> None:
    ear = support.customer(fresh=False).connect()
    assert ear.call("message", body)["ok"] is False
    for event in ("typing", "read"):
        ear.client.emit(event, body, namespace="/chat")
    assert ear.call("message", {"client_id": new_id("k"), "text": "still here"})["ok"] is True
    ear.close()


def test_that_hostile_text_is_stored_as_it_is_and_harms_nothing(support: Support) -> None:
    customer = support.customer()
    hostile = "'; DROP TABLE messages;-- <script>alert(1)</script> \u202e {0} %s \U0001f600"
    assert customer.send(hostile).status_code == 202
    customer.hears("DROP TABLE", "bot")
    assert customer.texts("customer") == [hostile]
    assert customer.send("nul\x00byte").json()["text"] == "nulbyte"
    raw = b'{"client_id": "half", "text": "half \\ud83d emoji"}'
    headers = {"Authorization": f"Bearer {customer.token}"}
    assert support.http.post(f"{customer.path}/messages", content=raw, headers=headers).json()["text"] == "half ? emoji"


def test_that_nobody_reads_or_writes_anothers_conversation(support: Support) -> None:
    owner, stranger = support.customer("small"), support.customer("key")
    for answer in (
        support.get(f"{owner.path}/messages", stranger.token),
        support.get(f"{owner.path}/state", stranger.token),
        support.post(f"{owner.path}/messages", {"client_id": "x", "text": "x"}, stranger.token),
        support.post(f"{owner.path}/back_to_bot", {}, stranger.token),
        support.get("/api/chat/conversations/c-nothing/messages", stranger.token),
    ):
        assert answer.status_code == 404 and answer.json()["error"]["code"] == "no_conversation"
    assert support.get(f"{owner.path}/messages").status_code == 401
    auth = {"token": stranger.token, "conversation_id": owner.id}
    assert refusal(support.url, "/chat", auth)["code"] == "no_conversation"


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "x" * 10_000, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0."])
def test_that_a_token_that_does_not_verify_is_refused(support: Support, token: str) -> None:
    answer = support.http.post(
        "/api/chat/conversations", json={}, headers={"Authorization": f"Bearer {token}".encode()}
    )
    assert answer.status_code == 401 and answer.json()["error"]["code"] == "bad_token"
    assert refusal(support.url, "/chat", {"token": token})["code"] == "bad_token"


def test_that_host_tokens_are_checked_claim_by_claim(support: Support) -> None:

    good = {"sub": "u1", "account_id": "acc-small", "name": "N", "exp": int(time()) + 60}
    for name, value, code in (
        ("exp", 1, "expired_token"),
        ("account_id", 5, "bad_token"),
        ("account_id", "", "bad_token"),
        ("sub", "x" * 65, "bad_token"),
    ):
        token = jwt.encode({**good, name: value}, SECRETS["WIDGET_SECRET"], "HS256")
        answer = support.post("/api/chat/conversations", {}, token)
        assert answer.status_code == 401 and answer.json()["error"]["code"] == code, name
    forged = jwt.encode(good, "another-secret-another-secret-000", "HS256")
    assert support.post("/api/chat/conversations", {}, forged).status_code == 401
    assert support.post("/api/chat/conversations", {}, jwt.encode(good, SECRETS["WIDGET_SECRET"], "HS256")).is_success


@pytest.mark.parametrize("last_seq", [-1, 2**40, "1", None, 1.5])
def test_that_a_bad_last_seq_is_refused(support: Support, last_seq: Any) -> None:
    customer = support.customer(fresh=False)
    auth = {"token": customer.token, "conversation_id": customer.id, "last_seq": last_seq}
    assert refusal(support.url, "/chat", auth)["code"] == "bad_request"


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=100000", "before=99999999999999999999"])
def test_that_a_bad_page_is_refused(support: Support, query: str) -> None:
    customer = support.customer(fresh=False)
    answer = support.get(f"{customer.path}/messages?{query}", customer.token)
    assert answer.status_code == 422 and answer.json()["error"]["code"] == "bad_request"


def test_that_the_page_before_a_number_ends_just_before_it(support: Support) -> None:
    customer = support.customer()
    for number in range(6):
        customer.send(f"n{number}")
    eventually(lambda: len(customer.texts("bot")) == 7, "all answers")
    page = support.get(f"{customer.path}/messages?before=9&limit=3", customer.token).json()
    assert [message["seq"] for message in page["messages"]] == [6, 7, 8] and page["last_seq"] == 13


def test_that_too_many_messages_are_refused_and_nothing_is_stored_of_them(start: Any) -> None:
    service = start(MESSAGES_PER_MINUTE="5", OPENINGS_PER_MINUTE="3")
    customer = service.customer()
    answers = [customer.send(f"n{number}") for number in range(7)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429] * 2
    assert answers[-1].json()["error"]["code"] == "too_many" and int(answers[-1].headers["Retry-After"]) > 0
    assert len(customer.texts("customer")) == 5
    assert customer.send("n0", client_id=answers[0].json()["client_id"]).status_code == 202
    opened = [service.post("/api/chat/conversations", {}).status_code for _ in range(3)]
    assert opened == [200, 200, 429]
    assert refusal(service.url, "/chat", {})["code"] == "too_many"
    assert service.post("/api/chat/conversations", {}, customer.token).json()["resumed"] is True


def test_that_errors_speak_the_readers_language(support: Support) -> None:
    customer = support.customer(fresh=False)
    body = {"client_id": "a", "text": ""}
    chinese = support.post(f"{customer.path}/messages", body, customer.token, language="zh-CN").json()
    english = support.post(f"{customer.path}/messages", body, customer.token, language="en-GB").json()
    assert chinese["error"]["message"] == "内容不能为空。"
    assert english["error"]["message"] == "The text must not be empty."
