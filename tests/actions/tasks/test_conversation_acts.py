"""Rows 21 to 29: the yes, the no, which machine, several things at once, who the customer is, coming back."""

from typing import Any

import pytest
from scenes import APP, DATA, DB, LANGUAGES, SSH, WEB, at_confirmation, four, two
from stage import NOW, Chat, World, healthy

from actions.tasks import ports

# ---- 21, 22: confirmation ----


@pytest.mark.parametrize(
    ("text", "intent", "more"),
    [
        ("好的，但是等一下", "affirm", {}),
        ("应该可以吧？", "affirm", {"question": True}),
        ("嗯那就这样吧大概", "affirm", {"confidence": 0.5, "gate": "clarify"}),
        ("是的", "deny", {}),
        ("yes but not now", "affirm", {}),
        ("重启会丢数据吗", "instance_power", {"question": True, "entities": {"operation": "restart"}}),
        ("先别", "deny", {}),
        ("好的，重启 db-01", "affirm", {"entities": {"instance_name": "db-01"}}),
        ("好的，重启 " + DB, "instance_power", {"entities": {"instance_id": DB, "operation": "restart"}}),
        ("好，广州那台", "affirm", {"entities": {"region": "gz"}}),
        ("好，第二台", "affirm", {"entities": {"mention": "ordinal:2"}}),
    ],
)
def test_row_21_only_a_clear_yes_acts(text: str, intent: str, more: dict[str, Any]) -> None:
    chat = at_confirmation()
    chat.world.articles = [DATA]
    chat.say(text, intent, more.pop("entities", None), **more)
    assert chat.world.acts == [], chat.transcript()


def test_row_21_a_yes_is_used_once_and_an_old_button_does_nothing() -> None:
    chat = at_confirmation()
    first = next(b.payload for m in chat.turn.messages for b in m.buttons)
    chat.say("取消", "cancel")
    chat.say("db-01 关机", "instance_power", {"instance_name": "db-01", "operation": "stop"})
    assert "已经失效" in chat.press(first) and chat.world.acts == []
    second = next(b.payload for m in chat.turn.messages for b in m.buttons)
    chat.press(second)
    chat.press(second)
    chat.say("是的", "affirm")
    assert [act.operation for act in chat.world.acts] == ["instance.stop"]


def test_row_21_a_yes_to_something_else_said_last_is_no_yes_to_the_offer() -> None:
    chat = at_confirmation()
    assert "还在吗" in chat.event("silence")
    said = chat.say("在的", "affirm")
    assert chat.world.acts == [] and "确认要" in said
    chat.say("好的", "affirm")
    assert len(chat.world.acts) == 1


def test_row_21_naming_the_instance_again_is_no_yes() -> None:
    chat = at_confirmation()
    said = chat.say("web-01", "inform", {"instance_name": "web-01"})
    assert chat.world.acts == [] and "明确同意" in said and chat.memory.question is None


def test_row_22_a_slip_asks_what_to_change() -> None:
    chat = at_confirmation()
    assert "换一台" in chat.say("我点错了", "correct") and chat.world.acts == []


def test_do_not_restart_it_starts_nothing() -> None:
    chat = two()
    entities = {"operation": "restart", "instance_name": "web-01"}
    said = chat.say("不要重启 web-01", "instance_power", entities, negated=["restart"])
    assert "不会动" in said and chat.memory.idle


def test_not_this_act_but_that_one_offers_that_one() -> None:
    chat = two()
    entities = {"operation": "stop", "instance_name": "web-01"}
    said = chat.say("别重启 web-01，我要的是关机", "instance_power", entities, negated=["restart"])
    task = chat.memory.task
    assert "不会动" not in said and task is not None and task.proposal is not None and chat.world.acts == []
    assert task.proposal.operation == "instance.stop"


def test_row_32_gibberish_changes_no_language() -> None:
    chat = two()
    chat.say("asdfgh", "out_of_scope", gate="reject", confidence=0.5, language="en")
    assert chat.memory.language == "zh"


