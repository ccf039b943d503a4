"""The chat page as a customer uses it."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

WORDS = {
    "zh": {
        "human": "转人工",
        "placeholder": "请描述您遇到的问题",
        "execute": "确认执行",
        "inject": "注入",
        "offline": "网络已断开",
        "waiting": "等待发送",
    },
    "en": {
        "human": "I want to talk to a human",
        "placeholder": "Describe the problem",
        "execute": "Yes, do it",
        "inject": "Inject",
        "offline": "Connection lost",
        "waiting": "Waiting to be sent",
    },
}
CASE_ID = re.compile(r"TK-\d{8}-\d{4}")
ANSWER_MS = 60_000


@dataclass
class ChatPage:
    """Actions and facts of the page; everything is found the way a person or a screen reader finds it."""

    page: Page
    language: str

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.language]

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.words["placeholder"])

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def open(self, customer_key: str) -> None:
        self.page.goto(f"/?customer={customer_key}&lang={self.language}")
        self.field.wait_for()

    def say(self, text: str) -> None:
        self.field.click()
        self.field.press_sequentially(text)
        self.field.press("Enter")
        expect(self.bubbles("customer").filter(has_text=text).last).to_be_visible()

    def break_something(self, title: str) -> None:
        """Inject a fault by the page's own menu."""
        self.page.get_by_role("button", name=f"{self.words['inject']} {title}", exact=True).click()
        expect(self.page.get_by_role("status").filter(has_text=title)).to_be_visible()

    def press(self, title: str) -> None:
        """A reply button of the newest message that offers one of that title."""
        self.log.get_by_role("button", name=title, exact=True).last.click()
        expect(self.bubbles("customer").filter(has_text=title).last).to_be_visible()
        self.stored_order()

    def bubbles(self, role: str) -> Locator:
        return self.page.locator(f'cloud-support-chat [data-role="{role}"]')

    def texts(self) -> list[tuple[str, str]]:
        """Role and words of every bubble from top to bottom."""
        found = self.page.locator("cloud-support-chat [data-role]")
        return [
            (bubble.get_attribute("data-role") or "", bubble.locator(".cs-own, .cs-text").inner_text().strip())
            for bubble in found.all()
        ]

    def orders(self) -> list[str]:
        """Sequence numbers of the bubbles from top to bottom."""
        found = self.page.locator("cloud-support-chat [data-order]")
        return [bubble.get_attribute("data-order") or "" for bubble in found.all()]

    def answers(self) -> str:
        """All that is shown after the customer's last message."""
        after = int(self.stored_order())
        shown = zip(self.orders(), self.texts(), strict=True)
        return "\n".join(words for order, (_, words) in shown if order != "Infinity" and int(order) > after)

    @property
    def offline(self) -> Locator:
        return self.page.get_by_role("alert").filter(has_text=self.words["offline"])

    @property
    def waiting(self) -> Locator:
        """Messages that are marked as not sent yet."""
        return self.page.get_by_text(self.words["waiting"], exact=True)

    def ask_for_a_human(self) -> str:
        """The id of the case that the customer is told."""
        self.say(self.words["human"])
        place = self.page.locator("cloud-support-chat #queue-facts")
        expect(place).to_have_text(CASE_ID, timeout=ANSWER_MS)
        found = CASE_ID.search(place.inner_text())
        assert found, place.inner_text()
        return found.group()

    def expect_words(self, role: str, text: str) -> None:
        expect(self.bubbles(role).filter(has_text=text).last).to_be_visible()

    def expect_result(self) -> Locator:
        """What the assistant says was achieved after the customer's last message."""
        result = self.newer(self.stored_order(), "result").first
        try:
            expect(result).to_be_visible(timeout=ANSWER_MS)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.transcript()}") from None
        return result

    def stored_order(self) -> str:
        """Sequence number of the customer's last message, once the service has stored it."""
        last = self.bubbles("customer").last
        expect(last).to_have_attribute("data-order", re.compile(r"^\d+$"))
        return last.get_attribute("data-order") or ""

    def newer(self, order: str, *kinds: str) -> Locator:
        """Messages of the assistant, of these kinds, after a sequence number."""
        after = f'cloud-support-chat [data-order="{order}"] ~ [data-role="bot"]'
        return self.page.locator(", ".join(f"{after}:has(.cs-kind-{kind})" for kind in kinds))

    def transcript(self) -> str:
        return "\n".join(f"{role}: {text}" for role, text in self.texts())
