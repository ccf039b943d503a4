"""The gateway's door to the assistant: one POST is one turn, answered as a stream of lines.

Contract: docs/contracts.md §1. No turn is silent: whatever fails inside, a message and a summary go out.
"""

import asyncio
import hmac
import json
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import jwt
import yaml
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.dialogue.action_answers import check_with_one_validator
from bot.dialogue.output import CHANNEL, TurnOutput, encode, message_line
from bot.dialogue.payloads import PayloadError, event_data, parse_payload, safe_text
from bot.nlu.search_vectors import search_vector
from contracts.schema import ContractError, check

logger = logging.getLogger(__name__)
RETRY = "retry_turn"
OnMessage = Callable[[UserMessage], Awaitable[Any]]
_TEXTS = Path(__file__).parents[2] / "data" / "texts"


def _own_texts(language: str) -> dict[str, str]:
    """What is said when nothing else could be: read at once, since it is needed when things are broken."""
    texts: dict[str, str] = yaml.safe_load((_TEXTS / language / "channel.yml").read_text("utf-8"))
    return texts


class SupportInput(InputChannel):
    """Turns of the support gateway, authenticated by a shared bearer token."""

    def __init__(self, token: str | None, secret: str | None) -> None:
        self._token, self._secret = token, secret
        self._texts = {language: _own_texts(language) for language in ("zh", "en")}
        self._busy: dict[str, asyncio.Lock] = {}

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "SupportInput":
        check_with_one_validator()
        return cls(os.environ.get("INTERNAL_TOKEN"), os.environ.get("INTERNAL_SECRET"))

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        blueprint = Blueprint("support_turns", __name__)

        @blueprint.post("/turn")
        async def turn(request: Request) -> HTTPResponse | None:
            if not self._authorised(request.headers.get("authorization", "")):
                return _refuse(401, "unauthorised", "a bearer token of this deployment is needed")
            try:
                asked = json.loads(request.body)
                check("turn", asked)
                message = self._read(asked)
            except ContractError as error:
                return _refuse(400, "bad_turn", str(error))
            except (ValueError, PayloadError) as error:
                return _refuse(400, "bad_turn", str(error)[:300])
            except jwt.PyJWTError as error:
                return _refuse(401, "bad_customer", type(error).__name__)
            stream = await request.respond(content_type="application/x-ndjson")
            await self._run(request, asked, message, on_new_message, stream.send)
            await stream.eof()
            return None

        @blueprint.post("/vector")
        async def vector(request: Request) -> HTTPResponse:
            if not self._authorised(request.headers.get("authorization", "")):
                return _refuse(401, "unauthorised", "a bearer token of this deployment is needed")
            try:
                asked = json.loads(request.body)
                check("vector", asked)
            except (ContractError, ValueError, RecursionError) as error:
                return _refuse(400, "bad_text", str(error)[:300])
            return response.json({"vector": search_vector(asked["text"], asked["language"]).tolist()})

        return blueprint

    def _authorised(self, header: str) -> bool:
        return bool(self._token) and hmac.compare_digest(header.encode(), f"Bearer {self._token}".encode())

    def _read(self, asked: dict[str, Any]) -> UserMessage:
        given, language = asked["input"], asked.get("language_hint")
        customer = None
        if asked.get("customer"):
            customer = jwt.decode(asked["customer"], self._secret or "", algorithms=["HS256"])
        metadata: dict[str, Any] = {"kind": given["kind"], "language_hint": language, "customer": customer}
        if given["kind"] == "text":
            text, parsed = safe_text(given["text"]), None
        elif given["kind"] == "payload":
            parsed = parse_payload(given["payload"], given.get("title"), language)
            text = parsed["text"]
        else:
            parsed = event_data(given["name"])
            text = parsed["text"]
            metadata |= {"event": given["name"], "data": given["data"]}
        return UserMessage(
            text=text,
            sender_id=asked["conversation_id"],
            parse_data=parsed,
            input_channel=CHANNEL,
            message_id=asked["turn_id"],
            metadata=metadata,
        )

    async def _run(
        self,
        request: Request,
        asked: dict[str, Any],
        message: UserMessage,
        on_new_message: OnMessage,
        write: Callable[[bytes], Awaitable[None]],
    ) -> None:
        output = TurnOutput(message.message_id, write)
        message.output_channel = output
        lock = self._busy.setdefault(message.sender_id, asyncio.Lock())
        async with lock:
            try:
                tracker = await request.app.ctx.agent.tracker_store.retrieve(message.sender_id)
                if tracker and await _tell_again(tracker, message, output):
                    await write(encode({"type": "summary", "summary": output.summary}))
                    return
                await on_new_message(_what_to_retry(tracker, message) if tracker else message)
            except Exception:
                logger.exception("turn %s of %s failed", message.message_id, message.sender_id)
        if not lock.locked():
            self._busy.pop(message.sender_id, None)
        if output.summary is None:
            language = asked.get("language_hint") or "zh"
            await self._own_up(message, language, output, write)
        await write(encode({"type": "summary", "summary": output.summary or _empty_summary("zh")}))

    async def _own_up(
        self, message: UserMessage, language: str, output: TurnOutput, write: Callable[[bytes], Awaitable[None]]
    ) -> None:
        if (message.metadata or {}).get("kind") != "event":
            texts = self._texts[language]
            retry = f"/{RETRY}" + json.dumps({"turn_id": message.message_id})
            said = {
                "text": texts["channel_trouble"],
                "custom": {"kind": "error"},
                "buttons": [
                    {"title": texts["channel_retry"], "payload": retry},
                    {"title": texts["channel_human"], "payload": "/talk_to_human"},
                ],
            }
            await write(encode(message_line(message.message_id, output.count, said)))
        output.summary = _empty_summary(language)


