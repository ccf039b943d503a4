"""First-response targets and the ladder, with a clock that the test moves."""

from datetime import datetime, timedelta, timezone

from fake_assistant import FakeAssistant
from hypothesis import given
from hypothesis import strategies as st
from support_harness import ROOT, DeskAgent, Support, eventually

from support.desk.targets import Hours, Targets

TARGETS = Targets(ROOT / "data" / "desk" / "sla.yml")
PROMISES = {
    "key": {"sev1": 120, "sev2": 120, "sev3": 120, "sev4": 120},
    "business": {"sev1": 300, "sev2": 300, "sev3": 600, "sev4": 600},
    "basic": {"sev1": 600, "sev2": 600, "sev3": 1800, "sev4": 3600},
}
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(timezone.utc))


def test_that_the_targets_are_those_that_were_promised() -> None:
    for plan, severities in PROMISES.items():
        for severity, seconds in severities.items():
            target = TARGETS.of(plan, severity)
            always = plan == "key" or severity == "sev1" or (plan, severity) == ("business", "sev2")
            assert target.seconds == seconds and (target.hours is None) == always
    assert [rung.after_seconds for rung in TARGETS.of("key", "sev3").ladder] == [0, 30, 60, 90, 120]
    assert TARGETS.of("no such plan", "sev4") == TARGETS.of("basic", "sev4")


@given(MOMENTS, st.floats(0, 7 * 24 * 3600))
def test_that_a_round_the_clock_target_is_plain_addition(start: datetime, seconds: float) -> None:
    assert TARGETS.due(start, seconds, None) == start + timedelta(seconds=seconds)


@given(MOMENTS, st.floats(1, 3 * 24 * 3600), st.floats(1, 3600))
def test_that_deadlines_lie_in_open_hours_and_grow_with_the_target(
    start: datetime, seconds: float, more: float
) -> None:
    hours = TARGETS.of("basic", "sev4").hours
    assert hours is not None
    due = TARGETS.due(start, seconds, hours)
    local = due.astimezone(TARGETS.zone)
    assert due >= start + timedelta(seconds=seconds) - timedelta(milliseconds=1)
    assert hours.opens <= local.time() <= hours.closes
    assert TARGETS.due(start, seconds + more, hours) > due
    assert TARGETS.due(due, more, hours) - TARGETS.due(start, seconds + more, hours) < timedelta(milliseconds=1)


def test_that_a_request_at_night_counts_from_the_morning() -> None:
    hours = TARGETS.of("business", "sev3").hours
    night = datetime(2026, 11, 22, 15, 30, tzinfo=timezone.utc)  # 23:30 in Beijing
    assert TARGETS.due(night, 600, hours) == datetime(2026, 11, 23, 0, 10, tzinfo=timezone.utc)
    assert not TARGETS.is_open(night, hours) and TARGETS.is_open(night, None)
    assert isinstance(hours, Hours)


def _rung(agent: DeskAgent, case_id: str) -> list[tuple[int, list[str]]]:
    audit = agent.read(case_id).json()["audit"]
    return [
        (entry["data"]["level"], [person["id"] for person in entry["data"]["people"]])
        for entry in audit
        if entry["event"] == "rung"
    ]


def test_that_a_key_account_climbs_the_ladder_and_a_breach_is_given_to_anyone_free(
    own: Support, assistant: FakeAssistant
) -> None:
    manager = own.agent("a-he")
    for agent_id in ("a-lin", "a-wang"):
        own.post("/api/desk/presence", {"status": "offline"}, own.agent(agent_id).token)
    own.post("/api/desk/presence", {"status": "online"}, own.agent("a-grace").token)
    wang = own.agent("a-wang").connect()
    own.post("/api/desk/presence", {"status": "away"}, own.agent("a-wang").token)
    customer = own.customer("key")
    case_id = customer.asks_for_human()
    expected: list[tuple[int, list[str]]] = [(0, ["a-wang"])]
    eventually(lambda: _rung(manager, case_id) == expected, "the primary TAM rings")
    assert wang.hears("ring", lambda one: one["case_id"] == case_id)["people"] == [{"id": "a-wang", "name": "王磊"}]
    assert own.agent("a-oliver").read(case_id).status_code == 404
    steps: list[tuple[int, set[str]]] = [
        (1, {"a-zhao"}),
        (2, {"a-wang", "a-zhao", "a-oliver", "a-lin", "a-grace", "a-zhou"}),
        (3, {"a-he"}),
    ]
    for level, people in steps:
        own.advance(30)
        eventually(lambda level=level: len(_rung(manager, case_id)) == level + 1, f"level {level}")
        assert set(_rung(manager, case_id)[level][1]) == people
    assert own.agent("a-oliver").read(case_id).status_code == 200
    assert {"Wang Lei", "Zhao Min"} <= set(customer.state()["case"]["people"])
    own.advance(30)
    eventually(lambda: customer.owner() == "agent", "a free agent")
    detail = manager.read(case_id).json()
    assert detail["case"]["breached"] and detail["case"]["assignee"]["id"] == "a-grace"
    assert [entry["event"] for entry in detail["audit"]][-3:] == ["rung", "breached", "assigned"]
    assert detail["case"]["first_response_at"] is None
    wang.close()


