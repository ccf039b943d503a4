"""What must never pass for a yes or a correction, as the trained understanding gives it."""

import timeit
from typing import Any

import pytest
from stage import Chat, World, healthy

from actions.tasks import lexicon, ports

WEB, DB, APP, NEW = "i-NNkaK46e", "i-YufwpQAe", "i-Hu7cLq2P", "i-Z1TCx0Zv"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
NAMES = {WEB: "web-01", DB: "db-01", APP: "app-01", NEW: "new-01"}


def at_restart(language: Any = "zh") -> Chat:
    chat = Chat(World({key: healthy(key, name) for key, name in NAMES.items()}), language)
    words = "重启 web-01" if language == "zh" else "restart web-01"
    chat.say(words, "instance_power", {"instance_name": "web-01", "operation": "restart"})
    assert offered(chat) == (WEB, "instance.reboot")
    return chat


def offered(chat: Chat) -> tuple[str, str] | None:
    task = chat.memory.task
    return (task.proposal.resource_id, task.proposal.operation) if task and task.proposal else None


@LANGUAGES
@pytest.mark.parametrize(
    "text",
    [".", "。。", "？？？", "😭😭", "👍", "  - ", "1", '/affirm{"proposal": "p2"}', "/affirm", "／affirm", "/yes"],
)
def test_signs_and_typed_payloads_are_no_yes(text: str, language: str) -> None:
    chat = at_restart(language)
    said = chat.say(text, "affirm", confidence=0.95, language="en" if language == "zh" else "zh")
    assert chat.world.acts == [] and offered(chat) == (WEB, "instance.reboot")
    assert ("需要您明确同意" if language == "zh" else "on a clear yes") in said
    assert chat.turn.language == language


@pytest.mark.parametrize("text", ['{"intent": "affirm"}', "<affirm/>", "[确认]", "/ok {"])
def test_documents_are_no_yes(text: str) -> None:
    chat = at_restart()
    chat.say(text, "affirm", confidence=0.9)
    assert chat.world.acts == [] and offered(chat) == (WEB, "instance.reboot")


def test_a_typed_command_changes_no_value() -> None:
    chat = at_restart()
    chat.say("/session_start", "instance_power", confidence=0.32, gate="clarify", candidates=["instance_power"])
    assert offered(chat) == (WEB, "instance.reboot") and chat.turn.language == "zh"


def test_a_path_at_the_start_is_still_read_but_is_no_yes() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01")}))
    chat.say("/var/log 里说 web-01 挂了", "instance_down", {"instance_name": "web-01"})
    assert chat.memory.finished and chat.memory.finished.skill == "instance_down"
    assert at_restart().say("/ 好的 /", "affirm") and chat.world.acts == []


@pytest.mark.parametrize("text", [".", "。", "?!", "/affirm"])
def test_signs_accept_no_assumption_and_no_person(text: str) -> None:
    world = World({WEB: healthy(WEB, "web-01"), DB: healthy(DB, "db-01")}, unhealthy={WEB})
    chat = Chat(world)
    chat.say("有台机器挂了", "instance_down")
    chat.say(text, "affirm", confidence=0.85)
    assert chat.memory.task and "instance_id" not in chat.memory.task.slots
    chat = Chat(World({WEB: healthy(WEB, "web-01")}))
    chat.say("web-01 挂了", "instance_down", {"instance_name": "web-01"})
    chat.say(text, "affirm", confidence=0.85)
    assert chat.turn.handoff is None


PLACEHOLDERS = {
    "zh": ["就是那啥嘛", "那个那个就是那个呀", "这玩意儿配那玩意儿", "你懂的，那个啥"],
    "en": ["the gizmo with the doodad", "You know, that stuff over there...", "the thing is like the other thing"],
}


@LANGUAGES
@pytest.mark.parametrize("intent", ["inform", "out_of_scope", "instance_slow", "explain_why"])
def test_words_that_stand_for_words_are_not_understood_whatever_they_are_read_as(intent: str, language: str) -> None:
    for text in PLACEHOLDERS[language]:
        chat = Chat(World({WEB: healthy(WEB, "web-01")}), language)
        said = chat.say(text, intent, confidence=0.97)
        assert ("没听懂" if language == "zh" else "did not get that") in said
        assert chat.memory.task is None and chat.turn.handoff is None


