"""The chat page and the widget: history, visitors, languages, production, other people's pages."""

import re

import pytest
from chat_page import ChatPage
from desk_page import DeskPage
from playwright.sync_api import expect

# More than one page of 50.
EARLIER = 60


def test_that_earlier_messages_come_page_by_page_in_order(customer, open_chat):
    known = customer("small")
    for number in range(EARLIER):
        known.say(f"你好，第 {number} 次", f"history-{number}")
    chat = open_chat("small")
    expect(chat.bubbles("customer").filter(has_text=f"第 {EARLIER - 1} 次")).to_be_visible()
    expect(chat.bubbles("customer").filter(has_text="第 0 次")).to_have_count(0)

    older = chat.page.get_by_role("button", name="查看更早的消息")
    older.click()

    expect(chat.bubbles("customer").filter(has_text="第 0 次")).to_have_count(1)
    expect(older).to_be_hidden()
    shown = chat.orders()
    assert shown == [str(seq) for seq in range(1, len(shown) + 1)]


def test_that_a_visitor_keeps_the_conversation_over_a_reload(open_chat):
    chat = open_chat("anonymous")
    chat.say("怎么重置云服务器的密码")
    chat.stored_order()
    chat.page.reload()
    chat.expect_words("customer", "怎么重置云服务器的密码")


def test_that_switching_the_language_keeps_the_conversation(customer, open_chat):
    customer("small")
    chat = open_chat("small")
    chat.say("你好")
    chat.stored_order()
    chat.page.get_by_role("button", name="English").click()
    expect(chat.page.get_by_role("heading", name="How can we help?")).to_be_visible()
    expect(chat.page.get_by_role("textbox", name="Describe the problem")).to_be_visible()
    expect(chat.page.get_by_text("You are talking to the assistant")).to_be_visible()
    chat.expect_words("customer", "你好")


def test_that_a_used_reply_cannot_be_used_again(customer, open_chat):
    customer("small")
    chat = open_chat("small")
    chat.ask_for_a_human()
    reply = chat.log.get_by_role("group", name="可选回复").get_by_role("button").first
    reply.click()
    expect(reply).to_be_disabled()
    expect(chat.page.get_by_text("智能助手为您服务")).to_be_visible()
    chat.page.reload()
    expect(chat.log.get_by_role("group", name="可选回复").get_by_role("button").first).to_be_disabled()


def test_that_production_shows_no_demo_controls(new_page):
    page = new_page()
    config = {"demo": False, "languages": ["zh", "en"], "version": "1"}
    page.route("**/api/config", lambda route: route.fulfill(json=config))
    page.route(re.compile("/api/demo/"), lambda route: pytest.fail(f"asked for {route.request.url}"))
    page.goto("/?lang=zh")
    page.get_by_role("textbox", name="请描述您遇到的问题").wait_for()
    expect(page.get_by_role("note")).to_be_hidden()
    expect(page.get_by_role("complementary")).to_be_hidden()
    expect(page.get_by_role("link", name="工程师工作台")).to_be_hidden()


def test_that_one_script_tag_puts_the_widget_on_any_page(new_page):
    page = new_page("en")
    page.goto("/help/?lang=en")
    page.evaluate(
        """() => {
            const script = Object.assign(document.createElement('script'), {src: '/widget.js'});
            document.head.append(script);
            document.body.append(document.createElement('cloud-support-chat'));
        }"""
    )
    launcher = page.get_by_role("button", name="Contact support")
    launcher.click()
    dialog = page.get_by_role("dialog", name="Support assistant")
    expect(dialog).to_be_visible()
    chat = ChatPage(page, "en")
    chat.say("How do I open a port?")
    chat.stored_order()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(launcher).to_be_focused()


def test_that_a_visitor_whose_session_has_expired_begins_anew(new_page):
    page = new_page()
    page.add_init_script("localStorage.setItem('cloud-support.session', 'expired')")
    chat = ChatPage(page, "zh")
    chat.open("anonymous")
    chat.say("你好")
    chat.stored_order()


def test_that_an_agent_whose_session_has_expired_is_asked_to_sign_in(new_page):
    desk = DeskPage(new_page(), "zh")
    refusal = {"error": {"code": "expired_token", "message": "登录已过期，请重新登录。"}}
    # In force before the page loads: an interception begun later misses requests that are already on their way.
    expired: list[bool] = []
    desk.page.route(
        re.compile("/api/desk/cases"),
        lambda route: route.fulfill(status=401, json=refusal) if expired else route.continue_(),
    )
    desk.open()
    desk.sign_in("林薇")
    expired.append(True)
    desk.page.keyboard.press("4")
    expect(desk.page.get_by_role("button", name="登录", exact=True)).to_be_visible()
