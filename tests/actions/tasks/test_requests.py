"""Renewal, opening a port, bandwidth and maintenance events: playbooks and texts, nothing else."""

from typing import Any

import pytest
from stage import Chat, World, healthy

from actions.tasks import ports
from actions.tasks.conditions import parse

WEB, DB = "i-NNkaK46e", "i-YufwpQAe"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
OLD, NEW = "2026-12-01T00:00:00Z", "2027-03-01T00:00:00Z"
PREPAID: dict[str, Any] = {"instance__payment": "Prepaid", "instance__expire_at": OLD}
CLOSED: dict[str, Any] = {"security_group__allowed": False, "security_group__port": 8080, "security_group__rule_id": ""}
EVENT: dict[str, Any] = {
    "events__open": 1,
    "events__status": "Inquiring",
    "events__event_id": "ev-Qk31bTzW",
    "events__operations": ["Redeploy"],
    "events__issue": "RepairDIMMUE",
}
ASKS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "renewal": ({"zh": "续费 web-01", "en": "renew web-01"}, {"operation": "renew"}),
    "open_port": ({"zh": "给 web-01 放行 8080 端口", "en": "open port 8080 on web-01"}, {"port": "8080"}),
    "resize_bandwidth": ({"zh": "web-01 带宽调到 10M", "en": "set web-01 to 10 Mbps"}, {"bandwidth": "10"}),
    "maintenance_event": ({"zh": "处理 web-01 的维护事件", "en": "see to the event on web-01"}, {}),
    "instance_power": ({"zh": "重启 web-01", "en": "restart web-01"}, {"operation": "restart"}),
}
CAUSES: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("renewal", "renewable", PREPAID, "instance.renew"),
    ("renewal", "renewable", {**PREPAID, "instance__status": "Expired", "instance__expired": True}, "instance.renew"),
    ("renewal", "pay_as_you_go", {}, None),
    ("renewal", "gone", {**PREPAID, "instance__status": "Recycled"}, None),
    ("open_port", "closed", CLOSED, "security_group.open_port"),
    ("open_port", "already_open", {"security_group__port": 8080}, None),
    ("open_port", "no_group", {**CLOSED, "security_group__group_id": ""}, None),
    ("resize_bandwidth", "changeable", {}, "eip.resize"),
    ("resize_bandwidth", "already_so", {"eip__bandwidth_mbps": 10}, None),
    ("resize_bandwidth", "no_public_ip", {"eip__bound": False, "eip__ip": None, "eip__bandwidth_mbps": None}, None),
    ("resize_bandwidth", "public_ip_paused", {"eip__paused": True, "eip__status": "paused"}, None),
    ("maintenance_event", "waiting", EVENT, "event.authorize"),
    ("maintenance_event", "none_open", {}, None),
    ("maintenance_event", "repair_running", {**EVENT, "events__status": "Executing"}, None),
    ("maintenance_event", "other_status", {**EVENT, "events__status": "Scheduled"}, None),
    ("instance_power", "restart_it", {}, "instance.reboot"),
]
DONE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "renewal": (PREPAID, {**PREPAID, "instance__expire_at": NEW}, {"months": "1"}),
    "open_port": (CLOSED, {"security_group__port": 8080}, {"port": "8080"}),
    "resize_bandwidth": ({}, {"eip__bandwidth_mbps": 10}, {"bandwidth": "10"}),
    "maintenance_event": (EVENT, {}, {"operation": "Redeploy"}),
}


def asked(skill: str, language: Any, changes: dict[str, Any], **world: Any) -> Chat:
    instances = {WEB: healthy(WEB, "web-01", **changes), DB: healthy(DB, "db-01")}
    chat = Chat(World(instances, **world), language)
    words, told = ASKS[skill]
    chat.say(words[language], skill, {"instance_name": "web-01", **told})
    return chat