def test_row_21_naming_the_very_act_is_a_yes() -> None:
    chat = at_confirmation()
    chat.say("重启吧", "instance_power", {"operation": "restart"})
    assert [act.operation for act in chat.world.acts] == ["instance.reboot"]


def test_row_21_an_old_offer_is_looked_at_again_first() -> None:
    chat = at_confirmation()
    chat.now = NOW.replace(hour=6)
    said = chat.say("是的", "affirm")
    assert chat.world.acts == [] and "重新看一下" in said and "确认要" in said
    chat.say("是的", "affirm")
    assert len(chat.world.acts) == 1


@LANGUAGES
def test_row_22_no_with_a_value_is_a_correction(language: str) -> None:
    chat = at_confirmation(language)
    said = chat.say("不是这台，是 db-01", "deny", {"instance_name": "db-01"})
    assert "db-01" in said and chat.world.acts == []
    assert (chat.memory.finished or chat.memory.task).slots["instance_id"] == DB  # type: ignore[union-attr]


@LANGUAGES
def test_row_22_a_bare_no_asks_what_to_change(language: str) -> None:
    chat = at_confirmation(language)
    said = chat.say("不" if language == "zh" else "no", "deny")
    assert ("换一台" in said) or ("another instance" in said)
    assert chat.memory.task
    chat.say("不用了" if language == "zh" else "no, leave it", "deny")
    assert chat.memory.idle and chat.world.acts == []


# ---- 23, 24: which resource ----


@LANGUAGES
def test_row_23_it_means_what_was_just_talked_about(language: str) -> None:
    chat = two(language)
    chat.say("web-01 的信息", "instance_info", {"instance_name": "web-01"})
    said = chat.say(
        "重启它" if language == "zh" else "restart it", "instance_power", {"operation": "restart", "mention": "focus"}
    )
    assert "web-01" in said and chat.memory.task and chat.memory.task.proposal


def test_row_23_its_address() -> None:
    chat = two()
    chat.say("web-01 的信息", "instance_info", {"instance_name": "web-01"})
    assert "内网 IP 是 192.168.0.9" in chat.say("它的IP", "instance_info", {"mention": "focus"})


def test_row_23_its_bandwidth() -> None:
    chat = two()
    chat.say("web-01 的信息", "instance_info", {"instance_name": "web-01"})
    assert "5 Mbps" in chat.say("带宽呢", "instance_info", {"field": "bandwidth"}, question=True)


@LANGUAGES
def test_row_24_none_says_so(language: str) -> None:
    said = Chat(World(), language).say("有台机器宕机了", "instance_down")
    assert ("没有云服务器实例" in said) or ("no server instance" in said)


@LANGUAGES
def test_row_24_the_only_one_is_assumed_aloud(language: str) -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01")}), language)
    said = chat.say("我的机器宕机了", "instance_down")
    assert "web-01" in said and (("只有" in said) or ("only one" in said))
    assert chat.memory.finished and chat.memory.finished.slots["instance_id"] == WEB


@LANGUAGES
def test_row_24_the_only_unhealthy_one_is_asked_about(language: str) -> None:
    chat = four(language)
    chat.world.unhealthy = {APP}
    said = chat.say("有台机器宕机了", "instance_down")
    assert "app-01" in said and "web-01" not in said
    chat.say("对" if language == "zh" else "yes", "affirm")
    assert chat.memory.finished and chat.memory.finished.slots["instance_id"] == APP


def test_row_24_yes_this_one_is_a_yes() -> None:
    chat = four()
    chat.world.unhealthy = {APP}
    chat.say("有台机器宕机了", "instance_down")
    chat.say("对，就是这台", "affirm", {"mention": "focus"})
    assert chat.memory.finished and chat.memory.finished.slots["instance_id"] == APP


def test_row_24_two_unhealthy_ones_are_shown_first() -> None:
    chat = four()
    chat.world.unhealthy = {APP, DB}
    said = chat.say("有台机器宕机了", "instance_down")
    assert "2 台状态不正常" in said and "app-01" in said and "web-01" not in said


