"""“Nothing wrong found” and “cannot tell, the cloud does not answer” are two different answers, in the browser too."""

import re

import pytest
from playwright.sync_api import expect

NOTHING_FOUND = {"zh": "没有发现异常.*状态 Running", "en": "found nothing wrong.*status Running"}
CANNOT_TELL = {"zh": "没法判断.*监控数据", "en": "cannot tell.*monitoring data"}
SILENT = {"zh": "没有回应.*不能判断", "en": "not answering.*cannot tell"}
ONE_IS_DOWN = {"zh": "我有台服务器宕机了", "en": "one of my servers crashed"}
WEB_01_IS_DOWN = {"zh": "web-01 宕机了", "en": "web-01 crashed"}
PERSON = {"zh": "转人工", "en": "Talk to a person"}
AGAIN = {"zh": "再查一次", "en": "Check again"}
WEB_01 = "i-Dw7Lq2Xa"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_nothing_wrong_and_cannot_tell_are_different_answers(calm, customer, open_chat, control, language):
    known = customer("small", language)
    chat = open_chat("small", language)
    healthy = answers_to(WEB_01_IS_DOWN[language], chat, known)
    assert said(NOTHING_FOUND[language], healthy) and not said(CANNOT_TELL[language], healthy), healthy
    expect(chat.log.get_by_role("button", name=PERSON[language], exact=True).last).to_be_enabled()

    control.post("/faults", json={"service": "bcm", "kind": "drop"}).raise_for_status()
    unknown = answers_to(WEB_01_IS_DOWN[language], chat, known)
    assert said(CANNOT_TELL[language], unknown) and not said(NOTHING_FOUND[language], unknown), unknown
    expect(chat.log.get_by_role("button", name=AGAIN[language], exact=True).last).to_be_enabled()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_a_silent_cloud_is_owned_up_to_and_asked_again(calm, customer, open_chat, control, language):
    known = customer("small", language)
    fault = {"scenario": "guest_hang", "account_id": known.account_id, "resource_id": WEB_01}
    control.post("/scenarios", json=fault).raise_for_status()
    control.post("/faults", json={"service": "bcc", "kind": "drop"}).raise_for_status()
    chat = open_chat("small", language)
    silent = answers_to(ONE_IS_DOWN[language], chat, known)
    assert said(SILENT[language], silent), silent

    control.delete("/faults").raise_for_status()
    control.post("/clock", json={"advance_seconds": 60}).raise_for_status()
    chat.press(AGAIN[language])
    expect(chat.newer(chat.stored_order(), "question").last).to_contain_text("web-01")


def answers_to(words: str, chat, known) -> str:
    """All that the assistant says to a message."""
    chat.say(words)
    chat.stored_order()
    known.settled()
    expect(chat.page.locator(f'cloud-support-chat [data-order="{known.messages()[-1]["seq"]}"]')).to_be_visible()
    return chat.answers()


def said(words: str, text: str) -> bool:
    return re.search(words, text, re.DOTALL | re.IGNORECASE) is not None