@LANGUAGES
def test_words_that_stand_for_words_are_no_yes(language: str) -> None:
    for text in PLACEHOLDERS[language]:
        chat = at_restart(language)
        chat.say(text, "affirm", confidence=0.97)
        assert chat.world.acts == [] and offered(chat) == (WEB, "instance.reboot")


@pytest.mark.parametrize("text", ["那个", "就是那台", "东西坏了", "那啥，重启一下"])
@pytest.mark.parametrize("english", ["restart the thing", "the thing is down", "what is that thing", "this is it"])
def test_what_names_or_points_is_read(text: str, english: str) -> None:
    assert lexicon.PLACEHOLDERS.fullmatch(text) is None and lexicon.PLACEHOLDERS.fullmatch(english) is None


@pytest.mark.parametrize("piece", ["thing ", "the ", "那个", "那啥 ", "and the thing,\n", "thing ,. ", "um"])
def test_a_long_message_of_placeholders_costs_no_more_than_its_length(piece: str) -> None:
    short, long = (_seconds((piece * 8000)[:size] + "?") for size in (1000, 8000))
    assert long < 100 * max(short, 1e-4)


def _seconds(text: str) -> float:
    """The least of five: what a busy machine adds is not the pattern's."""
    return min(timeit.repeat(lambda: lexicon.PLACEHOLDERS.fullmatch(text), number=1, repeat=5))


@LANGUAGES
@pytest.mark.parametrize("clauses", [True, False])
def test_asking_about_another_machine_keeps_the_act_on_its_own(clauses: bool, language: str) -> None:
    chat = at_restart(language)
    texts = {
        "zh": ("等下", "先告诉我 db-01 什么时候到期"),
        "en": ("hold on", "first tell me when db-01 expires"),
    }[language]
    parts = [(texts[0], "deny", {}), (texts[1], "instance_info", {})] if clauses else []
    said = chat.say(
        "，".join(texts), "instance_info", {"instance_name": "db-01", "field": "expiry"}, question=True, clauses=parts
    )
    assert offered(chat) == (WEB, "instance.reboot")
    assert "db-01" in said and ("确认要重启 web-01" in said or "Shall I restart web-01" in said)
    chat.say("好，确认" if language == "zh" else "ok, confirm", "affirm")
    assert [act.resource_id for act in chat.world.acts] == [WEB]


def test_a_doubtful_question_about_another_machine_is_no_correction() -> None:
    chat = at_restart()
    doubts: dict[str, Any] = {"gate": "clarify", "candidates": ["instance_info", "renewal"], "confidence": 0.45}
    chat.say("first tell me when db-01 expires", "instance_info", {"instance_name": "db-01"}, **doubts)
    assert offered(chat) == (WEB, "instance.reboot")


@pytest.mark.parametrize("intent", ["how_to", "instance_power", "storage_advice"])
def test_a_question_about_another_operation_changes_none(intent: str) -> None:
    chat = at_restart()
    said = chat.say("关机会丢数据吗？", intent, {"operation": "stop"}, question=True)
    assert offered(chat) == (WEB, "instance.reboot") and "磁盘数据保留" in said
    assert chat.memory.task and chat.memory.task.slots["operation"] == "restart"


def test_the_same_request_about_another_one_is_a_correction() -> None:
    chat = at_restart()
    chat.say("还是重启 db-01 吧", "instance_power", {"instance_name": "db-01", "operation": "restart"})
    assert offered(chat) == (DB, "instance.reboot") and chat.world.acts == []


@LANGUAGES
@pytest.mark.parametrize("at_offer", [True, False])
def test_a_machine_is_not_the_machine_talked_about(at_offer: bool, language: str) -> None:
    chat = at_restart(language)
    if not at_offer:
        chat.press(chat.buttons()[1])
    words = "另外帮我关掉一台机器" if language == "zh" else "I also need to shut down a machine"
    said = chat.say(words, "instance_power", {"operation": "stop"})
    assert ("哪台" in said or "which one" in said) and chat.world.acts == []
    said = chat.say("db-01", "inform", {"instance_name": "db-01"})
    assert offered(chat) == (DB, "instance.stop")