@LANGUAGES
@pytest.mark.parametrize("changes", [CLOSED, {"security_group__port": 8080}])
def test_a_port_to_be_closed_is_never_opened(changes: dict[str, Any], language: Any) -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01", **changes)}), language)
    words = {"zh": "把 web-01 的 8080 端口关掉", "en": "close port 8080 on web-01"}[language]
    chat.say(words, "open_port", {"instance_name": "web-01", "port": "8080", "operation": "close"})
    task = chat.memory.task or chat.memory.finished
    assert task and task.finding == "to_be_closed" and task.proposal is None, chat.transcript()
    assert chat.world.acts == [] and chat.turn.resolution is None
    assert {"zh": "没有做任何改动", "en": "changed nothing"}[language] in chat.transcript()


@LANGUAGES
@pytest.mark.parametrize("skill, finding, changes, operation", CAUSES)
def test_a_complete_request_asks_for_nothing_but_the_yes(
    skill: str, finding: str, changes: dict[str, Any], operation: str | None, language: str
) -> None:
    chat = asked(skill, language, changes)
    task = chat.memory.task or chat.memory.finished
    assert task and task.finding == finding, chat.transcript()
    assert (task.proposal.operation if task.proposal else None) == operation
    assert [m.kind for m in chat.turn.messages].count("confirmation") == (1 if operation else 0)
    assert chat.world.acts == [] and (operation is None or len(chat.buttons()) == 2)


@LANGUAGES
@pytest.mark.parametrize("skill", DONE)
def test_it_is_done_after_a_yes_and_told_when_it_shows(skill: str, language: str) -> None:
    before, after, params = DONE[skill]
    chat = asked(skill, language, before)
    chat.press(chat.buttons()[0])
    act = chat.world.acts[0]
    assert params.items() <= dict(act.params).items()
    said = chat.wake()
    assert chat.turn.resolution is None, said
    chat.world.instances[WEB] = healthy(WEB, "web-01", **after)
    chat.wake()
    assert chat.turn.resolution == "state_verified" and len(chat.world.acts) == 1, chat.transcript()


@LANGUAGES
@pytest.mark.parametrize("skill", DONE)
def test_nothing_is_offered_when_the_cloud_is_silent(skill: str, language: str) -> None:
    chat = asked(skill, language, DONE[skill][0], silent={"instance"})
    assert not (chat.memory.task and chat.memory.task.proposal) and chat.world.acts == []
    assert ("没有返回" if language == "zh" else "did not return") in "".join(m.text for m in chat.turn.messages)


@pytest.mark.parametrize("skill, check", [("open_port", "security_group"), ("maintenance_event", "events")])
def test_what_the_offer_rests_on_must_be_known(skill: str, check: str) -> None:
    chat = asked(skill, "zh", DONE[skill][0], silent={check})
    assert not (chat.memory.task and chat.memory.task.proposal) and chat.memory.finished


@LANGUAGES
def test_the_term_is_changed_at_the_offer(language: str) -> None:
    chat = asked("renewal", language, PREPAID)
    text = "三个月吧" if language == "zh" else "3 months please"
    intent, doubt = ("inform", {}) if language == "zh" else ("renewal", {"confidence": 0.95})
    said = chat.say(text, intent, {"duration": "7776000"}, **doubt)
    assert ("续费时长改为 3 个月" if language == "zh" else "Term: 3 months") in said and chat.world.acts == []
    chat.press(chat.buttons()[0])
    assert chat.world.acts[0].params["months"] == "3"


def test_the_term_said_at_once_is_the_one_offered() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01", **PREPAID)}))
    said = chat.say("续费 web-01 一年", "renewal", {"instance_name": "web-01", "duration": "31536000"})
    assert "12 个月" in said


@LANGUAGES
@pytest.mark.parametrize("skill", ["renewal", "maintenance_event"])
def test_naming_the_offered_act_after_a_yes_is_a_yes(skill: str, language: str) -> None:
    chat = asked(skill, language, DONE[skill][0])
    words = {"renewal": ("好的，续费吧", "ok, renew it"), "maintenance_event": ("同意授权", "ok, authorize it")}
    operation = {"renewal": "renew", "maintenance_event": "authorize"}[skill]
    doubts: dict[str, Any] = {"confidence": 0.7, "gate": "clarify", "candidates": ["affirm", skill]}
    chat.say(words[skill][language == "en"], "affirm", {"operation": operation}, **doubts)
    assert len(chat.world.acts) == 1