def test_that_only_a_human_message_stops_the_clock(own: Support) -> None:
    manager, agent = own.agent("a-he"), own.agent("a-wang")
    customer = own.customer("key")
    case_id = customer.asks_for_human()
    eventually(lambda: len(_rung(manager, case_id)) == 1, "level 0")
    assert agent.does(case_id, "claim").status_code == 200
    agent.does(case_id, "notes", text="looking")
    own.advance(31)
    eventually(lambda: len(_rung(manager, case_id)) == 2, "the ladder goes on after a claim")
    assert manager.read(case_id).json()["case"]["first_response_at"] is None
    agent.writes(case_id, "I am here")
    case = manager.read(case_id).json()["case"]
    assert case["first_response_at"] is not None and case["breached"] is False
    own.advance(300)
    other = own.customer("key").asks_for_human()
    eventually(lambda: len(_rung(manager, other)) == 1, "the clock has ticked")
    assert len(_rung(manager, case_id)) == 2 and manager.read(case_id).json()["case"]["breached"] is False


def test_that_rungs_missed_during_a_restart_are_fired_late_and_once(own: Support) -> None:
    manager = own.agent("a-he")
    customer = own.customer("key")
    case_id = customer.asks_for_human()
    eventually(lambda: len(_rung(manager, case_id)) == 1, "level 0")
    own.kill()
    own.advance(61)
    own.start()
    eventually(lambda: [level for level, _ in _rung(manager, case_id)] == [0, 1, 2], "levels 1 and 2, late")
    own.kill()
    own.start()
    other = own.customer("key").asks_for_human()
    eventually(lambda: len(_rung(manager, other)) == 1, "the clock has ticked")
    assert [level for level, _ in _rung(manager, case_id)] == [0, 1, 2]


def test_that_an_answer_after_the_target_is_a_breach_even_when_no_tick_saw_it(own: Support) -> None:
    customer = own.customer("business")
    case_id = customer.asks_for_human()
    agent = own.agent("a-lin")
    agent.does(case_id, "claim")
    own.advance(26 * 3600)
    agent.writes(case_id, "sorry")
    assert agent.read(case_id).json()["case"]["breached"] is True


def test_that_a_case_number_is_the_days_and_counts_up(own: Support) -> None:
    first, second = own.customer().asks_for_human(), own.customer("business").asks_for_human()
    assert first.split("-")[1] == own.clock.now().strftime("%Y%m%d")
    assert int(second.split("-")[2]) == int(first.split("-")[2]) + 1


def test_that_a_key_accounts_case_moved_to_product_experts_rings_them_at_once(own: Support) -> None:
    customer = own.customer("key")
    case_id = customer.asks_for_human()
    wang, manager = own.agent("a-wang"), own.agent("a-he")
    eventually(lambda: len(_rung(manager, case_id)) == 1, "the first rung")
    wang.does(case_id, "claim")
    wang.writes(case_id, "one moment")
    assert wang.does(case_id, "escalate", tier="tier2", reason="kernel").status_code == 200
    eventually(lambda: len(_rung(manager, case_id)) == 2, "the new ladder")
    assert _rung(manager, case_id)[1] == (0, ["a-wang", "a-zhou"])
    assert own.agent("a-zhou").does(case_id, "claim").status_code == 200
