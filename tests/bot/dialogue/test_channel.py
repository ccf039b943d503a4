"""The gateway's door, over real HTTP, with an agent that does what the test says."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
import jwt
import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Sanic

from bot.dialogue.channel import SupportInput
from bot.dialogue.payloads import PayloadError, parse_payload, safe_text
from bot.nlu.search_vectors import search_vector

TOKEN, SECRET = "token-of-the-test", "secret-of-the-test-that-is-long-enough"
SUMMARY = {"intent": "greet", "language": "en"}
Behaviour = Callable[[UserMessage], Awaitable[None]]
Asks = list[tuple[dict[str, Any] | bytes, dict[str, str]]]


def turn(**changes: Any) -> dict[str, Any]:
    return {"conversation_id": "c-1", "turn_id": "m-1", "input": {"kind": "text", "text": "hi"}, **changes}


def ask(
    behaviour: Behaviour, *asked: dict[str, Any] | bytes, token: str = TOKEN, door: str = "turn"
) -> list[tuple[int, Any]]:
    """Send requests one after the other; (status, lines or error) of each."""

    async def play() -> list[tuple[int, Any]]:
        Sanic.test_mode = True
        app = Sanic(f"channel_{id(behaviour)}")
        store = InMemoryTrackerStore(Domain.empty())
        app.ctx.agent = SimpleNamespace(tracker_store=store)

        async def handle(message: UserMessage) -> None:
            tracker = await store.get_or_create_tracker(message.sender_id)
            tracker.update(UserUttered(message.text, message_id=message.message_id, metadata=message.metadata))
            message.tracker = tracker
            await behaviour(message)
            await store.save(tracker)

        app.blueprint(SupportInput(TOKEN, SECRET).blueprint(handle), url_prefix="/webhooks/support")
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = await app.create_server(sock=listening, return_asyncio_server=True)
        await server.startup()
        await server.start_serving()
        found = []
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            for one in asked:
                body = one if isinstance(one, bytes) else json.dumps(one).encode()
                async with session.post(f"http://127.0.0.1:{port}/webhooks/support/{door}", data=body) as answer:
                    text = await answer.text()
                    lines = [json.loads(line) for line in text.splitlines()] if answer.status == 200 else text
                    found.append((answer.status, lines))
        server.close()
        await server.wait_closed()
        return found

    return asyncio.run(play())


async def utter(message: UserMessage, text: str, **custom: Any) -> None:
    event = BotUttered(text, {"custom": custom} if custom else None)
    message.tracker.update(event)
    await message.output_channel.send_response(message.sender_id, event.message())


async def polite(message: UserMessage) -> None:
    await utter(message, f"hello {message.text}")
    await utter(message, "", summary=SUMMARY)


async def broken(message: UserMessage) -> None:
    raise RuntimeError("the action server is down")


async def mute(message: UserMessage) -> None:
    return


def test_that_a_turn_answers_messages_and_then_its_summary() -> None:
    [(status, lines)] = ask(polite, turn())
    assert status == 200
    assert [line["type"] for line in lines] == ["message", "summary"]
    assert lines[0]["message"]["id"] == "m-1.0"
    assert lines[1]["summary"] == SUMMARY


@pytest.mark.parametrize("behaviour", [broken, mute])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_no_turn_is_silent(behaviour: Behaviour, language: str) -> None:
    [(_, lines)] = ask(behaviour, turn(language_hint=language))
    assert lines[0]["message"]["kind"] == "error"
    assert [button["payload"] for button in lines[0]["message"]["buttons"]][1] == "/talk_to_human"
    assert lines[-1]["summary"]["language"] == language


def test_that_the_same_turn_twice_is_run_once() -> None:
    runs = []

    async def counting(message: UserMessage) -> None:
        runs.append(message.message_id)
        await polite(message)

    first, second = ask(counting, turn(), turn())
    assert first == second
    assert runs == ["m-1"]


def test_that_a_retry_runs_the_failed_message_again() -> None:
    heard = []

    async def fails_first(message: UserMessage) -> None:
        heard.append((message.text, message.parse_data))
        if len(heard) > 1:
            await polite(message)

    retry = {"kind": "payload", "payload": '/retry_turn{"turn_id": "m-1"}', "title": "Try again"}
    _, (_, lines) = ask(fails_first, turn(), turn(turn_id="m-2", input=retry))
    assert heard == [("hi", None), ("hi", None)]
    assert lines[0]["message"]["text"] == "hello hi"


def test_that_who_the_customer_is_comes_from_a_signed_token_only() -> None:
    seen = []

    async def note(message: UserMessage) -> None:
        seen.append(message.metadata["customer"])
        await polite(message)

    good = jwt.encode({"sub": "u", "account_id": "a"}, SECRET, algorithm="HS256")
    forged = jwt.encode({"sub": "u", "account_id": "b"}, "another-secret-that-is-long-enough-too", algorithm="HS256")
    answers = ask(note, turn(customer=good), turn(turn_id="m-2", customer=forged))
    assert [status for status, _ in answers] == [200, 401]
    assert seen == [{"sub": "u", "account_id": "a"}]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        turn(input={"kind": "text"}),
        turn(input={"kind": "payload", "payload": "affirm"}),
        turn(input={"kind": "payload", "payload": "/affirm{broken"}),
        turn(input={"kind": "event", "name": "no_such", "data": {}}),
        turn(input={"kind": "text", "text": "x" * 20001}),
        turn(conversation_id="c 1/../"),
    ],
)
def test_that_a_malformed_turn_is_refused_with_a_reason(bad: Any) -> None:
    [(status, text)] = ask(polite, bad)
    assert status == 400
    assert json.loads(text)["error"]["code"] == "bad_turn"


def test_that_a_wrong_token_is_refused() -> None:
    [(status, _)] = ask(polite, turn(), token="guess")
    assert status == 401


@pytest.mark.parametrize("text", ["/restart", "  /talk_to_human{}", "／affirm"])
def test_that_a_customers_slash_is_text(text: str) -> None:
    assert not safe_text(text).startswith("/")


def test_that_a_payload_brings_exact_intent_and_entities() -> None:
    parsed = parse_payload('/inform{"instance_id": "i-NNkaK46e"}', "web-01", "zh")
    assert parsed["intent"] == {"name": "inform", "confidence": 1.0}
    assert parsed["entities"][0]["value"] == "i-NNkaK46e"
    with pytest.raises(PayloadError):
        parse_payload("/inform;drop{}", None, None)


@pytest.mark.parametrize(
    ("text", "language"), [("磁盘怎么扩容", "zh"), ("how do I grow a disk", "en"), ("长" * 2000, "zh")]
)
def test_that_a_text_gets_the_vector_that_articles_are_found_by(text: str, language: str) -> None:
    [(status, [answer])] = ask(mute, {"text": text, "language": language}, door="vector")
    assert status == 200 and answer["vector"] == search_vector(text, "zh" if language == "zh" else "en").tolist()
    assert max(map(abs, answer["vector"])) == 127


def test_that_the_vector_of_no_words_points_nowhere() -> None:
    answers = ask(mute, *({"text": text, "language": "en"} for text in (" ", "\u200b")), door="vector")
    assert [(status, set(lines[0]["vector"])) for status, lines in answers] == [(200, {0})] * 2


@pytest.mark.parametrize(
    "asked",
    [
        {},
        b"",
        b"[",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        {"text": "x"},
        {"text": "", "language": "en"},
        {"text": "x" * 2001, "language": "en"},
        {"text": ["x"], "language": "en"},
        {"text": "x", "language": "fr"},
        {"text": "x", "language": "en", "more": 1},
    ],
)
def test_that_what_is_no_text_gets_no_vector(asked: dict[str, Any] | bytes) -> None:
    [(status, _)] = ask(mute, asked, door="vector")
    assert status == 400


def test_that_a_vector_is_for_this_deployment_only() -> None:
    [(status, _)] = ask(mute, {"text": "x", "language": "en"}, token="another", door="vector")
    assert status == 401
