"""Rows 1 to 20 of the conversation: correcting, cancelling, digressing, asking why, being unclear."""

from dataclasses import replace

import pytest
from scenes import DATA, DB, LANGUAGES, SSH, WEB, at_confirmation, two
from stage import Chat, World, healthy

from actions.tasks import ports
from actions.tasks.ports import Article

# ---- 1, 2: corrections ----


@LANGUAGES
def test_row_1_a_correction_is_said_back_and_the_task_goes_on_from_there(language: str) -> None:
    chat = at_confirmation(language)
    said = chat.say("不对，是 " + DB, "correct", {"instance_id": DB})
    assert "db-01" in said.splitlines()[0]
    assert chat.world.acts == [] and not (chat.memory.task and chat.memory.task.proposal)
    checks = [r for r in chat.world.requests if isinstance(r, ports.RunChecks)]
    assert checks[-1].params["instance_id"] == DB


def test_row_1_an_invalid_correction_leaves_the_old_value_standing() -> None:
    chat = at_confirmation()
    said = chat.say("不对，是 i-AAAA0000", "correct", {"instance_id": "i-AAAA0000"})
    assert "没有找到" in said and "仍按 web-01" in said and "确认要" in said
    chat.say("是的", "affirm")
    assert [act.resource_id for act in chat.world.acts] == [WEB]


def test_row_1_twice_in_a_row() -> None:
    chat = at_confirmation()
    chat.say("不对，是 db-01", "correct", {"instance_name": "db-01"})
    said = chat.say("还是 web-01", "correct", {"instance_name": "web-01"})
    assert "web-01" in said and chat.memory.task and chat.memory.task.proposal


def test_row_1_the_operation_can_be_corrected_too() -> None:
    chat = two()
    chat.say("把 web-01 重启", "instance_power", {"instance_name": "web-01", "operation": "restart"})
    said = chat.say("不对，是关机", "correct", {"operation": "stop"})
    assert "关机" in said and chat.memory.task and chat.memory.task.proposal
    assert chat.memory.task.proposal.operation == "instance.stop"


def test_row_2_change_by_field_name_asks_for_that_field_again() -> None:
    chat = at_confirmation()
    said = chat.say("换个实例", "correct", {"field": "instance"})
    assert "哪台" in said and chat.world.acts == []


# ---- 3: cancel ----


@LANGUAGES
@pytest.mark.parametrize("where", ["asked", "confirm"])
def test_row_3_cancel_forgets_this_task_only_and_can_be_undone(where: str, language: str) -> None:
    chat = at_confirmation(language) if where == "confirm" else two(language)
    if where == "asked":
        chat.say("有台机器宕机了" if language == "zh" else "a machine is down", "instance_down")
    chat.say("算了" if language == "zh" else "forget it", "cancel")
    assert chat.memory.idle and chat.world.acts == []
    chat.say("还是继续吧" if language == "zh" else "let us continue", "resume")
    assert chat.memory.task and chat.memory.task.skill == "instance_down"


def test_row_3_cancel_with_nothing_open_says_so() -> None:
    assert "没有在进行" in two().say("取消", "cancel")


def test_row_3_an_act_already_sent_is_not_pretended_to_be_cancelled() -> None:
    chat = at_confirmation()
    chat.press("确认执行")
    assert "撤不回来" in chat.say("取消", "cancel")


# ---- 4, 8: digressions ----


@LANGUAGES
def test_row_4_a_question_in_the_middle_is_answered_and_the_open_question_asked_again(language: str) -> None:
    chat = two(language)
    chat.world.articles = [SSH]
    chat.say("有台机器宕机了" if language == "zh" else "a machine is down", "instance_down")
    said = chat.say("怎么 SSH 登录？" if language == "zh" else "how do I log in by SSH?", "how_to", question=True)
    assert SSH.url in said and ("哪个地域" in said or "Which region" in said)
    chat.say("web-01", "inform", {"instance_name": "web-01"})
    assert chat.memory.task and chat.memory.task.proposal


def test_row_4_another_task_two_levels_deep_returns_to_the_first() -> None:
    chat = two()
    chat.say("有台机器宕机了", "instance_down")
    chat.say("先把 db-01 关机", "instance_power", {"instance_name": "db-01", "operation": "stop"})
    assert len(chat.memory.stack) == 2
    said = chat.say("它的带宽是多少", "instance_info", {"field": "bandwidth", "mention": "focus"}, question=True)
    assert "5 Mbps" in said and "确认要关闭 db-01" in said
    said = chat.press("先不操作")
    assert "没有做任何操作" in said and "哪个地域" in said