@pytest.mark.parametrize("doubts", [{"confidence": 0.7, "gate": "clarify"}, {"confidence": 0.97}])
def test_naming_another_act_is_no_yes(doubts: dict[str, Any]) -> None:
    for skill in ("renewal", "instance_power"):
        chat = asked(skill, "zh", PREPAID)
        chat.say("好，关机吧", "affirm", {"operation": "stop"}, **doubts)
        assert chat.world.acts == []


@LANGUAGES
@pytest.mark.parametrize(
    "skill, slot, bad, good", [("open_port", "port", "70000", "8080"), ("resize_bandwidth", "bandwidth", "2.5", "10")]
)
def test_a_missing_number_is_asked_for_and_checked(skill: str, slot: str, bad: str, good: str, language: str) -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01", **(CLOSED if skill == "open_port" else {}))}), language)
    chat.say("web-01", skill, {"instance_name": "web-01"})
    assert chat.memory.task and chat.memory.task.question and chat.memory.task.question.slot == slot
    said = chat.say(bad, "inform", {slot: bad})
    assert said.count(bad) == 1 and chat.memory.task and slot not in chat.memory.task.slots
    chat.say(good, "inform")
    assert chat.memory.task and chat.memory.task.proposal and chat.memory.task.slots[slot] == good


def test_another_bandwidth_at_the_offer_is_a_correction_and_no_yes() -> None:
    chat = asked("resize_bandwidth", "zh", {})
    said = chat.say("好，升到 20M 吧", "resize_bandwidth", {"operation": "resize", "bandwidth": "20"})
    assert chat.world.acts == [] and "20 Mbps" in said


def test_how_to_do_it_is_a_question() -> None:
    article = ports.Article("open-port", "放行端口", "https://support.example/a/open-port", "在安全组里加规则。", 0.8)
    chat = Chat(World({WEB: healthy(WEB, "web-01")}, articles=[article]))
    assert article.url in chat.say("怎么放行端口", "open_port", question=True) and chat.memory.idle


def test_a_refused_renewal_says_what_to_do() -> None:
    chat = asked("renewal", "zh", PREPAID, act_reply=ports.Refused("InsufficientBalance", "balance"))
    said = chat.press("确认执行")
    assert "充值" in said and "InsufficientBalance" not in said and chat.memory.watching == []


def test_the_event_that_was_announced_is_the_one_authorised() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01", **EVENT), DB: healthy(DB, "db-01")}))
    chat.event("proactive", kind="maintenance", resource_id=WEB)
    chat.say("处理这个维护事件", "maintenance_event")
    assert chat.memory.task and chat.memory.task.proposal and chat.memory.task.proposal.resource_id == "ev-Qk31bTzW"


@pytest.mark.parametrize(
    "facts, truth",
    [
        ({"eip.bandwidth_mbps": 10, "slot.bandwidth": "10"}, True),
        ({"eip.bandwidth_mbps": 10, "slot.bandwidth": "20"}, False),
        ({"eip.bandwidth_mbps": 10, "slot.bandwidth": "ten"}, None),
        ({"eip.bandwidth_mbps": 10}, None),
        ({"slot.bandwidth": "10"}, None),
    ],
)
def test_a_fact_beside_another_one_is_true_false_or_unknown(facts: dict[str, Any], truth: bool | None) -> None:
    condition = parse({"fact": "eip.bandwidth_mbps", "is": {"fact": "slot.bandwidth"}})
    assert condition.holds(facts) is truth
    assert condition.names() == {"eip.bandwidth_mbps", "slot.bandwidth"}


def test_a_renewal_whose_old_date_was_unknown_is_never_called_done() -> None:
    chat = asked("renewal", "zh", {"instance__payment": "Prepaid", "instance__expire_at": None})
    chat.press("确认执行")
    chat.world.instances[WEB] = healthy(WEB, "web-01", **{**PREPAID, "instance__expire_at": NEW})
    for _ in range(36):
        chat.wake()
    assert chat.turn.resolution is None and chat.turn.handoff and chat.turn.handoff["reason"] == "cloud_unreachable"
