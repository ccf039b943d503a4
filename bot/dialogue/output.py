"""Turns Rasa's bot events into the lines of a turn's answer (docs/contracts.md §1)."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import OutputChannel

Line = dict[str, Any]
CHANNEL = "support"


def message_line(turn_id: str, index: int, bot_message: dict[str, Any]) -> Line:
    """One bot utterance as a message line; ids are stable, so that a turn told twice is shown once."""
    custom = bot_message.get("custom") or {}
    return {
        "type": "message",
        "message": {
            "id": f"{turn_id}.{index}",
            "text": bot_message.get("text") or "",
            "kind": custom.get("kind", "answer"),
            "buttons": [
                {"title": button["title"], "payload": button["payload"]} for button in bot_message.get("buttons") or []
            ],
            "card": custom.get("card"),
        },
    }


def encode(line: Line) -> bytes:
    """NDJSON: one object, one line."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class TurnOutput(OutputChannel):
    """Collects the messages of one turn and hands each on as soon as Rasa utters it.

    An utterance whose custom part holds `summary` is not shown: it is what the turn came to.
    """

    def __init__(self, turn_id: str, write: Callable[[bytes], Awaitable[None]]) -> None:
        self._turn_id, self._write = turn_id, write
        self.count = 0
        self.summary: dict[str, Any] | None = None

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        custom = message.get("custom") or {}
        if "summary" in custom:
            self.summary = custom["summary"]
            return
        line = message_line(self._turn_id, self.count, message)
        self.count += 1
        await self._write(encode(line))

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        await self.send_response(recipient_id, {"text": text, **kwargs})