@pytest.mark.parametrize("language, text", [("zh", "不用了，别动它"), ("en", "no, leave it"), ("en", "no thanks")])
def test_a_no_that_says_leave_it_asks_nothing_more(language: Any, text: str) -> None:
    chat = at_restart(language)
    said = chat.say(text, "deny", confidence=0.93)
    assert ("没有做任何操作" in said or "nothing was done" in said) and chat.memory.idle


@pytest.mark.parametrize(
    "language, text, intent, entities",
    [
        ("zh", "对，就是它", "affirm", {"mention": "focus"}),
        ("zh", "就是这台", "affirm", {"mention": "focus"}),
        ("zh", "就是这台", "inform", {"mention": "focus"}),
        ("zh", "没错，是这台", "affirm", {}),
        ("en", "yes that one", "affirm", {"mention": "focus"}),
        ("en", "yep that's the one", "affirm", {}),
        ("en", "that one", "inform", {"mention": "focus"}),
    ],
)
def test_is_it_this_one(language: Any, text: str, intent: str, entities: dict[str, str]) -> None:
    world = World({WEB: healthy(WEB, "web-01"), DB: healthy(DB, "db-01"), APP: healthy(APP, "app-01")}, unhealthy={WEB})
    chat = Chat(world, language)
    chat.say("有台机器挂了" if language == "zh" else "a machine is down", "instance_down")
    chat.say(text, intent, entities, confidence=0.86)
    task = chat.memory.task or chat.memory.finished
    assert task and task.slots["instance_id"] == WEB, chat.transcript()


@pytest.mark.parametrize("text", ["不是这台", "not this one"])
def test_not_this_one(text: str) -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01"), DB: healthy(DB, "db-01")}, unhealthy={WEB}))
    chat.say("有台机器挂了", "instance_down")
    chat.say(text, "deny", {"mention": "focus"})
    task = chat.memory.task or chat.memory.finished
    assert task and task.slots.get("instance_id") != WEB


@pytest.mark.parametrize("question", ["明天上海会下雨吗", "will it rain tomorrow?"])
@pytest.mark.parametrize("gate", ["answer", "reject"])
def test_what_is_out_of_scope_never_goes_to_the_knowledge_base(gate: str, question: str) -> None:
    for chat in (Chat(World()), at_restart()):
        said = chat.say(question, "out_of_scope", confidence=0.96, question=True, gate=gate, candidates=["how_to"])
        assert "不在我能帮的范围" in said
        assert not any(isinstance(request, ports.SearchKnowledge) for request in chat.world.requests)


@pytest.mark.parametrize(
    "intent, language, text",
    [("storage_advice", "en", "will I lose any data?"), ("how_to", "en", "how long will the service be interrupted?")],
)
def test_an_effect_question_is_about_the_offer(intent: str, language: Any, text: str) -> None:
    chat = at_restart(language)
    said = chat.say(text, intent, question=True, confidence=0.83)
    assert "disks are kept" in said and said.count("Impact:") == 1 and offered(chat)


@LANGUAGES
def test_an_id_and_an_effect_question_at_once(language: str) -> None:
    for more in ({"gate": "clarify", "confidence": 0.27, "candidates": ["snapshot_restore", "instance_power"]}, {}):
        chat = Chat(World({key: healthy(key, name) for key, name in NAMES.items()}), language)
        chat.say(
            "重启一台机器" if language == "zh" else "restart a machine", "instance_power", {"operation": "restart"}
        )
        words = "重启会丢数据吗？" if language == "zh" else "will a reboot lose data?"
        told = {"instance_id": DB, "operation": "restart"}
        said = chat.say(f"{DB}，{words}", "instance_power", told, question=True, **more)
        assert offered(chat) == (DB, "instance.reboot") and ("磁盘数据保留" in said or "disks are kept" in said)


def test_first_is_no_ordinal_before_a_verb() -> None:
    from actions.tasks import lexicon

    assert lexicon.ordinal("first tell me when db-01 expires") is None
    assert lexicon.ordinal("第一次重启") is None
    assert [lexicon.ordinal(words) for words in ("the first one", "First.", "第二台", "the second")] == [1, 1, 2, 2]