def test_row_4_the_customer_may_refuse_to_return() -> None:
    chat = two()
    chat.say("有台机器宕机了", "instance_down")
    chat.say("谢谢", "thank")
    chat.say("不用查了", "cancel")
    assert chat.memory.idle


@LANGUAGES
@pytest.mark.parametrize("intent", ["greet", "thank", "bot_challenge", "chitchat", "out_of_scope"])
def test_row_8_and_20_small_talk_never_breaks_a_task(intent: str, language: str) -> None:
    chat = at_confirmation(language)
    said = chat.say("…嗯", intent)
    assert chat.memory.task and chat.memory.task.proposal and ("确认要" in said or "Shall I" in said)
    assert chat.world.acts == []


def test_row_20_idle_talk_alone_never_calls_a_person() -> None:
    chat = two()
    for _ in range(5):
        chat.say("给我讲个笑话", "out_of_scope", gate="reject", confidence=0.97)
        assert chat.turn.handoff is None
    assert chat.buttons(), "a person is offered"


def test_talk_about_today_repeats_nothing() -> None:
    chat = two()
    chat.say("db-01 挂了", "instance_down", {"instance_name": "db-01"})
    checks = len(chat.world.requests)
    chat.say("今天天气怎么样", "chitchat", {"time": "2026-11-22T00:00:00+08:00"}, gate="clarify", confidence=0.75)
    assert len(chat.world.requests) == checks


def test_row_3_a_yes_after_a_cancel_asks_whether_to_go_on() -> None:
    chat = at_confirmation()
    chat.say("算了", "cancel")
    assert "要继续" in chat.say("还是弄吧", "affirm")
    chat.say("对", "affirm")
    assert chat.world.acts == [] and chat.memory.task and chat.memory.task.proposal


def test_row_20_what_the_gate_rejects_as_out_of_scope_is_said_so() -> None:
    assert "不在我能帮的范围" in two().say("给我写首诗", "out_of_scope", gate="reject", confidence=0.94)


def test_row_5_a_doubtful_chat_is_no_reason_to_ask_about_a_complaint() -> None:
    chat = two()
    chat.say("嘿嘿嘿", "chitchat", gate="clarify", confidence=0.38, candidates=["chitchat", "inform", "complaint"])
    assert chat.memory.question is None


def test_row_20_out_of_scope_says_what_it_can_do() -> None:
    said = two().say("今天天气怎么样", "out_of_scope", question=True)
    assert "不在我能帮的范围" in said and "重启" in said


# ---- 5, 19: clarification ----


@LANGUAGES
def test_row_5_one_clarifying_question_with_two_readings_and_neither(language: str) -> None:
    chat = two(language)
    chat.say(
        "web-01 不太对",
        "instance_slow",
        {"instance_name": "web-01"},
        gate="clarify",
        confidence=0.5,
        candidates=["instance_down", "instance_info", "instance_slow"],
    )
    assert len(chat.buttons()) == 3
    chat.press(chat.buttons()[0])
    assert chat.memory.task and chat.memory.task.skill == "instance_down"
    assert chat.memory.task.slots["instance_id"] == WEB


@LANGUAGES
def test_row_5_a_pair_is_offered_however_doubtful_its_first_and_one_alone_is_not(language: str) -> None:
    words = "机器好像怪怪的" if language == "zh" else "the machine is being odd"
    pair = ["instance_down", "list_resources"]
    chat = two(language)
    chat.say(words, "instance_down", gate="clarify", confidence=0.25, candidates=pair)
    assert chat.memory.question and chat.memory.question.intents == pair
    chat = two(language)
    chat.say(words, "instance_down", gate="clarify", confidence=0.25, candidates=pair[:1])
    assert chat.memory.question is None and chat.memory.task is None


@LANGUAGES
def test_row_5_a_single_reading_is_asked_with_yes_or_no(language: str) -> None:
    chinese, english = ("机器不对劲", "不是", "不是这个"), ("machine trouble", "No", "Something else")
    words, no, again = chinese if language == "zh" else english
    chat = two(language)
    chat.say(words, "instance_down", gate="clarify", confidence=0.7, candidates=["instance_down", "affirm"])
    assert len(chat.buttons()) == 2 and chat.buttons()[1] == no
    assert again in chat.press(no)


