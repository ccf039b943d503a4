"""Browsers of customers and agents. A request to another host or a script error on any page fails the test."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from chat_page import ChatPage
from desk_page import DeskPage
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

BROWSERS = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
"""Where deploy/local/bootstrap.sh looks, in its order."""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE_SECONDS = 60
PATIENCE_MS = PATIENCE_SECONDS * 1000
"""For a busy machine; nothing waits that long unless it fails."""
POLL_SECONDS = 0.05
A_CIRCUIT_BREAKERS_REST = 15
"""World seconds after which calls to a cloud that did not answer are tried again."""
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
# A refused login, a lost claim and a cut network are answers the pages handle; Chromium logs them all the same.
EXPECTED_IN_CONSOLE = ("Failed to load resource", "WebSocket connection to")


@dataclass
class Watch:
    """What pages did that they must not do."""

    host: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("request", self._on_request)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._on_console)

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self.host:
            self.outside.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_IN_CONSOLE):
            self.errors.append(message.text)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, stack: Any) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser profile of its own."""
    watch = Watch(urlsplit(stack.url).netloc)
    contexts: list[BrowserContext] = []

    def open_one(language: str = "zh", viewport: dict[str, int] = DESKTOP) -> Page:
        context = chromium.new_context(base_url=stack.url, locale=LOCALES[language], viewport=viewport)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert watch.outside == [], "pages must not load anything from other hosts"
    assert watch.errors == [], "scripts must not fail"


@dataclass(frozen=True)
class Customer:
    """A customer of the demonstration with a conversation that has just begun."""

    account_id: str
    account_name: str
    conversation_id: str
    api: httpx.Client

    def messages(self) -> list[dict[str, Any]]:
        """The stored transcript, oldest first."""
        address = f"/api/chat/conversations/{self.conversation_id}/messages"
        stored: list[dict[str, Any]] = (
            self.api.get(address, params={"limit": 200}).raise_for_status().json()["messages"]
        )
        return stored

    def settled(self) -> None:
        """Wait for the committed end of every turn that runs or is due; its words are on the page before that."""
        pause, end = threading.Event(), time.monotonic() + PATIENCE_SECONDS
        address = f"/api/demo/conversations/{self.conversation_id}/turns"
        while not self.api.get(address).raise_for_status().json()["idle"]:
            assert time.monotonic() < end, f"a turn did not end: {self.api.get(address).text}"
            pause.wait(POLL_SECONDS)

    def say(self, text: str, client_id: str) -> None:
        """Write through the HTTP door, as another of the customer's devices would."""
        address = f"/api/chat/conversations/{self.conversation_id}/messages"
        self.api.post(address, json={"client_id": client_id, "text": text}).raise_for_status()


@pytest.fixture
def customer(stack: Any) -> Iterator[Callable[..., Customer]]:
    """Signs a demo customer in and begins a fresh conversation, whatever other tests have left open."""
    clients: list[httpx.Client] = []

    def sign_in(key: str, language: str = "zh") -> Customer:
        spoken = {"Accept-Language": language}
        api = httpx.Client(base_url=stack.url, headers=spoken, timeout=PATIENCE_SECONDS, trust_env=False)
        clients.append(api)
        known = {one["key"]: one for one in api.get("/api/demo/customers").raise_for_status().json()}[key]
        minted = api.post("/api/demo/token", json={"customer": key, "language": language}).raise_for_status().json()
        api.headers["Authorization"] = f"Bearer {minted['token']}"
        wish = {"language": language, "fresh": True}
        opened = api.post("/api/chat/conversations", json=wish).raise_for_status().json()
        return Customer(known["account_id"], known["account_name"], opened["conversation_id"], api)

    yield sign_in
    for client in clients:
        client.close()


@pytest.fixture
def open_chat(new_page: Callable[..., Page]) -> Callable[..., ChatPage]:
    def open_one(key: str, language: str = "zh", viewport: dict[str, int] = DESKTOP) -> ChatPage:
        chat = ChatPage(new_page(language, viewport), language)
        chat.open(key)
        return chat

    return open_one


@pytest.fixture
def open_desk(new_page: Callable[..., Page]) -> Callable[..., DeskPage]:
    def open_one(agent: str, language: str = "zh", viewport: dict[str, int] = DESKTOP) -> DeskPage:
        desk = DeskPage(new_page(language, viewport), language)
        desk.open()
        desk.sign_in(agent)
        return desk

    return open_one


@pytest.fixture
def phone() -> dict[str, int]:
    return PHONE


@pytest.fixture
def control(stack: Any) -> Iterator[httpx.Client]:
    """The simulated cloud's control port; faults that a test injected are withdrawn after it."""
    with httpx.Client(base_url=stack.control_url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        yield client
        client.delete("/scenarios").raise_for_status()


@pytest.fixture
def calm(control: httpx.Client) -> Iterator[None]:
    """A world in which nothing is broken, stopped, overdue or silent; and again afterwards."""

    def make_calm() -> None:
        control.delete("/faults").raise_for_status()
        control.post("/reset").raise_for_status()
        control.post("/clock", json={"advance_seconds": A_CIRCUIT_BREAKERS_REST}).raise_for_status()

    make_calm()
    yield
    make_calm()