def test_two_readings_that_are_both_answered_by_an_article_are_answered() -> None:
    article = ports.Article("disk", "云磁盘", "https://support.example/a/disk", "云磁盘是块存储。", 0.8)
    chat = Chat(World(articles=[article]))
    said = chat.say("disk", "storage_advice", gate="clarify", candidates=["storage_advice", "how_to"], confidence=0.5)
    assert article.url in said


def test_time_away_counts_from_the_customers_own_last_message() -> None:
    from datetime import timedelta

    chat = at_restart()
    for _ in range(2):
        chat.now += timedelta(minutes=10)
        chat.event("silence")
    chat.now += timedelta(minutes=15)
    chat.event("opened")
    assert chat.memory.question and chat.memory.question.kind == "resume"


@pytest.mark.parametrize("language, text", [("en", "ok restart it"), ("zh", "好，重启吧")])
def test_naming_the_offered_act_never_becomes_another_one(language: Any, text: str) -> None:
    for doubt, acts in (({"confidence": 0.71, "gate": "clarify"}, 1), ({"confidence": 0.2, "gate": "reject"}, 0)):
        chat = Chat(World({WEB: healthy(WEB, "web-01", metrics__memory_percent=97.0)}), language)
        chat.say("web-01 死机了", "instance_down", {"instance_name": "web-01"})
        assert offered(chat) == (WEB, "instance.reboot")
        said = chat.say(text, "instance_power", {"operation": "restart", "mention": "focus"}, **doubt)
        assert len(chat.world.acts) == acts and len(chat.memory.stack) == 1 - acts
        assert all(act.params["force"] is True for act in chat.world.acts)
        assert acts or "clear yes" in said or "明确同意" in said


@pytest.mark.parametrize(
    "language, text, negated",
    [
        ("en", "my mistake, not restart, shut it down", ["restart"]),
        ("en", "not a restart, shut it down", []),
        ("zh", "说错了，不是重启，要关机", ["restart"]),
    ],
)
def test_the_operation_that_is_not_meant_is_not_taken(language: Any, text: str, negated: list[str]) -> None:
    chat = at_restart(language)
    chat.say(text, "correct", {"operation": "restart"} if negated else {}, negated=negated)
    assert offered(chat) == (WEB, "instance.stop")


@pytest.mark.parametrize("text", ["是" + DB + "这台", "it's " + DB, "就是 " + DB + " 那台机器"])
def test_a_name_with_function_words_answers_which_one(text: str) -> None:
    chat = Chat(World({key: healthy(key, name) for key, name in NAMES.items()}))
    chat.say("重启一台机器", "instance_power", {"operation": "restart"})
    chat.say(text, "instance_info", {"instance_id": DB}, confidence=0.9)
    assert offered(chat) == (DB, "instance.reboot") and len(chat.memory.stack) == 1


@pytest.mark.parametrize("text", ["asdf", "web-01", "qwerty uiop", "下午茶"])
def test_a_yes_has_a_word_of_yes(text: str) -> None:
    chat = at_restart()
    said = chat.say(text, "affirm", confidence=0.99)
    assert chat.world.acts == [] and "明确同意" in said


def test_a_single_reading_is_offered_only_when_it_is_likely() -> None:
    for sure, asked in ((0.55, False), (0.65, True)):
        chat = Chat(World())
        chat.say(
            "it is being funny again",
            "list_resources",
            gate="clarify",
            confidence=sure,
            candidates=["list_resources"],
        )
        assert (chat.memory.misses == 0) == asked and bool(chat.buttons()) == asked, chat.transcript()


def test_works_again_settles_nothing_when_nothing_was_wrong() -> None:
    chat = Chat(World())
    chat.say("the thing did the thing again", "resolved", gate="clarify", confidence=0.64, candidates=["resolved"])
    assert chat.turn.resolution is None and chat.memory.misses == 1
    chat.say("已经好了", "resolved")
    assert chat.turn.resolution is None
    chat = at_restart()
    chat.say("已经好了", "resolved")
    assert chat.turn.resolution == "confirmed" and chat.world.acts == []


