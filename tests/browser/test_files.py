"""A customer sends a file: by keyboard, in both languages; an engineer can open it; what is not taken says why."""

import base64
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WORDS = {
    "zh": {"attach": "添加图片或文件", "kept": "已收到并保存", "bad": "不支持", "large": "不能超过 5 MB"},
    "en": {"attach": "Attach a picture", "kept": "has been received", "bad": "not supported", "large": "at most 5 MB"},
}
LARGER_THAN_TAKEN = 6 * 1024 * 1024


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_a_picture_is_sent_by_keyboard_and_opened_by_the_engineer(customer, open_chat, open_desk, language):
    words = WORDS[language]
    known = customer("small", language)
    chat = open_chat("small", language)
    expect(chat.bubbles("bot").first).to_be_visible()
    chat.field.focus()
    attach = chat.page.get_by_role("button", name=words["attach"])
    for _ in range(2):
        chat.page.keyboard.press("Tab")
    expect(attach).to_be_focused()
    with chat.page.expect_file_chooser() as chooser:
        attach.press("Enter")
    chooser.value.set_files({"name": "error.png", "mimeType": "image/png", "buffer": PICTURE})

    link = chat.log.get_by_role("link", name="error.png", exact=True)
    expect(link).to_be_visible()
    chat.expect_words("system", words["kept"])
    assert [message["kind"] for message in known.messages() if message["role"] == "customer"] == ["file"]
    address = link.get_attribute("href")
    fetched = chat.page.request.get(address)
    assert fetched.body() == PICTURE, fetched.text()

    desk = open_desk("林薇", language)
    desk.open_case(chat.ask_for_a_human())
    expect(desk.log.get_by_role("link", name="error.png", exact=True)).to_have_attribute("href", urlsplit(address).path)
    chat.page.reload()
    expect(link).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_a_file_that_is_not_taken_says_why(customer, open_chat, language):
    words = WORDS[language]
    known = customer("small", language)
    chat = open_chat("small", language)
    for name, content, reason in (
        ("setup.exe", b"MZ\x90\x00\x03", words["bad"]),
        ("dump.log", b"x" * LARGER_THAN_TAKEN, words["large"]),
    ):
        with chat.page.expect_file_chooser() as chooser:
            chat.page.get_by_role("button", name=words["attach"]).click()
        chooser.value.set_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
        expect(chat.bubbles("customer").filter(has_text=name)).to_contain_text(reason)
    assert [message for message in known.messages() if message["role"] == "customer"] == []


def test_that_a_pasted_screenshot_is_sent_as_a_file(customer, open_chat):
    customer("small")
    chat = open_chat("small")
    chat.field.focus()
    chat.field.evaluate(
        """(field, picture) => {
            const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], 'screenshot.png', {type: 'image/png'}));
            const options = {clipboardData: data, bubbles: true, composed: true, cancelable: true};
            field.dispatchEvent(new ClipboardEvent('paste', options));
        }""",
        base64.b64encode(PICTURE).decode(),
    )
    expect(chat.bubbles("customer").last.get_by_role("link", name="screenshot.png")).to_be_visible()
    expect(chat.field).to_have_text("")
