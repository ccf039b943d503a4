"""An instance is down: the cause is found from evidence, the remedy needs a yes, the result is watched."""

from typing import Any

import pytest
from stage import ANNA, Chat, World, engine, healthy

from actions.tasks import ports
from contracts.schema import check

WEB, DB = "i-NNkaK46e", "i-YufwpQAe"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
EVENT = {
    "events__open": 1,
    "events__event_id": "ev-Qk31bTzW",
    "events__status": "Inquiring",
    "events__operations": ["Redeploy"],
    "events__issue": "RepairDIMMUE",
}
CAUSES: dict[str, tuple[dict[str, Any], str | None]] = {
    "guest_hang": ({"metrics__gap_minutes": 12}, "instance.reboot"),
    "host_failure": ({**EVENT, "metrics__gap_minutes": 20}, "event.authorize"),
    "out_of_memory": ({"metrics__memory_percent": 99.1}, "instance.reboot"),
    "stopped_by_user": ({"instance__status": "Stopped", "metrics__gap_minutes": 60}, "instance.start"),
    "stopped_for_arrears": (
        {"instance__status": "Stopped", "billing__in_arrears": True, "billing__balance": -35.2},
        None,
    ),
    "expired": (
        {
            "instance__status": "Expired",
            "instance__payment": "Prepaid",
            "instance__expired": True,
            "instance__expire_at": "2026-11-20T00:00:00Z",
        },
        "instance.renew",
    ),
}


def chat_about(language: Any = "zh", **changes: Any) -> Chat:
    world = World({WEB: healthy(WEB, "web-01", **changes), DB: healthy(DB, "db-01", instance__region="gz")})
    return Chat(world, language)


def report(chat: Chat) -> str:
    """The customer reports the outage of web-01."""
    words = "web-01 宕机了" if chat.language == "zh" else "web-01 is down"
    return chat.say(words, "instance_down", {"instance_name": "web-01"})


def cured(world: World, act: ports.Act) -> None:
    world.instances[WEB] = healthy(WEB, "web-01", instance__expire_at="2026-12-22T00:00:00Z")


@LANGUAGES
@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_is_found_and_its_remedy_offered_with_impact(cause: str, language: str) -> None:
    changes, operation = CAUSES[cause]
    chat = chat_about(language, **changes)
    said = report(chat)
    task = chat.memory.task or chat.memory.finished
    assert task is not None and task.finding == cause, chat.transcript()
    assert "web-01" in said
    if operation is None:
        assert task.proposal is None
    else:
        assert task.proposal is not None and task.proposal.operation == operation
        assert ("影响：" if language == "zh" else "Impact:") in said
        assert len(chat.buttons()) == 2
    assert chat.world.acts == []


@LANGUAGES
@pytest.mark.parametrize("cause", [cause for cause, (_, operation) in CAUSES.items() if operation])
def test_a_yes_acts_once_and_the_result_is_verified(cause: str, language: str) -> None:
    changes, operation = CAUSES[cause]
    chat = chat_about(language, **changes)
    chat.world.on_act = cured
    report(chat)
    chat.say("是的" if language == "zh" else "yes", "affirm")
    assert [act.operation for act in chat.world.acts] == [operation]
    assert chat.world.acts[0].confirmed_by == "m-2"
    assert chat.turn.wakeups and chat.turn.task == {
        "skill": "instance_down",
        "step": f"watch:{chat.memory.watching[0].watch.remedy}",
    }
    said = chat.wake()
    assert chat.turn.resolution == "state_verified", chat.transcript()
    assert ("还有别的" if language == "zh" else "anything else") in said
    assert len(chat.world.acts) == 1


def test_host_failure_authorises_the_event_and_never_reboots() -> None:
    chat = chat_about(**CAUSES["host_failure"][0])
    report(chat)
    chat.say("重启吧", "instance_power", {"operation": "restart"})
    assert chat.world.acts == [], chat.transcript()
    chat.press("确认执行")
    act = chat.world.acts[0]
    assert (act.operation, act.kind, act.resource_id) == ("event.authorize", "event", "ev-Qk31bTzW")
    assert act.params["operation"] == "Redeploy" and act.params["instance_id"] == WEB


@LANGUAGES
def test_nothing_found_and_cannot_tell_are_different_answers(language: str) -> None:
    fine, silent = chat_about(language), chat_about(language)
    silent.world.silent = {"metrics", "events"}
    healthy_answer, unknown_answer = report(fine), report(silent)
    assert ("没有发现异常" if language == "zh" else "found nothing wrong") in healthy_answer
    assert ("没有返回" if language == "zh" else "did not return") in unknown_answer
    assert ("没有发现" if language == "zh" else "nothing wrong") not in unknown_answer


