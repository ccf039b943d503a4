"""The desk as an agent uses it."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

WORDS = {
    "zh": {
        "sign_in": "登录",
        "list": "工单列表",
        "claim": "接入",
        "resolve": "标记解决",
        "release": "交还助手",
        "reply": "回复客户",
        "note": "内部备注",
        "confirm": "确定",
        "transcript": "会话记录",
        "audit": "操作记录",
        "packet": "交接信息",
        "email": "邮箱",
        "lost": "连接已断开",
    },
    "en": {
        "sign_in": "Sign in",
        "list": "Cases",
        "claim": "Claim",
        "resolve": "Resolve",
        "release": "Give back",
        "reply": "Reply",
        "note": "Internal note",
        "confirm": "OK",
        "transcript": "Conversation",
        "audit": "Audit",
        "packet": "Handover",
        "email": "E-mail",
        "lost": "Connection lost",
    },
}


@dataclass
class DeskPage:
    """Actions and facts of the desk."""

    page: Page
    language: str

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.language]

    def open(self) -> None:
        self.page.goto("/desk/")
        self.page.get_by_role("textbox", name=self.words["email"]).wait_for()

    def sign_in(self, agent: str) -> None:
        """As one of the demo agents whose accounts the page lists."""
        self.page.get_by_role("button", name=agent).click()
        self.page.get_by_role("button", name=self.words["sign_in"], exact=True).click()
        self.queue.wait_for()

    @property
    def queue(self) -> Locator:
        return self.page.get_by_role("navigation", name=self.words["list"])

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name=self.words["transcript"])

    @property
    def packet(self) -> Locator:
        return self.page.get_by_role("complementary", name=self.words["packet"])

    def row(self, case_id: str) -> Locator:
        return self.queue.get_by_role("listitem").filter(has_text=case_id)

    def open_case(self, case_id: str) -> None:
        self.row(case_id).get_by_role("button").click()
        self.log.wait_for()

    def claim(self) -> None:
        self.page.get_by_role("button", name=self.words["claim"], exact=True).click()
        expect(self.reply_field).to_be_enabled()

    @property
    def reply_field(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.words["reply"])

    def write(self, text: str) -> None:
        self.reply_field.fill(text)
        self.reply_field.press("Enter")
        expect(self.log.get_by_role("article").filter(has_text=text)).to_be_visible()

    def end(self, how: str, note: str) -> None:
        """Resolve or release with a note."""
        self.page.get_by_role("button", name=self.words[how]).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("textbox").first.fill(note)
        dialog.get_by_role("button", name=self.words["confirm"]).click()
        expect(dialog).to_be_hidden()