async def _tell_again(tracker: DialogueStateTracker, message: UserMessage, output: TurnOutput) -> bool:
    """A turn that was run to its end before is told again from the tracker, not run again; True when it was."""
    turns = _turn_events(tracker, message.message_id)
    said = [event.message() for event in turns if isinstance(event, BotUttered)]
    if not any("summary" in (one.get("custom") or {}) for one in said):
        return False
    for one in said:
        await output.send_response(message.sender_id, one)
    return True


def _turn_events(tracker: DialogueStateTracker, turn_id: str) -> list[Event]:
    """The events of one turn, the customer's message first; empty when the tracker does not have it."""
    events: list[Event] = []
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if events:
                break
            if event.message_id != turn_id:
                continue
            events.append(event)
        elif events:
            events.append(event)
    return events


def _what_to_retry(tracker: DialogueStateTracker, message: UserMessage) -> UserMessage:
    """The message a "try again" button stands for: the one whose turn failed."""
    if not message.parse_data or message.parse_data["intent"]["name"] != RETRY:
        return message
    failed = next((entity["value"] for entity in message.parse_data["entities"]), "")
    events = _turn_events(tracker, str(failed))
    if not events:
        return message
    first = events[0]
    was_text = first.metadata.get("kind") == "text"
    return UserMessage(
        text=first.text,
        output_channel=message.output_channel,
        sender_id=message.sender_id,
        parse_data=None if was_text else first.parse_data,
        input_channel=CHANNEL,
        message_id=message.message_id,
        metadata={**first.metadata, "customer": (message.metadata or {}).get("customer")},
    )


def _empty_summary(language: str) -> dict[str, Any]:
    return {
        "intent": None,
        "confidence": None,
        "language": language,
        "task": None,
        "slots": {},
        "wakeups": [],
        "cancel_wakeups": False,
        "handoff": None,
        "resolution": None,
    }


def _refuse(status: int, code: str, why: str) -> HTTPResponse:
    return response.json({"error": {"code": code, "message": why}}, status=status)
