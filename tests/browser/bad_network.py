"""A network that can be cut and that can lose what the service sends."""

import re
import time

from playwright.sync_api import Page, Route, WebSocketRoute

# How frames of the chat's name space begin; heartbeats begin otherwise and pass.
EVENTS_AND_ACKNOWLEDGEMENTS = ("42/chat,", "43/chat,")
PATIENCE_SECONDS = 60.0
POLL_MS = 50


class Network:
    """Stands between a page and the service: can be cut, and can swallow what the service sends."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_cut = False
        self.is_deaf = False
        self.swallowed: list[str] = []
        self._sockets: list[WebSocketRoute] = []
        page.route_web_socket(re.compile(r"/socket\.io/"), self._on_socket)
        page.route(re.compile(r"/socket\.io/|/api/chat/|/api/desk/"), self._on_request)

    def cut(self) -> None:
        self.is_cut = True
        for socket in self._sockets:
            socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        self.is_cut = False

    def wait_swallowed(self, beginning: str) -> None:
        """Wait until a frame that begins like this has been lost."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not any(frame.startswith(beginning) for frame in self.swallowed):
            if time.monotonic() > deadline:
                raise AssertionError(f"no frame {beginning!r} was lost; lost: {self.swallowed}")
            self.page.wait_for_timeout(POLL_MS)

    def _on_request(self, route: Route) -> None:
        if self.is_cut:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    def _on_socket(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close()
            return
        server = socket.connect_to_server()
        self._sockets.append(socket)
        server.on_message(lambda frame: self._to_page(socket, frame))

    def _to_page(self, socket: WebSocketRoute, frame: str | bytes) -> None:
        if self.is_deaf and isinstance(frame, str) and frame.startswith(EVENTS_AND_ACKNOWLEDGEMENTS):
            self.swallowed.append(frame)
        else:
            socket.send(frame)