def test_row_5_neither_asks_to_rephrase_and_the_second_one_works() -> None:
    chat = two()
    readings = {"gate": "clarify", "confidence": 0.4, "candidates": ["instance_down", "list_resources"]}
    chat.say("机器", "instance_down", **readings)
    assert "换个说法" in chat.press("都不是")
    chat.say("机器", "instance_down", **readings)
    said = chat.say("第二个", "inform", {"mention": "ordinal:2"})
    assert "2 台实例" in said


def test_row_19_unclear_inside_a_task_asks_again_with_an_example_first() -> None:
    chat = two()
    chat.say("有台机器宕机了", "instance_down")
    said = chat.say("呃那个什么来着", "nlu_fallback", gate="reject", confidence=0.1)
    assert "i-NNkaK46e" in said and "没听懂" not in said


# ---- 6, 7: skip and why ----


def test_row_6_a_required_item_explains_why_it_is_needed() -> None:
    chat = two()
    chat.say("有台机器宕机了", "instance_down")
    said = chat.say("跳过", "skip")
    assert "跳不过" in said and "哪个地域" in said


@LANGUAGES
def test_row_7_why_gives_the_reason_of_the_item_being_asked(language: str) -> None:
    chat = two(language)
    chat.say("有台机器宕机了" if language == "zh" else "a machine is down", "instance_down")
    said = chat.say("为什么要这个" if language == "zh" else "why do you need that", "explain_why")
    assert ("去云端查" in said) or ("look this very instance up" in said)
    assert chat.memory.open_question is not None


# ---- 9: follow-up ----


def test_row_9_a_follow_up_is_joined_to_the_last_question() -> None:
    chat = two()
    chat.world.articles = [SSH]
    chat.say("Linux 怎么远程登录", "how_to", {"os": "linux"}, question=True)
    chat.say("那 Windows 呢？", "inform", {"os": "windows"}, question=True)
    searches = [r for r in chat.world.requests if isinstance(r, ports.SearchKnowledge)]
    assert searches[-1].query == "Linux 怎么远程登录 那 Windows 呢？"


@LANGUAGES
def test_row_9_beside_an_answer_stand_other_articles_that_come_near(language: str) -> None:
    chat = two(language)
    near, far = replace(DATA, score=0.5), replace(DATA, slug="far", score=0.3)
    chat.world.articles = [SSH, near, far]
    said = chat.say("how do I log in by SSH?", "how_to", question=True)
    card = next(message.card for message in chat.turn.messages if message.card)
    assert card["items"] == [{"slug": one.slug, "title": one.title, "url": one.url} for one in (SSH, near)]
    assert said.count(SSH.excerpt) == 1


# ---- 10: completion ----


def test_a_doubtful_question_that_only_the_articles_can_answer_is_answered() -> None:
    chat = two()
    chat.world.articles = [SSH]
    readings = ["how_to", "open_port"]
    said = chat.say("怎么开放端口", "how_to", question=True, gate="clarify", confidence=0.6, candidates=readings)
    assert SSH.url in said


def test_row_9_a_how_to_question_is_no_fault_report_and_its_follow_up_is_one_even_when_unsure() -> None:
    chat = two("en")
    chat.world.articles = [SSH]
    assert SSH.url in chat.say("how do I log in by SSH?", "instance_connect", question=True)
    chat.say("what about windows?", "how_to", {"os": "windows"}, question=True, gate="clarify", confidence=0.6)
    searches = [r for r in chat.world.requests if isinstance(r, ports.SearchKnowledge)]
    assert len(searches) == 2 and searches[-1].query.startswith("how do I log in by SSH?")


def test_why_it_cannot_be_reached_is_a_fault_report() -> None:
    chat = two()
    chat.say("web-01 怎么连不上了？", "instance_connect", {"instance_name": "web-01"}, question=True)
    assert any(isinstance(r, ports.RunChecks) for r in chat.world.requests)


def test_row_10_anything_else_is_asked_once_and_no_ends_it_kindly() -> None:
    chat = at_confirmation()
    chat.world.on_act = lambda world, act: world.instances.update({WEB: healthy(WEB, "web-01")})
    chat.press("确认执行")
    assert "还有别的" in chat.wake()
    said = chat.say("没有了", "deny")
    assert chat.turn.resolution == "confirmed" and "还有别的" not in said