def test_english_names_people_in_the_middle_of_a_sentence() -> None:
    for people, shown in (((), "asked a support engineer to"), (("王磊", "赵敏"), "asked 王磊 and 赵敏 to")):
        chat = Chat(World(cover=ports.Covered("tier1", people, 300, True, 0)), "en")
        assert shown in chat.say("get me a person", "talk_to_human")


def test_the_greeting_says_events_before_cases_and_counts_the_cases() -> None:
    cases = tuple(ports.Case(f"TK-20261122-000{n}", f"t{n}", "active", "sev3", f"2026-11-2{n}") for n in range(3))
    events = ({"instance_id": WEB, "name": "web-01"},)
    chat = Chat(World(account=ports.Account(open_cases=cases, events=events)))
    lines = chat.event("opened").splitlines()
    assert "运维事件" in lines[1] and lines[2].startswith("您有 3 个未结的工单，最近的是 TK-20261122-0002")


@LANGUAGES
def test_what_was_sent_is_what_was_offered(language: str) -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01", metrics__gap_minutes=12)}), language)
    chat.say("web-01 死机了", "instance_down", {"instance_name": "web-01"})
    said = chat.press(chat.buttons()[0])
    assert ("已提交强制重启 web-01" if language == "zh" else "a forced restart of web-01") in said


def test_when_does_another_machine_expire_is_no_question_about_the_offer() -> None:
    chat = at_restart("en")
    told = {"instance_name": "db-01", "field": "expiry"}
    said = chat.say("hold on, when does db-01 expire?", "instance_info", told, question=True, confidence=0.94)
    assert "db-01" in said and "does not expire" in said and offered(chat) == (WEB, "instance.reboot")


@pytest.mark.parametrize(
    "text, intent",
    [("对了，云盘的快照要怎么创建？", "how_to"), ("how do I create a snapshot of a disk?", "snapshot_restore")],
)
def test_a_doubtful_how_to_question_in_a_task_is_answered(text: str, intent: str) -> None:
    article = ports.Article("snapshots", "快照", "https://support.example/a/snapshots", "在云磁盘页面创建快照。", 0.8)
    chat = Chat(World({key: healthy(key, name) for key, name in NAMES.items()}, articles=[article]))
    chat.say("帮我重启一台服务器", "instance_power", {"operation": "restart"})
    said = chat.say(text, intent, question=True, gate="clarify", confidence=0.6, candidates=[intent, "how_to"])
    assert article.url in said and "是哪台" in said
    assert chat.memory.task and not chat.memory.task.retries


def test_one_more_as_well_leaves_the_first_offer() -> None:
    chat = at_restart()
    chat.say("还有 db-01 也重启", "instance_power", {"instance_name": "db-01", "operation": "restart"})
    assert offered(chat) == (DB, "instance.reboot") and len(chat.memory.stack) == 2
    chat.say("确认", "affirm")
    assert [act.resource_id for act in chat.world.acts] == [DB] and offered(chat) == (WEB, "instance.reboot")


@LANGUAGES
def test_an_act_that_is_spelled_out_is_offered_and_not_the_last_answer_repeated(language: Any) -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01")}), language)
    info, act = ("看下 web-01", "重启 web-01") if language == "zh" else ("show me web-01", "restart web-01")
    chat.say(info, "instance_info", {"instance_name": "web-01"})
    doubts: dict[str, Any] = {"gate": "clarify", "candidates": ["instance_power", "instance_down"], "confidence": 0.74}
    chat.say(act, "instance_power", {"instance_name": "web-01", "operation": "restart"}, **doubts)
    assert offered(chat) == (WEB, "instance.reboot") and chat.world.acts == []


@LANGUAGES
def test_a_doubtful_why_is_answered_only_when_something_is_asked(language: Any) -> None:
    doubts: dict[str, Any] = {"gate": "clarify", "candidates": ["explain_why"], "confidence": 0.55}
    idle = Chat(World({WEB: healthy(WEB, "web-01")}), language)
    vague = "那玩意儿那个啥" if language == "zh" else "that stuff with the whatsit"
    said = idle.say(vague, "explain_why", **doubts)
    assert ("没听懂" if language == "zh" else "did not get that") in said
    busy = at_restart(language)
    said = busy.say("为啥呀" if language == "zh" else "why that", "explain_why", **doubts)
    assert ("没听懂" if language == "zh" else "did not get that") not in said
