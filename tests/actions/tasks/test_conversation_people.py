"""Rows 32 to 35 and the support skills: language, mood, people, cases."""

from scenes import DB, LANGUAGES, at_confirmation, four, two
from stage import ANNA, Chat, World

from actions.tasks import ports
from actions.tasks.model import Customer

# ---- 32, 33, 35 ----


def test_row_32_answers_in_the_language_of_the_last_real_message() -> None:
    chat = two()
    chat.say("a machine is down", "instance_down", language="en")
    assert "Which" in chat.say(DB + "x", "inform", language="zh") or chat.memory.language == "en"
    chat.say("请说中文", "change_language", language="zh")
    assert chat.memory.language == "zh"
    said = chat.say("please speak English", "change_language", language="en")
    assert "English" in said
    chat.say("好的谢谢你", "thank", language="zh")
    assert chat.memory.language == "en"


@LANGUAGES
def test_row_33_business_down_raises_severity_and_shortens_the_way(language: str) -> None:
    chat = two(language)
    said = chat.say("我们整个站都挂了，快点", "instance_down", business_down=True, urgency=0.9)
    assert ("最高级别" in said) or ("business down" in said)
    assert any(title in ("转人工", "Talk to a person") for title in chat.buttons())
    chat.say("转人工", "talk_to_human")
    assert dict(chat.turn.handoff or {})["severity"] == "sev1"


def test_row_33_a_doubtful_report_of_an_outage_is_looked_into_at_once() -> None:
    chat = two()
    said = chat.say(
        "生产全挂了",
        "instance_down",
        business_down=True,
        gate="clarify",
        confidence=0.7,
        candidates=["instance_down", "complaint"],
    )
    assert "最高级别" in said and chat.memory.task and chat.memory.task.skill == "instance_down"


def test_row_33_an_angry_customer_is_offered_a_person_at_the_first_failure() -> None:
    chat = two()
    chat.say("什么破玩意", "nlu_fallback", gate="reject", confidence=0.1, anger=0.9)
    assert chat.memory.question and chat.memory.question.kind == "human"


def test_row_32_chinese_that_quotes_english_is_chinese() -> None:
    chat = Chat(World(), "zh")
    chat.say("SSH连不上，提示 connection timed out", "instance_connect", language="en", mixed=True)
    assert chat.memory.language == "zh"


def test_row_33_a_complaint_goes_to_a_person() -> None:
    chat = two()
    said = chat.say("我要投诉", "complaint", anger=0.9)
    packet = dict(chat.turn.handoff or {})
    assert packet["reason"] == "complaint" and packet["severity"] == "sev2" and "抱歉" in said


def test_row_35_back_from_a_person_with_the_note_and_nothing_reopened() -> None:
    chat = at_confirmation()
    chat.say("转人工", "talk_to_human")
    said = chat.event("released", agent_name="陈工", note="已更换网卡", outcome="resolved")
    assert "陈工" in said and "已更换网卡" in said and chat.memory.idle and chat.turn.handoff is None
    said = chat.say("阿巴", "nlu_fallback", gate="reject", confidence=0.1)
    assert chat.turn.handoff is None


def test_row_35_given_back_unsolved_the_task_is_offered_again() -> None:
    chat = at_confirmation()
    chat.say("转人工", "talk_to_human")
    said = chat.event("released", agent_name="陈工", note="", outcome="released")
    assert "web-01" in said and "要继续" in said


def test_leaving_the_queue_goes_on_where_it_stopped() -> None:
    chat = at_confirmation()
    chat.say("转人工", "talk_to_human")
    said = chat.event("queue_left")
    assert "确认要" in said


# ---- support skills ----


def test_cases_incidents_and_the_tam_are_read_from_support() -> None:
    account = ports.Account(
        "王敏", "赵磊", incidents=(ports.Incident("inc-1", "BCC 抖动", "open", "bcc", "bj", "修复中"),)
    )
    cases = [ports.Case("TK-20261122-0007", "发票没收到", "active", "sev4", assignee="陈工")]
    chat = Chat(World(account=account, cases=cases))
    assert "王敏" in chat.say("我的 TAM 是谁", "tam_contact", question=True)
    assert "修复中" in chat.say("现在有故障吗", "incident_status", question=True)
    assert "陈工" in chat.say("我的工单怎么样了", "ticket_status", question=True)
    said = chat.say("TK-20261122-0009 呢", "ticket_status", {"ticket_id": "TK-20261122-0009"})
    assert "没有找到" in said


def test_a_case_is_opened_from_a_description() -> None:
    chat = two()
    chat.say("提个工单", "ticket_create")
    said = chat.say("发票抬头写错了，需要重开", "invoice", confidence=0.9)
    said = said if "TK-" in said else chat.say("就是发票抬头写错了", "inform")
    assert "TK-20261122-0042" in said


def test_a_list_can_be_pointed_into() -> None:
    chat = four()
    chat.say("我有哪些机器", "list_resources")
    said = chat.say("重启第二台", "instance_power", {"operation": "restart", "mention": "ordinal:2"})
    assert "db-01" in said and chat.memory.task and chat.memory.task.proposal


def test_the_plan_of_a_key_account_decides_the_default_tier() -> None:
    key = Customer("acc-2", "u-2", "李雷", {"zh": "银河证券", "en": "Galaxy"}, plan="key")
    chat = Chat(World(cover=ports.Unknown("down")), customer=key)
    chat.say("人工", "talk_to_human")
    assert dict(chat.turn.handoff or {})["tier"] == "tam" and ANNA.plan == "business"
