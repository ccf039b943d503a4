"""What assistant and actions may ask: search, write ledger, profile, cases, coverage."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from fake_assistant import FakeAssistant, packet
from support_harness import ROOT, Support, eventually

from contracts.articles import read_article, subject_key


def test_that_every_internal_door_wants_the_internal_token(support: Support) -> None:
    doors = [
        ("POST", "/internal/search"),
        ("POST", "/internal/writes"),
        ("PATCH", "/internal/writes/w-1"),
        ("GET", "/internal/accounts/acc-key/context"),
        ("GET", "/internal/accounts/acc-key/cases"),
        ("GET", "/internal/cases/TK-20261122-0001?account_id=acc-key"),
        ("POST", "/internal/cases"),
        ("GET", "/internal/desk/coverage?severity=sev1"),
    ]
    customer = support.customer(fresh=False)
    for method, path in doors:
        for token in (None, "wrong", customer.token, support.agent("a-he").token):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = support.http.request(method, path, json={}, headers=headers)
            assert answer.status_code == 401, (method, path)


def _write(**more: Any) -> dict[str, Any]:
    row = {"conversation_id": "c-1", "confirming_message_id": "m-1", "step": "reboot", "operation": "RebootInstance"}
    return {**row, "resource_id": "i-NNkaK46e", **more}


def test_that_a_write_is_claimed_once_however_many_ask(support: Support) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: support.internal("POST", "/internal/writes", _write()), range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.json()["state"] for answer in answers} == {"claimed"}


def test_that_a_write_is_settled_once(support: Support) -> None:
    write = support.internal("POST", "/internal/writes", _write(step="start")).json()
    path = f"/internal/writes/{write['id']}"
    done = {"state": "done", "request_id": "r-1", "result": {"status": "Running"}}
    for _ in range(2):
        settled = support.internal("PATCH", path, done)
        assert settled.status_code == 200 and settled.json()["result"] == {"status": "Running"}
    answer = support.internal("PATCH", path, {"state": "failed", "request_id": "r-2", "result": {}})
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "write_settled"
    again = support.internal("POST", "/internal/writes", _write(step="start"))
    assert again.status_code == 200 and again.json()["state"] == "done" and again.json()["result"]
    assert support.internal("PATCH", "/internal/writes/w-none", done).status_code == 404


@pytest.mark.parametrize(
    "broken",
    [{"step": ""}, {"step": "x" * 121}, {"operation": None}, {"conversation_id": "../x"}, {"surprise": 1}, {"step": 5}],
)
def test_that_a_broken_write_is_refused_with_the_field(support: Support, broken: dict[str, Any]) -> None:
    answer = support.internal("POST", "/internal/writes", _write(**broken))
    assert answer.status_code == 422 and next(iter(broken)) in answer.json()["error"]["message"]


def test_the_profile_of_an_account(support: Support) -> None:
    customer = support.customer("key")
    case_id = customer.asks_for_human()
    profile = support.internal("GET", "/internal/accounts/acc-key/context?user_id=u-chen").json()
    assert profile["account"]["plan"] == "key" and profile["account"]["user"]["permissions"] == ["*:full"]
    assert profile["tam"] == {
        "primary": {"id": "a-wang", "name": "王磊"},
        "backup": {"id": "a-zhao", "name": "赵敏"},
    }
    english = support.internal("GET", "/internal/accounts/acc-key/context?language=en").json()
    assert [english["tam"][place]["name"] for place in ("primary", "backup")] == ["Wang Lei", "Zhao Min"]
    assert case_id in [case["id"] for case in profile["open_cases"]] and profile["incidents"] == []
    assert support.internal("GET", "/internal/accounts/acc-small/context").json()["tam"] is None
    assert support.internal("GET", "/internal/accounts/acc-none/context").status_code == 404


def test_that_cases_are_shown_to_their_own_account_only(support: Support) -> None:
    customer = support.customer("business")
    case_id = customer.asks_for_human()
    own = support.internal("GET", f"/internal/cases/{case_id}?account_id=acc-business")
    assert own.status_code == 200 and own.json()["status"] == "waiting"
    assert support.internal("GET", f"/internal/cases/{case_id}?account_id=acc-key").status_code == 404
    listed = support.internal("GET", "/internal/accounts/acc-business/cases?user_id=u-he&limit=1").json()["cases"]
    assert [case["id"] for case in listed] == [case_id]
    assert support.internal("GET", "/internal/accounts/acc-business/cases?user_id=u-else").json()["cases"] == []


def _ticket(support: Support, conversation_id: str, **more: Any) -> dict[str, Any]:
    return {
        "account_id": "acc-small",
        "user_id": "u-lin",
        "conversation_id": conversation_id,
        "title": "Please raise my quota",
        "severity": "sev4",
        "product": "eip",
        "packet": packet(),
        **more,
    }


def test_that_a_ticket_leaves_the_conversation_with_the_bot_until_an_agent_comes(support: Support) -> None:
    customer = support.customer("small")
    body = _ticket(support, customer.id, key="m-77")
    case_id = support.internal("POST", "/internal/cases", body).json()["id"]
    assert support.internal("POST", "/internal/cases", body).json()["id"] == case_id
    assert customer.owner() == "bot"
    customer.send("and?")
    customer.hears("echo and?", "bot")
    agent = support.agent("a-lin")
    assert agent.read(case_id).json()["case"]["title"] == "Please raise my quota"
    assert agent.does(case_id, "claim").status_code == 200
    assert customer.owner() == "agent"
    agent.writes(case_id, "Done, quota is 10 now")
    customer.hears("quota is 10", "agent")


def test_that_a_ticket_of_a_customer_who_talks_to_someone_else_cannot_be_claimed(support: Support) -> None:
    customer = support.customer("small")
    ticket = support.internal("POST", "/internal/cases", _ticket(support, customer.id)).json()["id"]
    live = customer.asks_for_human()
    support.agent("a-lin").does(live, "claim")
    answer = support.agent("a-chen").does(ticket, "claim")
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "conversation_busy"


@pytest.mark.parametrize(
    ("broken", "status"),
    [
        ({"severity": "sev9"}, 422),
        ({"packet": {}}, 422),
        ({"packet": packet(severity="sev9")}, 422),
        ({"title": ""}, 422),
        ({"conversation_id": "c-none"}, 404),
        ({"account_id": "acc-key"}, 404),
        ({"extra": 1}, 422),
    ],
)
def test_that_a_broken_ticket_is_refused(support: Support, broken: dict[str, Any], status: int) -> None:
    customer = support.customer("small", fresh=False)
    body = {**_ticket(support, customer.id), **broken}
    assert support.internal("POST", "/internal/cases", body).status_code == status


def test_coverage(support: Support) -> None:
    key = support.internal("GET", "/internal/desk/coverage?account_id=acc-key&severity=sev3").json()
    assert key["tier"] == "tam" and key["people"] == ["王磊", "赵敏"]
    assert key["target_seconds"] == 120 and key["open_now"] is True
    small = support.internal("GET", "/internal/desk/coverage?account_id=acc-small&severity=sev1").json()
    assert small["tier"] == "tier1" and small["target_seconds"] == 600 and small["open_now"] is True
    anonymous = support.internal("GET", "/internal/desk/coverage?severity=sev4&tier=tier2").json()
    assert anonymous["tier"] == "tier2" and anonymous["target_seconds"] == 3600
    assert support.internal("GET", "/internal/desk/coverage?severity=sev7").status_code == 422
    english = support.internal("GET", "/internal/desk/coverage?account_id=acc-key&severity=sev3&language=en").json()
    assert english["people"] == ["Wang Lei", "Zhao Min"]


def test_that_only_those_who_would_be_answered_before_count_as_ahead(support: Support) -> None:
    def ahead(severity: str) -> int:
        path = f"/internal/desk/coverage?account_id=acc-small&severity={severity}"
        return int(support.internal("GET", path).json()["queue_length"])

    urgent, question = ahead("sev1"), ahead("sev4")
    customer = support.customer("small")
    customer.asks_for_human()
    assert (ahead("sev1"), ahead("sev4")) == (urgent, question + 1)
    customer.send("what about me?")
    assert customer.state()["case"]["position"] <= question + 1


def test_that_a_search_body_is_checked(support: Support) -> None:
    for body in (
        {},
        {"query": "", "language": "zh"},
        {"query": "x", "language": "fr"},
        {"query": "x" * 2001, "language": "en"},
        {"query": "x", "language": "en", "limit": 0},
        {"query": "x", "language": "en", "vector": [1]},
    ):
        assert support.internal("POST", "/internal/search", body).status_code == 422
    answer = support.internal("POST", "/internal/search", {"query": "??? ///", "language": "en"})
    assert answer.status_code == 200


def _found(support: Support, query: str) -> list[str]:
    answer = support.internal("POST", "/internal/search", {"query": query, "language": "zh"})
    assert answer.status_code == 200
    return [one["slug"] for one in answer.json()["results"]]


@pytest.fixture
def refund_by_vector(support: Support) -> None:
    """The article on refunds is all about what the vector (1, 0) points at."""
    title = read_article(ROOT / "data" / "knowledge" / "refund.zh.md").title
    vectors = np.array([[127, 0]], dtype=np.int8)
    np.savez(support.folder / "knowledge_vectors.npz", keys=np.array([subject_key(title, "zh")]), vectors=vectors)


@pytest.mark.usefixtures("refund_by_vector")
def test_that_a_search_asks_the_assistant_for_a_vector_and_finds_by_it(
    support: Support, assistant: FakeAssistant
) -> None:
    asked = []

    def answer(body: dict[str, Any]) -> tuple[int, bytes]:
        asked.append(body)
        return 200, b'{"vector": [100, 1]}'

    assert _found(support, "qqqq zzzz") == []
    assistant.vector = answer
    eventually(lambda: _found(support, "qqqq zzzz")[:1] == ["refund"], "the article is found by the vector")
    assert asked[-1] == {"text": "qqqq zzzz", "language": "zh"}


@pytest.mark.usefixtures("refund_by_vector")
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (401, b'{"vector": [100, 1]}'),
        (200, b"no json"),
        (200, b"[" * 100_000),
        (200, b"[]"),
        (200, b"null"),
        (200, b'{"vector": null}'),
        (200, b'{"vector": "abc"}'),
        (200, b'{"vector": [true, false]}'),
        (200, b'{"vector": [1.0, 0.0]}'),
        (200, b'{"vector": [1e400, 0]}'),
        (200, b'{"vector": [128, 0]}'),
        (200, b'{"vector": [0, 0]}'),
        (200, b'{"vector": [1, 0, 0]}'),
        (200, json.dumps({"vector": [1] * 5000}).encode()),
    ],
)
def test_that_without_a_vector_articles_are_found_by_words(
    support: Support, assistant: FakeAssistant, status: int, body: bytes
) -> None:
    by_words = _found(support, "备案要多久")
    assistant.vector = lambda asked: (status, body)
    assert _found(support, "备案要多久") == by_words and _found(support, "qqqq zzzz") == []


def test_that_a_search_does_not_wait_for_a_slow_assistant(support: Support, assistant: FakeAssistant) -> None:
    asked, searched, answered = threading.Event(), threading.Event(), threading.Event()

    def slow(body: dict[str, Any]) -> tuple[int, bytes]:
        asked.set()
        searched.wait(20)
        answered.set()
        return 200, b'{"vector": [1, 0]}'

    assistant.vector = slow
    assert _found(support, "备案要多久")
    assert asked.is_set() and not answered.is_set()
    searched.set()


def test_that_the_articles_of_the_project_are_found(support: Support) -> None:
    """Whatever is in data/knowledge: each title finds its own article first."""
    from support_harness import ROOT

    from contracts.articles import read_article

    for file in sorted((ROOT / "data" / "knowledge").glob("*.md")):
        article = read_article(file)

        def found(title: str = article.title, language: str = article.language) -> list[dict[str, Any]]:
            body = {"query": title, "language": language, "limit": 1}
            results: list[dict[str, Any]] = support.internal("POST", "/internal/search", body).json()["results"]
            return results

        best = eventually(found, article.title)[0]
        assert best["slug"] == article.slug and 0.5 < best["score"] <= 1
        assert support.get(best["url"]).status_code == 200