def test_row_10_a_doubtful_no_ends_it_too() -> None:
    chat = at_confirmation()
    chat.world.on_act = lambda world, act: world.instances.update({WEB: healthy(WEB, "web-01")})
    chat.press("确认执行")
    chat.wake()
    readings = {"gate": "clarify", "confidence": 0.4, "candidates": ["instance_down", "deny"]}
    chat.say("没了", "instance_down", **readings)
    assert chat.turn.resolution == "confirmed" and chat.memory.idle


def test_row_2_another_one_at_what_to_change() -> None:
    chat = at_confirmation()
    chat.say("先不要", "deny")
    assert "哪台" in chat.say("换一台", "correct")
    chat.say("db-01", "inform", {"instance_name": "db-01"})
    assert chat.memory.finished and chat.memory.finished.slots["instance_id"] == DB


def test_a_yes_that_names_an_act_nobody_offered_is_offered_first() -> None:
    chat = two()
    chat.say("web-01 的信息", "instance_info", {"instance_name": "web-01"})
    said = chat.say("好的重启吧", "affirm", {"operation": "restart"})
    assert "确认要重启 web-01" in said and chat.world.acts == []


def test_row_10_nothing_of_it_while_another_task_waits() -> None:
    chat = at_confirmation()
    chat.world.on_act = lambda world, act: world.instances.update({WEB: healthy(WEB, "web-01")})
    chat.press("确认执行")
    chat.say("把 db-01 关机", "instance_power", {"instance_name": "db-01", "operation": "stop"})
    said = chat.wake()
    assert "已恢复" in said and "还有别的" not in said
    assert "确认要关闭 db-01" in said


# ---- 11: cannot handle ----


@LANGUAGES
def test_row_11_three_kinds_second_offers_third_hands_over(language: str) -> None:
    chat = two(language)
    first = chat.say("阿巴阿巴", "nlu_fallback", gate="reject", confidence=0.1)
    second = chat.say("怎么煮咖啡机", "how_to")
    assert first != second and chat.buttons(), chat.transcript()
    third = chat.say("阿巴阿巴", "nlu_fallback", gate="reject", confidence=0.1)
    assert dict(chat.turn.handoff or {})["reason"] == "low_confidence" and third != first


def test_row_11_only_failures_in_a_row_count() -> None:
    chat = two()
    for _ in range(3):
        chat.say("阿巴阿巴", "nlu_fallback", gate="reject", confidence=0.1)
        chat.say("你是机器人吗", "bot_challenge", question=True)
    assert all(turn.handoff is None for turn in chat.turns)


@LANGUAGES
def test_row_11_unsupported_says_so_and_offers_a_person(language: str) -> None:
    chat = two(language)
    said = chat.say("给我退款", "refund")
    assert ("还不能在这里直接退款" in said) or ("cannot be done from here yet (refund)" in said)
    assert chat.buttons()
    chat.say("好", "affirm")
    assert dict(chat.turn.handoff or {})["reason"] == "unsupported"


def test_row_11_unsupported_with_an_article_answers_from_it() -> None:
    chat = two()
    chat.world.articles = [
        Article("refund", "退款规则", "https://support.example/a/refund", "五天内可退。", 0.6, (), ("refund",))
    ]
    said = chat.say("我要退款", "refund")
    assert "五天内可退" in said and "还不能在这里直接退款" in said


# ---- 12: trouble and odd input ----


@LANGUAGES
@pytest.mark.parametrize("text", ["   ", "长" * 5000, "\u200b\u200b 🙂🙂", "/restart", "{instance.name} {0}"])
def test_row_12_odd_input_gets_an_answer_and_keeps_the_state(text: str, language: str) -> None:
    chat = at_confirmation(language)
    said = chat.say(text, "nlu_fallback", gate="reject", confidence=0.0)
    assert said.strip() and chat.memory.task and chat.memory.task.proposal and chat.world.acts == []


# ---- 13: handoff ----


@LANGUAGES
def test_row_13_a_person_as_the_very_first_message(language: str) -> None:
    chat = Chat(World(cover=ports.Covered("tam", ("王敏", "赵磊"), 120, True, 2)), language)
    said = chat.say("转人工" if language == "zh" else "human please", "talk_to_human")
    assert "王敏" in said and "2" in said and ("3" in said)
    packet = dict(chat.turn.handoff or {})
    assert packet["reason"] == "customer_asked" and packet["tier"] == "tam" and packet["severity"] == "sev4"
    assert packet["last_words"] == ("转人工" if language == "zh" else "human please")