def test_row_24_no_not_that_one_lists_the_others() -> None:
    chat = two()
    chat.world.unhealthy = {DB}
    chat.say("有台机器宕机了", "instance_down")
    said = chat.say("不是", "deny")
    assert "web-01" in said, chat.transcript()


@LANGUAGES
@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("北京那台", {"region": "bj"}),
        ("第一台", {"mention": "ordinal:1"}),
        ("the first one", {}),
        ("web-01", {}),
        ("180.76.1.9", {"ip_address": "180.76.1.9"}),
        (WEB, {"instance_id": WEB}),
        (WEB, {}),
    ],
)
def test_row_24_names_ips_ordinals_and_regions_all_work(text: str, entities: dict[str, str], language: str) -> None:
    chat = two(language, instance__public_ip="180.76.1.9")
    chat.world.instances[DB]["instance.public_ip"] = "180.76.1.10"
    chat.say("有台机器宕机了" if language == "zh" else "a machine is down", "instance_down")
    chat.say(text, "inform", entities)
    assert chat.memory.task and chat.memory.task.slots["instance_id"] == WEB, chat.transcript()


def test_row_24_after_an_answer_another_one_repeats_it() -> None:
    chat = two()
    chat.say("有台机器宕机了", "instance_down")
    chat.say("第二台", "inform", {"mention": "ordinal:2"})
    said = chat.say("不，第一台", "correct", {"mention": "ordinal:1"}, gate="clarify", confidence=0.6)
    assert "web-01" in said and chat.memory.task and chat.memory.task.proposal


def test_row_23_an_act_spelled_out_is_offered_whatever_it_was_taken_for() -> None:
    chat = two()
    chat.say("web-01 的信息", "instance_info", {"instance_name": "web-01"})
    said = chat.say("把它关了", "goodbye", {"mention": "focus", "operation": "stop"}, gate="clarify", confidence=0.6)
    assert "确认要关闭 web-01" in said and chat.world.acts == []


def test_row_22_the_same_one_after_all_is_offered_again_and_not_done() -> None:
    chat = at_confirmation()
    chat.say("不", "deny")
    said = chat.say("就 web-01 吧", "inform", {"instance_name": "web-01"}, gate="clarify", confidence=0.7)
    assert "确认要" in said and chat.world.acts == []


def test_row_2_another_machine_while_the_operation_is_asked() -> None:
    chat = two()
    chat.say("操作一下 web-01", "instance_power", {"instance_name": "web-01"})
    chat.say("换台机器，db-01", "correct", {"instance_name": "db-01"}, gate="clarify", confidence=0.7)
    said = chat.say("关机", "inform", {"operation": "stop"})
    assert "确认要关闭 db-01" in said


def test_how_long_it_takes_is_answered_while_it_is_watched() -> None:
    chat = at_confirmation()
    chat.press("确认执行")
    assert "1–2 分钟" in chat.say("要多久", "how_to", question=True, gate="clarify", confidence=0.5)


def test_row_24_a_detail_of_one_in_the_list() -> None:
    chat = four()
    chat.say("我有哪些机器", "list_resources")
    assert "db-01" in chat.say("第二台的带宽", "inform", {"mention": "ordinal:2", "field": "bandwidth"})


def test_row_24_many_asks_for_a_filter_and_two_filters_add_up() -> None:
    chat = four()
    said = chat.say("有台机器宕机了", "instance_down")
    assert "4 台" in said and "ID" in said
    said = chat.say("北京的", "inform", {"region": "bj"})
    assert "web-01" in said and "app-01" in said and "db-01" not in said
    chat.say("app-01", "inform")
    assert chat.memory.finished and chat.memory.finished.slots["instance_id"] == APP


# ---- 25, 26, 27: several things at once ----


@LANGUAGES
def test_row_25_everything_said_at_once_is_taken(language: str) -> None:
    chat = four(language)
    chat.say(
        "北京的 web-01 ping 不通，十分钟前开始",
        "instance_down",
        {"region": "bj", "instance_name": "web-01", "time": "2026-11-22T03:50:00Z"},
    )
    task = chat.memory.finished
    assert task and task.slots["instance_id"] == WEB and task.slots["since"] == "2026-11-22T03:50:00Z"


