"""axe-core finds nothing serious, and everything can be done without a mouse."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def serious_violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_the_chat_page_has_no_serious_violation(customer, open_chat, language):
    customer("small", language)
    chat = open_chat("small", language)
    chat.say({"zh": "我有哪些云服务器", "en": "list my instances"}[language])
    expect(chat.page.locator('cloud-support-chat [data-order="3"]')).to_be_visible()
    assert serious_violations(chat.page) == []
    chat.ask_for_a_human()
    expect(chat.page.get_by_role("timer")).to_be_visible()
    assert serious_violations(chat.page) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_the_desk_has_no_serious_violation(customer, open_chat, open_desk, new_page, language):
    login = new_page(language)
    login.goto("/desk/")
    login.get_by_role("heading", level=1).wait_for()
    assert serious_violations(login) == []

    customer("small", language)
    chat = open_chat("small", language)
    desk = open_desk("林薇", language)
    desk.open_case(chat.ask_for_a_human())
    assert serious_violations(desk.page) == []
    desk.claim()
    desk.page.get_by_role("button", name=desk.words["resolve"], exact=True).click()
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    assert serious_violations(desk.page) == []


def test_that_an_agent_needs_no_mouse(customer, open_chat, new_page):
    customer("small")
    chat = open_chat("small")
    page = new_page()
    page.goto("/desk/")
    page.get_by_role("textbox", name="邮箱").wait_for()
    keys = page.keyboard
    keys.type("lin.wei@desk.example")
    keys.press("Tab")
    keys.type("demo-lin-wei-2026")
    keys.press("Enter")
    page.get_by_role("navigation", name="工单列表").wait_for()
    row = page.get_by_role("listitem").filter(has_text=chat.ask_for_a_human())
    expect(row).to_be_visible()

    keys.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("接入当前工单")
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    keys.press("j")
    while row.get_by_role("button").get_attribute("aria-current") != "true":
        keys.press("j")
    expect(page.get_by_role("log")).to_contain_text("转人工")
    keys.press("c")
    expect(page.get_by_role("textbox", name="回复客户")).to_be_focused()
    keys.type("您好，我来处理。")
    keys.press("Enter")
    chat.expect_words("agent", "您好，我来处理。")
    keys.press("Escape")
    keys.press("n")
    keys.type("客户着急，先看网络")
    keys.press("Enter")
    expect(page.get_by_role("textbox", name="内部备注")).to_have_value("")
    keys.press("Escape")
    keys.press("s")
    expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_focused()
    keys.type("已处理")
    for _ in range(3):
        keys.press("Tab")
    keys.press("Enter")
    expect(chat.page.get_by_text("智能助手为您服务")).to_be_visible()
    assert "客户着急" not in chat.transcript()


def test_that_the_chat_works_by_keyboard_and_is_announced(customer, open_chat):
    customer("small")
    chat = open_chat("small")
    expect(chat.log).to_have_attribute("aria-live", "polite")
    chat.field.focus()
    chat.page.keyboard.type("你好")
    chat.page.keyboard.press("Enter")
    chat.expect_words("customer", "你好")
    send = chat.page.get_by_role("button", name="发送")
    expect(send).to_be_visible()


def test_that_enter_in_an_input_method_does_not_send(customer, open_chat):
    customer("small")
    chat = open_chat("small")
    before = chat.bubbles("customer").count()
    chat.field.focus()
    chat.page.keyboard.type("xuniji")
    for event in ({"key": "Enter", "isComposing": True}, {"key": "Enter", "keyCode": 229}):
        chat.field.dispatch_event("keydown", {**event, "bubbles": True, "composed": True, "cancelable": True})
    expect(chat.field).to_have_text("xuniji")
    assert chat.bubbles("customer").count() == before
    chat.field.press("Enter")
    chat.expect_words("customer", "xuniji")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_a_phone_shows_the_chat_without_sideways_scrolling(customer, open_chat, phone, language):
    customer("small", language)
    chat = open_chat("small", language, phone)
    chat.say({"zh": "我有哪些云服务器", "en": "list my instances"}[language])
    expect(chat.page.locator('cloud-support-chat [data-order="3"]')).to_be_visible()
    widths = chat.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1]
