"""Case 1: an instance is down; said, diagnosed, confirmed, mended, verified: all in the customer's browser."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

UNTIL_IT_SHOWS = 120
"""World seconds: a machine is up within four, the monitor reports each minute."""
UNTIL_REPAIRED = 600
SAID = {"zh": "我有一台虚拟机宕机了", "en": "one of my VMs is down"}
YES = {"zh": "是", "en": "Yes"}
AGREED = {"zh": "可以，执行吧", "en": "yes, please do it"}


@dataclass(frozen=True)
class Cause:
    """One cause: what the customer must read at each step, by language, and the act that cures it."""

    scenario: str
    found: dict[str, str]
    offered: dict[str, str]
    verified: dict[str, str]
    cure: str
    world_seconds: int = UNTIL_IT_SHOWS


RESTART = {"zh": "重启.*影响.*服务中断.*费用.*确认要", "en": "restart.*Impact.*interrupted.*Cost.*Shall I"}
STARTED = {"zh": "已启动.*运行中", "en": "has started.*running"}
CAUSES = [
    Cause(
        "guest_hang",
        {"zh": "卡死.*依据.*没有任何监控数据.*Running", "en": "hung.*Evidence.*no monitoring data.*Running"},
        RESTART,
        {"zh": "已恢复", "en": "is back"},
        "RebootInstance",
    ),
    Cause(
        "host_failure",
        {
            "zh": r"硬件故障.*重启没有用.*依据.*ev-\w{8}（内存不可纠正错误）",
            "en": r"hardware fault.*would not help.*Evidence.*ev-\w{8} .an uncorrectable memory",
        },
        {"zh": "授权.*维修.*影响.*本地盘.*确认要", "en": "authorising the repair.*Impact.*local disks.*Shall I"},
        {"zh": "维修完成", "en": "is repaired"},
        "AuthorizeServerEvent",
        UNTIL_REPAIRED,
    ),
    Cause(
        "out_of_memory",
        {"zh": r"内存耗尽.*依据.*内存使用率 (9\d|100)", "en": r"run out of memory.*Evidence.*memory use (9\d|100)"},
        RESTART,
        {"zh": "已恢复", "en": "is back"},
        "RebootInstance",
    ),
    Cause(
        "stopped_by_user",
        {"zh": "关机状态，没有发现故障.*Stopped.*操作人", "en": "shut down; I found no fault.*Stopped.*Stopped by"},
        {"zh": "启动.*影响.*费用.*确认要", "en": "start.*Impact.*Cost.*Shall I"},
        STARTED,
        "StartInstance",
    ),
    Cause(
        "expired",
        {"zh": "已经到期.*不是故障.*到期时间", "en": "has expired.*not a fault.*it expired at"},
        {"zh": "续费.*1 个月.*影响.*费用.*确认要", "en": "renewing.*1 month.*Impact.*Cost.*Shall I"},
        {"zh": "已续费.*到期时间", "en": "is renewed"},
        "PurchaseReservedInstance",
    ),
]


def expect_said(message: Locator, words: str) -> None:
    expect(message).to_contain_text(re.compile(words, re.DOTALL | re.IGNORECASE))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.scenario)
def test_that_the_cause_is_found_and_mended_after_a_clear_yes(calm, customer, open_chat, control, cause, language):
    known = customer("small", language)
    chat = open_chat("small", language)
    injected = broken_by_menu(chat, control, cause.scenario)

    chat.say(SAID[language])
    expect_said(chat.newer(chat.stored_order(), "question").last, injected["resource_id"])
    chat.press(YES[language])
    asked = chat.stored_order()
    expect_said(chat.newer(asked, "result").last, cause.found[language])
    expect_said(chat.newer(asked, "confirmation").last, cause.offered[language])
    assert cause.cure not in operations(control, known), "nothing is done before the yes"

    agree(chat)
    known.settled()
    control.post("/clock", json={"advance_seconds": cause.world_seconds}).raise_for_status()
    expect_said(chat.expect_result(), f"{injected['resource_id']}.*{cause.verified[language]}")
    assert operations(control, known).count(cause.cure) == 1, chat.transcript()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_arrears_are_told_and_started_only_after_the_top_up(calm, customer, open_chat, control, language):
    known = customer("small", language)
    chat = open_chat("small", language)
    broken_by_menu(chat, control, "stopped_for_arrears")

    chat.say(SAID[language])
    expect_said(chat.newer(chat.stored_order(), "question").last, "web-01.*web-02.*test-01")
    chat.say("web-01")
    told = chat.newer(chat.stored_order(), "result").last
    expect_said(told, {"zh": r"欠费停机.*现金余额 -\d+.*充值", "en": r"arrears.*balance -\d+.*top up"}[language])
    known.settled()
    assert chat.newer(chat.stored_order(), "confirmation").count() == 0, chat.transcript()

    control.post(f"/accounts/{known.account_id}/recharge", json={"amount": 500}).raise_for_status()
    chat.say({"zh": "充好了，再查一次", "en": "I have topped up, check again"}[language])
    offer = chat.newer(chat.stored_order(), "confirmation").last
    expect_said(offer, {"zh": "启动 web-01.*影响.*费用", "en": "start web-01.*Impact.*Cost"}[language])
    agree(chat)
    known.settled()
    control.post("/clock", json={"advance_seconds": UNTIL_IT_SHOWS}).raise_for_status()
    expect_said(chat.expect_result(), f"web-01.*{STARTED[language]}")
    assert operations(control, known).count("StartInstance") == 1, chat.transcript()


def broken_by_menu(chat, control, scenario: str) -> dict:
    """Inject the scenario as a visitor of the demonstration does; returns it as the cloud knows it."""
    catalogue = {one["name"]: one for one in control.get("/scenarios").raise_for_status().json()}
    chat.break_something(catalogue[scenario]["title"][chat.language])
    (injected,) = control.get("/scenarios/active").raise_for_status().json()
    return injected


def operations(control, known) -> list[str]:
    """What was asked of the cloud for this conversation."""
    query = {"conversation": known.conversation_id, "limit": 10000}
    return [call["operation"] for call in control.get("/requests", params=query).raise_for_status().json()]


def agree(chat) -> None:
    """One language presses the button, the other writes it."""
    if chat.language == "zh":
        chat.press(chat.words["execute"])
    else:
        chat.say(AGREED["en"])
        chat.stored_order()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_the_break_something_menu_injects_and_heals(customer, open_chat, control, language):
    known = customer("small", language)
    chat = open_chat("small", language)
    names = {"zh": ("注入", "恢复全部", "故障中"), "en": ("Inject", "Heal everything", "Active")}[language]
    faults = chat.page.get_by_role("complementary")

    mark = faults.get_by_text(re.compile(f"^{names[2]} "))

    faults.get_by_role("button", name=names[0]).first.click()
    expect(mark).to_be_visible()
    (in_force,) = control.get("/scenarios/active").json()
    assert in_force["account_id"] == known.account_id
    expect(mark).to_contain_text(in_force["resource_id"])

    faults.get_by_role("button", name=names[1]).click()
    expect(mark).to_have_count(0)
    assert control.get("/scenarios/active").json() == []
