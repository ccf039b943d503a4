"""What a customer or an agent writes is text, whoever reads it."""

from playwright.sync_api import expect

HOSTILE = (
    '<img src=x onerror="window.hacked=1"> [click](javascript:window.hacked=1) <script>window.hacked=1</script>'
    " ![pixel](https://evil.example/pixel.png) <svg onload=window.hacked=1> **bold**"
)


def test_that_hostile_text_does_no_harm_on_either_side(customer, open_chat, open_desk):
    customer("small")
    chat = open_chat("small")
    desk = open_desk("林薇")
    desk.open_case(chat.ask_for_a_human())
    desk.claim()
    expect(chat.page.get_by_text("林薇 正在为您服务")).to_be_visible()

    chat.say(HOSTILE)
    expect(desk.log.get_by_text('onerror="window.hacked=1"').first).to_be_visible()
    desk.reply_field.fill(HOSTILE)
    desk.reply_field.press("Enter")
    expect(chat.bubbles("agent").last.locator("strong")).to_have_text("bold")
    expect(desk.log.locator("strong", has_text="bold").last).to_be_visible()

    for page in (chat.page, desk.page):
        assert page.evaluate("window.hacked") is None
        assert page.locator('[src^="https://evil"], [href^="javascript"]').count() == 0
    assert chat.log.locator("img, script, svg").count() == 0
    assert desk.log.locator("img, script, svg").count() == 0
    desk.end("resolve", "完成")


def test_that_a_customers_markdown_stays_text(customer, open_chat):
    customer("small")
    chat = open_chat("small")
    chat.say("**不是粗体** [link](javascript:window.hacked=1)")
    bubble = chat.bubbles("customer").last
    expect(bubble).to_contain_text("**不是粗体** [link](javascript:window.hacked=1)")
    assert bubble.locator("a, strong").count() == 0