def test_the_whole_cloud_silent_is_not_no_instances() -> None:
    chat = chat_about()
    chat.world.down = True
    said = report(chat)
    assert "没有回应" in said and "没有云服务器实例" not in said
    chat.world.down = False
    assert "没有发现异常" in chat.press("再查一次")


def test_an_open_event_that_cannot_be_read_withholds_the_reboot() -> None:
    chat = chat_about(metrics__gap_minutes=30)
    chat.world.silent = {"events"}
    report(chat)
    assert chat.memory.task is None and chat.world.acts == []


def test_a_remedy_without_effect_goes_to_a_person_with_the_packet() -> None:
    chat = chat_about(metrics__gap_minutes=12)
    report(chat)
    chat.press("确认执行")
    for _ in range(40):
        said = chat.wake()
        if chat.turn.handoff:
            break
    packet = dict(chat.turn.handoff or {})
    check("handoff", packet)
    assert packet["reason"] == "failed_remedy" and packet["severity"] == "sev2"
    assert packet["resources"] == [{"kind": "instance", "id": WEB, "name": "web-01"}]
    assert any(call["operation"] == "instance.reboot" for call in packet["api_calls"])
    assert "陈工" in said and "5 分钟" in said
    assert chat.turn.cancel_wakeups and not chat.turn.wakeups


def test_an_act_the_cloud_never_answered_is_watched_and_not_sent_again() -> None:
    chat = chat_about(metrics__gap_minutes=12)
    chat.world.act_reply = ports.Unknown("timeout")
    report(chat)
    said = chat.press("确认执行")
    assert "不会重复提交" in said
    chat.world.instances[WEB] = healthy(WEB, "web-01")
    chat.wake()
    assert chat.turn.resolution == "state_verified" and len(chat.world.acts) == 1


def test_state_that_stays_unreadable_after_an_act_is_said_so() -> None:
    chat = chat_about(instance__status="Stopped")
    report(chat)
    chat.press("确认执行")
    chat.world.down = True
    while not chat.turn.handoff:
        said = chat.wake()
    assert "没法确认" in said and dict(chat.turn.handoff)["reason"] == "cloud_unreachable"


def test_a_refusal_says_why_and_offers_a_person() -> None:
    chat = chat_about(instance__status="Stopped")
    chat.world.act_reply = ports.Refused("AccessDenied", "permission", "req-9")
    report(chat)
    said = chat.press("确认执行")
    assert "权限" in said and "工程师" in said
    said = chat.say("好的", "affirm")
    assert dict(chat.turn.handoff or {})["reason"] == "failed_remedy"


def test_are_we_there_yet_is_answered_during_the_wait() -> None:
    chat = chat_about(instance__status="Stopped")
    report(chat)
    chat.press("确认执行")
    assert "还在等" in chat.say("好了吗", "check_again")
    doubtful = {"gate": "clarify", "confidence": 0.4, "candidates": ["affirm", "check_again"], "question": True}
    assert "还在等" in chat.say("它好了没", "affirm", {"mention": "focus"}, **doubtful)
    chat.world.instances[WEB] = healthy(WEB, "web-01")
    chat.say("现在呢", "check_again")
    assert chat.turn.resolution == "state_verified"


def test_is_it_back_is_a_question_even_when_it_sounds_like_a_statement() -> None:
    chat = chat_about(instance__status="Stopped")
    report(chat)
    chat.press("确认执行")
    assert "还在等" in chat.say("现在怎么样了", "resolved", question=True)
    assert chat.turn.resolution is None


def test_failed_repair_is_handed_over_at_once_as_sev1() -> None:
    chat = chat_about(**{**EVENT, "events__status": "Abnormal"})
    report(chat)
    packet = dict(chat.turn.handoff or {})
    assert packet["severity"] == "sev1" and packet["reason"] == "severity"
    assert packet["events"] == [{"event_id": "ev-Qk31bTzW", "status": "Abnormal"}]


def test_the_playbook_knows_six_causes_and_more() -> None:
    found = {finding.id for finding in engine().kit.books["instance_down"].findings}
    assert found >= set(CAUSES)


def test_an_instance_that_vanished_is_not_admitted_to_exist() -> None:
    chat = chat_about()
    said = chat.say("i-AAAA0000 挂了", "instance_down", {"instance_id": "i-AAAA0000"})
    assert "没有找到" in said and "别人" not in said and "其他账号" not in said


def test_an_anonymous_customer_is_asked_to_sign_in() -> None:
    chat = chat_about()
    chat.customer = None
    assert "登录" in report(chat)
    assert not [r for r in chat.world.requests if isinstance(r, ports.ListResources)]
    assert ANNA.verified
