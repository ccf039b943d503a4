"""A bad network: nothing is lost, nothing is shown twice, order is kept."""

import pytest
from bad_network import Network
from chat_page import ChatPage
from desk_page import DeskPage
from playwright.sync_api import expect


@pytest.fixture
def known(customer):
    return customer("small")


@pytest.fixture
def net(new_page):
    return Network(new_page())


@pytest.fixture
def chat(net, known):
    """A conversation that has begun, behind a network that still works."""
    chat = ChatPage(net.page, "zh")
    chat.open("small")
    chat.say("第一句")
    chat.stored_order()
    return chat


def test_that_a_cut_loses_nothing_and_doubles_nothing(known, net, chat):
    net.cut()
    expect(chat.offline).to_be_visible()
    chat.say("断网时写的第二句")
    chat.say("断网时写的第三句")
    expect(chat.waiting).to_have_count(2)
    known.say("另一台设备上写的", "other-device-1")
    net.mend()

    expect(chat.waiting).to_have_count(0)
    expect_page_equals_transcript(chat, known)
    assert said(known) == ["第一句", "另一台设备上写的", "断网时写的第二句", "断网时写的第三句"]


def test_that_messages_written_offline_survive_a_reload(known, net, chat):
    net.cut()
    chat.say("断网时写的")
    expect(chat.waiting).to_have_count(1)
    chat.page.reload()
    expect(chat.offline).to_be_visible()
    net.mend()

    chat.expect_words("customer", "断网时写的")
    expect(chat.waiting).to_have_count(0)
    expect_page_equals_transcript(chat, known)
    assert said(known) == ["第一句", "断网时写的"]


def test_that_a_lost_answer_does_not_store_a_message_twice(known, net, chat):
    net.is_deaf = True
    chat.say("只说一次")
    net.wait_swallowed("43/chat,")
    net.is_deaf = False
    chat.say("然后继续")

    expect_page_equals_transcript(chat, known, since="然后继续")
    assert said(known) == ["第一句", "只说一次", "然后继续"]


def said(known) -> list[str]:
    return [message["text"] for message in known.messages() if message["role"] == "customer"]


def expect_page_equals_transcript(chat, known, since: str | None = None) -> None:
    """What is shown is what is stored: the same messages, once each, in the same order."""
    if since is not None:
        chat.expect_words("customer", since)
    chat.stored_order()
    last = known.messages()[-1]["seq"]
    expect(chat.page.locator(f'cloud-support-chat [data-order="{last}"]')).to_be_visible()
    shown = chat.orders()
    assert shown == [str(seq) for seq in range(1, len(shown) + 1)]
    assert len(shown) >= last


def test_that_an_agent_misses_nothing_over_a_cut(customer, open_chat, new_page):
    customer("small")
    chat = open_chat("small")
    net = Network(new_page())
    desk = DeskPage(net.page, "zh")
    desk.open()
    desk.sign_in("林薇")
    desk.open_case(chat.ask_for_a_human())
    desk.claim()

    net.cut()
    expect(desk.page.get_by_role("alert").filter(has_text=desk.words["lost"])).to_be_visible()
    chat.say("断线时写给工程师的")
    chat.stored_order()
    desk.reply_field.fill("断线时回复的")
    desk.reply_field.press("Enter")
    expect(desk.page.get_by_text("内容已保留")).to_be_visible()
    expect(desk.reply_field).to_have_value("断线时回复的")
    net.mend()

    expect(desk.log.get_by_role("article").filter(has_text="断线时写给工程师的")).to_have_count(1)
    desk.reply_field.press("Enter")
    chat.expect_words("agent", "断线时回复的")
    expect(desk.log.get_by_role("article").filter(has_text="断线时回复的")).to_have_count(1)
    desk.end("resolve", "完成")
