"""Case 5: a human takes over; the customer's browser and the agent's browser side by side."""

import re

import pytest
from playwright.sync_api import expect

WORDS = {
    "zh": {
        "open": "打开",
        "hello": "您好，我是林薇，正在查看 web-01。",
        "reply": "好的，谢谢，请尽快",
        "note": "已更换网卡驱动，恢复正常",
        "with_agent": "林薇 正在为您服务",
        "with_bot": "智能助手为您服务",
        "back": "不等了",
    },
    "en": {
        "open": "Open",
        "hello": "Hello, this is Lin Wei, I am looking at web-01.",
        "reply": "Thanks, please hurry",
        "note": "Replaced the network driver, works again",
        "with_agent": "Lin Wei is helping you",
        "with_bot": "You are talking to the assistant",
        "back": "Stop waiting",
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("ending", ["resolve", "release"])
def test_that_a_human_takes_over_answers_and_gives_back(customer, open_chat, open_desk, language, ending):
    words = WORDS[language]
    known = customer("small", language)
    chat = open_chat("small", language)
    desk = open_desk("林薇", language)

    case_id = chat.ask_for_a_human()
    expect(chat.page.get_by_role("button", name=words["back"]).last).to_be_visible()

    desk.open_case(case_id)
    expect(desk.packet).to_contain_text(chat.words["human"])
    expect(desk.log).to_contain_text(chat.words["human"])
    desk.claim()
    expect(chat.page.get_by_text(words["with_agent"])).to_be_visible()

    desk.write(words["hello"])
    chat.expect_words("agent", words["hello"])
    chat.say(words["reply"])
    expect(desk.log.get_by_role("article").filter(has_text=words["reply"])).to_be_visible()

    before = known.messages()[-1]["seq"]
    desk.end(ending, words["note"])
    expect(chat.page.get_by_text(words["with_bot"])).to_be_visible()
    expect(chat.page.locator(f'cloud-support-chat [data-order="{before}"] ~ [data-role="bot"]').first).to_be_visible()

    shown = [order for order in chat.orders() if order != "Infinity"]
    assert shown == [str(seq) for seq in range(1, len(shown) + 1)]
    between = [message["role"] for message in known.messages() if message["seq"] <= before]
    owned = between[between.index("agent") :]
    assert "bot" not in owned, "the assistant must be silent while a human owns the conversation"


def test_that_the_second_claim_is_told_who_won(customer, open_chat, open_desk):
    customer("small")
    chat = open_chat("small")
    first, second = open_desk("林薇"), open_desk("陈浩")
    case_id = chat.ask_for_a_human()
    for desk in (first, second):
        desk.open_case(case_id)
        expect(desk.page.get_by_role("button", name="接入", exact=True)).to_be_visible()
    second.page.route(re.compile("/claim$"), lambda route: (first.claim(), route.continue_()))

    second.page.get_by_role("button", name="接入", exact=True).click()

    expect(second.page.get_by_text("林薇 已接入该工单")).to_be_visible()
    expect(second.page.get_by_text("由 林薇 处理").first).to_be_visible()
    first.end("resolve", "完成")


def test_that_a_customer_can_leave_the_queue(customer, open_chat):
    customer("small")
    chat = open_chat("small")
    chat.ask_for_a_human()
    chat.page.get_by_role("button", name="不等了，返回智能助手").click()
    expect(chat.page.get_by_text("智能助手为您服务")).to_be_visible()
    expect(chat.page.get_by_role("button", name="不等了，返回智能助手")).to_be_hidden()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_a_ring_covers_no_row_and_opens_its_case(customer, open_chat, open_desk, language):
    customer("key", language)
    desk = open_desk("王磊", language)
    chat = open_chat("key", language)
    case_id = chat.ask_for_a_human()
    notice = desk.page.get_by_role("alert").filter(has_text=case_id)
    expect(notice).to_be_visible()

    left, top, width, height = notice.bounding_box().values()
    beneath = "([x, y]) => document.elementFromPoint(x, y).closest('.ant-notification') === null"
    assert desk.page.evaluate(beneath, [left + width / 2, top + height / 4])
    notice.get_by_role("button", name=WORDS[language]["open"]).click()
    desk.log.wait_for()
    expect(desk.row(case_id).get_by_role("button")).to_have_attribute("aria-current", "true")
    expect(notice).to_be_hidden()
