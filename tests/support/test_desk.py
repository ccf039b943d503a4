"""What agents do: one winner per claim, who sees what, words both ways, release, resolve, escalate, bad input."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fake_assistant import FakeAssistant, packet, summary
from support_harness import Support, eventually, refusal


def _hands_over(**more: Any) -> Any:
    """A reply that hands over every text with this packet."""

    def reply(turn: Any) -> Any:
        yield summary(handoff=packet(**more)) if turn["input"]["kind"] == "text" else summary()

    return reply


def test_that_fifty_claims_have_one_winner(support: Support) -> None:
    customer = support.customer()
    case_id = customer.asks_for_human()
    agents = [support.agent(agent_id) for agent_id in ("a-lin", "a-chen", "a-grace", "a-xu", "a-he")]
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda number: (number % 5, agents[number % 5].does(case_id, "claim")), range(50)))
    won = {place for place, answer in answers if answer.status_code == 200}
    lost = [answer.json()["error"] for _, answer in answers if answer.status_code != 200]
    assert len(won) == 1 and len(lost) == 40
    winner = customer.state()["owner"]["agent"]
    assert winner["id"] == agents[won.pop()].id
    colleague = next(agent.name for agent in agents if agent.id == winner["id"])
    assert {(error["code"], error["winner"]) for error in lost} == {("already_claimed", colleague)}
    assert [text for text in customer.texts("system") if "has joined" in text] == [
        f"{winner['name']} has joined and will help you from here."
    ]


def test_a_whole_case_live_in_both_directions(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer()
    customer.hears("event opened")
    ear = customer.connect()
    agent = support.agent("a-lin")
    desk = agent.connect()
    case_id = customer.asks_for_human()
    assert desk.hears("ring", lambda one: one["case_id"] == case_id)["level"] == 0
    row = desk.hears("case", lambda one: one["id"] == case_id)
    assert row["status"] == "waiting" and row["last_message"]["text"] == "a human please"
    assert agent.does(case_id, "claim").status_code == 200
    assert desk.call("watch", {"case_id": case_id})["viewers"] == [{"id": "a-lin", "name": "林薇"}]
    ear.hears("state", lambda one: one["owner"]["kind"] == "agent" and one["owner"]["agent"]["name"] == "Lin Wei")
    ear.client.emit("typing", {"on": True}, namespace="/chat")
    desk.hears("typing", lambda one: one["case_id"] == case_id and one["role"] == "customer")
    desk.client.emit("typing", {"case_id": case_id, "on": True}, namespace="/desk")
    ear.hears("typing", lambda one: one["role"] == "agent")
    sent = agent.writes(case_id, "Hello, I am Lin.", "once").json()
    assert agent.writes(case_id, "Hello, I am Lin.", "once").json()["id"] == sent["id"]
    assert sent["client_id"] == "once"
    ear.hears("message", lambda one: one["text"] == "Hello, I am Lin." and one["author"] == {"name": "Lin Wei"})
    customer.send("thank you")
    heard = desk.hears("message", lambda one: one["text"] == "thank you")
    assert heard["case_id"] == case_id and heard["role"] == "customer"
    desk.hears("case", lambda one: one["id"] == case_id and one["unread"] == 1)
    assert agent.does(case_id, "notes", text="customer is calm").status_code == 201
    assert agent.does(case_id, "resolve", note="rebooted it", solution="Reboot").status_code == 200
    customer.hears("event released", "bot")
    released = assistant.asked(customer.id)[-1]["input"]["data"]
    assert released == {"agent_name": "Lin Wei", "note": "rebooted it", "outcome": "resolved"}
    detail = agent.read(case_id).json()
    assert detail["case"]["status"] == "resolved" and detail["case"]["first_response_at"]
    assert [entry["event"] for entry in detail["audit"]] == ["requested", "rung", "claimed", "note", "resolved"]
    assert "customer is calm" not in str(customer.transcript())
    customer.send("one more thing")
    customer.hears("echo one more thing", "bot")
    ear.close()
    desk.close()


@pytest.mark.parametrize(("language", "name"), [("zh", "王磊"), ("en", "Wang Lei")])
def test_that_people_are_named_in_the_customers_language(
    support: Support, assistant: FakeAssistant, language: str, name: str
) -> None:
    def reply(turn: Any) -> Any:
        yield summary(language=language, handoff=packet() if turn["input"]["kind"] == "text" else None)

    assistant.reply = reply
    customer = support.customer("key", language=language)
    customer.send("?")
    eventually(lambda: customer.owner() == "queue", "queue")
    assert customer.state()["case"]["people"] == [name]
    customer.hears(name, "system")
    wang, case_id = support.agent("a-wang"), customer.state()["case"]["id"]
    wang.does(case_id, "claim")
    wang.writes(case_id, "!")
    wang.does(case_id, "resolve", note="")
    assert [one["author"] for one in customer.transcript() if one["role"] == "agent"] == [{"name": name}]
    assert len([text for text in customer.texts("system") if name in text]) == 3
    released = customer.settled()[-1]["input"]
    assert released["data"]["agent_name"] == name
    assert support.agent("a-wang").read(case_id).json()["audit"][-1]["actor"]["name"] == "王磊"


def test_that_release_gives_back_and_the_next_handoff_goes_on_with_the_same_case(support: Support) -> None:
    customer = support.customer()
    case_id = customer.asks_for_human()
    agent = support.agent("a-lin")
    agent.does(case_id, "claim")
    agent.writes(case_id, "hi")
    assert agent.does(case_id, "release", note="bot can do it").status_code == 200
    customer.hears("event released", "bot")
    assert customer.asks_for_human() == case_id
    assert "reopened" in [entry["event"] for entry in agent.read(case_id).json()["audit"]]


def test_that_the_customer_may_leave_the_queue_and_an_agent_may_not_claim_then(
    support: Support, assistant: FakeAssistant
) -> None:
    customer = support.customer()
    case_id = customer.asks_for_human()
    ear = customer.connect()
    assert ear.call("back_to_bot", {}) == {"ok": True}
    customer.hears("event queue_left", "bot")
    assert customer.owner() == "bot"
    answer = support.agent("a-lin").does(case_id, "claim")
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "case_closed"
    again = ear.call("back_to_bot", {})
    assert again["ok"] is False and again["error"]["code"] == "floor_moved"
    assert support.post(f"{customer.path}/back_to_bot", {}, customer.token).status_code == 409
    ear.close()


def test_that_waiting_customers_are_told_place_and_time_but_not_at_every_word(own: Support) -> None:
    customer = own.customer()
    customer.asks_for_human()
    for number in range(4):
        customer.send(f"detail {number}")
    assert len([text for text in customer.texts("system") if "Your case is" in text]) == 1
    own.advance(31)
    customer.send("anyone?")
    eventually(lambda: len([text for text in customer.texts("system") if "TK-" in text]) == 2, "a second notice")


def test_that_an_agent_sees_only_the_cases_of_the_own_tier_and_product(
    support: Support, assistant: FakeAssistant
) -> None:
    assistant.reply = _hands_over(tier="tier2", product="cdn")
    customer = support.customer("business")
    customer.send("cdn is broken")
    eventually(lambda: customer.owner() == "queue", "queue")
    case_id = customer.state()["case"]["id"]
    sees = {
        name: support.agent(name).read(case_id).status_code for name in ("a-sun", "a-zhou", "a-lin", "a-wang", "a-xu")
    }
    assert sees == {"a-sun": 200, "a-zhou": 404, "a-lin": 404, "a-wang": 404, "a-xu": 200}
    assert case_id in support.agent("a-sun").cases() and case_id not in support.agent("a-zhou").cases()
    stranger = support.agent("a-zhou")
    for action, body in (("claim", {}), ("messages", {"client_id": "x", "text": "x"}), ("notes", {"text": "x"})):
        assert stranger.does(case_id, action, **body).status_code == 404
    desk = stranger.connect()
    assert desk.call("watch", {"case_id": case_id})["ok"] is False
    desk.close()


def test_that_a_key_accounts_case_is_its_tams_alone(support: Support) -> None:
    customer = support.customer("key")
    case_id = customer.asks_for_human()
    sees = {
        name: support.agent(name).read(case_id).status_code
        for name in ("a-wang", "a-zhao", "a-oliver", "a-lin", "a-he")
    }
    assert sees == {"a-wang": 200, "a-zhao": 200, "a-oliver": 404, "a-lin": 404, "a-he": 200}
    card = support.agent("a-wang").read(case_id).json()["customer"]
    assert card["tam"]["primary"] == {"id": "a-wang", "name": "王磊"} and card["plan"] == "key"


def test_that_only_the_assignee_writes_and_ends(support: Support) -> None:
    customer = support.customer()
    case_id = customer.asks_for_human()
    first, second = support.agent("a-lin"), support.agent("a-chen")
    assert first.writes(case_id, "too early").json()["error"]["code"] == "not_claimed"
    first.does(case_id, "claim")
    for action in ("release", "resolve"):
        assert second.does(case_id, action, note="").json()["error"]["code"] == "not_assignee"
    assert second.writes(case_id, "me too").status_code == 403
    assert second.does(case_id, "escalate", tier="tier2", reason="x").status_code == 403
    assert first.does(case_id, "resolve", note="").status_code == 200
    assert first.writes(case_id, "too late").json()["error"]["code"] == "case_closed"
    assert "too late" not in customer.texts() and "me too" not in customer.texts()


def test_that_escalation_takes_the_case_to_another_tier_with_a_new_clock(support: Support) -> None:
    customer = support.customer("business")
    case_id = customer.asks_for_human()
    lin, zhou = support.agent("a-lin"), support.agent("a-zhou")
    lin.does(case_id, "claim")
    lin.writes(case_id, "let me ask")
    before = lin.read(case_id).json()["case"]
    assert lin.does(case_id, "escalate", tier="tier2", reason="kernel panic", severity="sev1").status_code == 200
    assert customer.owner() == "queue"
    after = zhou.read(case_id).json()["case"]
    assert after["tier"] == "tier2" and after["severity"] == "sev1" and after["status"] == "waiting"
    assert after["first_response_at"] == before["first_response_at"] and after["target_at"] != before["target_at"]
    assert zhou.does(case_id, "claim").status_code == 200


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("messages", {"client_id": "a", "text": ""}, "empty"),
        ("messages", {"client_id": "a", "text": "x" * 4001}, "too_long"),
        ("messages", {"client_id": "a" * 51, "text": "x"}, "bad_client_id"),
        ("messages", {"client_id": None, "text": "x"}, "bad_client_id"),
        ("messages", {"client_id": "a", "text": {"x": 1}}, "empty"),
        ("notes", {"text": None}, "empty"),
        ("notes", {"text": "x" * 4001}, "too_long"),
        ("release", {"note": 5}, "empty"),
        ("resolve", {"note": "", "solution": ["x"]}, "empty"),
        ("escalate", {"tier": "tier9", "reason": "x"}, "bad_escalation"),
        ("escalate", {"tier": ["tier1"], "reason": "x"}, "bad_escalation"),
        ("escalate", {"tier": "tier2", "reason": ""}, "empty"),
        ("escalate", {"tier": "tier2", "reason": "x", "severity": "sev9"}, "bad_escalation"),
    ],
)
def test_that_bad_input_at_the_desk_is_refused(support: Support, action: str, body: Any, code: str) -> None:
    customer = support.customer(fresh=False)
    if customer.owner() != "agent":
        support.agent("a-lin").does(customer.asks_for_human(), "claim")
    agent, case_id = support.agent("a-lin"), customer.state()["case"]["id"]
    answer = agent.does(case_id, action, **body)
    assert answer.status_code in (400, 413) and answer.json()["error"]["code"] == code
    assert customer.owner() == "agent"


def test_that_what_agents_type_is_masked_too(support: Support) -> None:
    customer = support.customer()
    case_id = customer.asks_for_human()
    agent = support.agent("a-lin")
    agent.does(case_id, "claim")
    assert agent.writes(case_id, "password: Sup3rSecret99").json()["text"] == "password: ••••••"


def test_signing_in(support: Support) -> None:
    for body in (
        {},
        {"email": "lin.wei@desk.example", "password": "wrong"},
        {"email": 5, "password": []},
        {"email": "nobody@desk.example", "password": "x"},
        {"email": "lin.wei@desk.example", "password": "x" * 300},
    ):
        answer = support.post("/api/desk/login", body)
        assert answer.status_code == 401 and answer.json()["error"]["code"] == "bad_credentials"
    answer = support.post("/api/desk/login", {"email": " Lin.Wei@desk.example", "password": "demo-lin-wei-2026"})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert support.get("/api/desk/me", answer.json()["token"]).json()["agent"]["id"] == "a-lin"
    support.http.cookies.clear()
    assert support.get("/api/desk/me").status_code == 401
    assert support.get("/api/desk/me", support.customer(fresh=False).token).status_code == 401
    assert refusal(support.url, "/desk", {"token": "x"})["code"] == "bad_token"
    assert refusal(support.url, "/desk", None)["code"] == "no_token"


def test_that_a_cookie_alone_changes_nothing_from_another_page(support: Support) -> None:
    token = support.agent("a-lin").token
    headers = {"Cookie": f"desk_session={token}", "Origin": "https://evil.example"}
    answer = support.http.post("/api/desk/presence", json={"status": "away"}, headers=headers)
    support.http.cookies.clear()
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "bad_origin"


def test_that_guessing_passwords_is_slowed_down(start: Any) -> None:
    service = start(LOGINS_PER_MINUTE="3")
    body = {"email": "lin.wei@desk.example", "password": "wrong"}
    right = {**body, "password": "demo-lin-wei-2026"}
    assert [service.post("/api/desk/login", right).status_code for _ in range(5)] == [200] * 5
    assert [service.post("/api/desk/login", body).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert service.post("/api/desk/login", right).status_code == 429


def test_that_pages_of_cases_are_whole_and_without_repeats(support: Support) -> None:
    made = set()
    for _ in range(5):
        made.add(support.customer().asks_for_human())
    agent, seen, cursor = support.agent("a-xu"), [], ""
    while True:
        page = support.get(f"/api/desk/cases?view=waiting&limit=2{cursor}", agent.token).json()
        seen += [case["id"] for case in page["cases"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert made <= set(seen) and len(seen) == len(set(seen))
    for query in ("view=secret", "cursor=%00", "cursor=e30", "limit=0", "limit=9999", f"cursor={'x' * 500}"):
        assert support.get(f"/api/desk/cases?{query}", agent.token).status_code in (400, 422)


def test_presence(support: Support) -> None:
    agent = support.agent("a-chen")
    assert support.post("/api/desk/presence", {"status": "away"}, agent.token).json()["agent"]["presence"] == "away"
    for status in ("busy", None, 5, ["online"]):
        answer = support.post("/api/desk/presence", {"status": status}, agent.token)
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "bad_presence"


def test_that_an_agent_is_online_while_a_socket_is_and_away_stays_away(support: Support) -> None:
    agent = support.agent("a-zhou")

    def presence() -> str:
        return str(support.get("/api/desk/me", agent.token).json()["agent"]["presence"])

    first, second = agent.connect(), agent.connect()
    eventually(lambda: presence() == "online", "online")
    first.close()
    assert presence() == "online"
    second.close()
    eventually(lambda: presence() == "offline", "offline")
    support.post("/api/desk/presence", {"status": "away"}, agent.token)
    third = agent.connect()
    assert presence() == "away"
    third.close()
    assert presence() == "away"