@LANGUAGES
def test_row_26_two_requests_are_both_done_one_after_the_other(language: str) -> None:
    chat = two(language)
    chat.say(
        "列一下实例，再把 db-01 关机",
        "list_resources",
        {"instance_name": "db-01", "operation": "stop"},
        clauses=[
            ("列一下实例", "list_resources", {}),
            ("再把 db-01 关机", "instance_power", {"instance_name": "db-01", "operation": "stop"}),
        ],
    )
    assert "web-01" in chat.lines[1] and chat.memory.task and chat.memory.task.proposal
    assert chat.memory.task.proposal.operation == "instance.stop"


@LANGUAGES
def test_row_27_an_answer_and_a_question_at_once(language: str) -> None:
    chat = two(language)
    chat.world.articles = [DATA]
    chat.say("有台机器宕机了", "instance_down")
    said = chat.say(f"{WEB}，重启会丢数据吗?", "how_to", {"instance_id": WEB}, question=True)
    assert DATA.url in said and chat.memory.task and chat.memory.task.proposal


@LANGUAGES
def test_row_27_a_question_about_the_offered_act_is_answered_from_the_offer(language: str) -> None:
    chat = at_confirmation(language)
    text = "重启会丢数据吗？" if language == "zh" else "will a restart lose my data?"
    said = chat.say(text, "instance_power", {"operation": "restart"}, question=True)
    assert ("磁盘数据保留" in said) or ("disks are kept" in said)
    assert chat.world.acts == [] and chat.memory.task and chat.memory.task.proposal
    assert not [r for r in chat.world.requests if isinstance(r, ports.SearchKnowledge)]


def test_row_27_as_two_clauses() -> None:
    chat = two()
    chat.world.articles = [DATA]
    chat.say("有台机器宕机了", "instance_down")
    said = chat.say(
        f"{WEB}，重启会丢数据吗?",
        "how_to",
        {"instance_id": WEB},
        question=True,
        clauses=[(WEB, "inform", {"instance_id": WEB}), ("重启会丢数据吗?", "how_to", {})],
    )
    assert DATA.url in said and chat.memory.task and chat.memory.task.proposal


# ---- 28, 29: identity and resume ----


def test_row_28_an_anonymous_customer_gets_general_help_only() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01")}, articles=[SSH]), customer=None)
    assert SSH.url in chat.say("怎么 SSH 登录", "how_to", question=True)
    assert "登录" in chat.say("重启 web-01", "instance_power", {"operation": "restart"})
    assert not [r for r in chat.world.requests if isinstance(r, ports.ListResources | ports.RunChecks | ports.Act)]


@LANGUAGES
def test_row_29_coming_back_later_offers_the_unfinished_task(language: str) -> None:
    chat = at_confirmation(language)
    chat.event("opened")
    chat.now = NOW.replace(hour=9)
    said = chat.event("opened")
    assert "web-01" in said and (("要继续" in said) or ("go on" in said))
    said = chat.say("要" if language == "zh" else "yes", "affirm")
    assert chat.world.acts == [] and ("确认要" in said or "Shall I" in said)


def test_row_29_a_yes_to_resume_is_no_yes_to_the_act() -> None:
    chat = at_confirmation()
    chat.now = NOW.replace(hour=9)
    chat.event("opened")
    chat.say("好的", "affirm")
    assert chat.world.acts == []


@LANGUAGES
def test_row_22_a_doubtful_leave_it_in_plain_words_leaves_it(language: Any) -> None:
    chat = at_confirmation(language)
    chat.say("不" if language == "zh" else "no", "deny")
    words = "不要了" if language == "zh" else "never mind"
    chat.say(words, "cancel", confidence=0.46, gate="clarify", candidates=("cancel", "deny"))
    assert chat.memory.task is None
    assert not chat.world.acts