def test_row_13_for_an_anonymous_customer_and_without_the_desk_answering() -> None:
    chat = Chat(World(cover=ports.Unknown("unavailable")), customer=None)
    said = chat.say("转人工", "talk_to_human")
    assert "尽快" in said and dict(chat.turn.handoff or {})["customer"]["verified"] is False


def test_row_13_in_a_task_the_packet_holds_what_is_known() -> None:
    chat = at_confirmation()
    chat.say("转人工吧", "talk_to_human")
    packet = dict(chat.turn.handoff or {})
    assert packet["task"]["skill"] == "instance_down" and packet["slots"]["instance_id"] == WEB
    assert packet["product"] == "bcc" and packet["steps"] and packet["api_calls"]
    assert {"m-1", "m-2"} <= {i for line in packet["summary"] for i in line["message_ids"]}


def test_row_13_a_password_never_reaches_the_packet() -> None:
    chat = two()
    chat.say("密码是 Hunter2Secret!", "inform")
    chat.say("转人工", "talk_to_human")
    assert "Hunter2Secret" not in str(chat.turn.handoff)


# ---- 14: session start ----


@LANGUAGES
def test_row_14_greets_by_name_and_plan_and_mentions_what_is_open(language: str) -> None:
    account = ports.Account(
        incidents=(ports.Incident("inc-1", "华北 BCC 网络抖动"),),
        open_cases=(ports.Case("TK-20261122-0007", "发票", "active", "sev4"),),
    )
    chat = Chat(World(account=account), language)
    said = chat.event("opened")
    assert "安娜" in said and "华北 BCC 网络抖动" in said and "TK-20261122-0007" in said
    assert chat.event("opened") == ""


# ---- 15: validation ----


@LANGUAGES
def test_row_15_a_misshaped_id_is_refused_with_the_reason_and_an_example(language: str) -> None:
    chat = two(language)
    chat.say("有台机器宕机了" if language == "zh" else "a machine is down", "instance_down")
    said = chat.say("i-123", "inform")
    assert "i-123" in said and "i-NNkaK46e" in said and ("8" in said)


def test_row_15_somebody_elses_id_is_refused_like_one_that_does_not_exist() -> None:
    chat = two()
    chat.say("有台机器宕机了", "instance_down")
    answers = [chat.say(i, "inform", {"instance_id": i}).replace(i, "ID") for i in ("i-AAAA0000", "i-BBBB1111")]
    assert "没有找到" in answers[0] and "没有找到" in answers[1]


# ---- 16, 17, 18 ----


def test_row_16_repeat_says_the_last_message_again_with_its_buttons() -> None:
    chat = at_confirmation()
    before, buttons = [m.text for m in chat.turn.messages], chat.buttons()
    chat.say("再说一遍", "repeat")
    assert [m.text for m in chat.turn.messages] == before and chat.buttons() == buttons
    chat.press("确认执行")
    assert len(chat.world.acts) == 1


def test_row_17_silence_asks_then_closes_and_the_task_can_be_resumed() -> None:
    chat = at_confirmation()
    assert "还在吗" in chat.event("silence")
    assert "继续" in chat.event("silence") and chat.memory.idle
    chat.say("继续", "resume")
    assert chat.memory.task and chat.memory.task.proposal


def test_row_17_goodbye_in_the_middle_keeps_the_task() -> None:
    chat = at_confirmation()
    assert "继续" in chat.say("再见", "goodbye") and chat.memory.idle
    chat.say("继续", "resume")
    assert chat.memory.task and chat.memory.task.proposal


def test_row_18_three_useless_answers_then_a_way_out_then_a_person() -> None:
    chat = two()
    chat.say("有台机器宕机了", "instance_down")
    said = [chat.say(f"i-{n}", "inform") for n in (1, 2)]
    assert said[0] != said[1].replace("i-2", "i-1")
    third = chat.say("i-3", "inform")
    assert "转人工" in chat.buttons() and "取消" in third
    chat.say("i-4", "inform")
    assert dict(chat.turn.handoff or {})["reason"] == "repeated_failure"
