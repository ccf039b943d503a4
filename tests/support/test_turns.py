"""Turns of the assistant: in order, once, honest when it is slow, broken or away, resumed after a restart."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fake_assistant import Dying, FakeAssistant, Json, echo, message, packet, summary
from support_harness import PATIENCE_SECONDS, Support, eventually


def _only_text(reply: Callable[[Json], Iterator[Json | bytes]]) -> Callable[[Json], Iterator[Json | bytes]]:
    """Events are answered as usual; texts as `reply` says."""
    return lambda turn: echo(turn) if turn["input"]["kind"] == "event" else reply(turn)


def test_that_each_message_is_shown_when_it_arrives(support: Support, assistant: FakeAssistant) -> None:
    go_on = threading.Event()

    def reply(turn: Json) -> Iterator[Json]:
        yield message(turn, 0, "looking", "progress")
        go_on.wait(PATIENCE_SECONDS)
        yield message(turn, 1, "found", "result")
        yield summary()

    customer = support.customer()
    assistant.reply = _only_text(reply)
    customer.send("go")
    customer.hears("looking")
    assert "found" not in customer.texts()
    go_on.set()
    customer.hears("found")


def test_that_one_turn_runs_at_a_time_and_in_order(support: Support, assistant: FakeAssistant) -> None:
    running: list[str] = []
    most: list[int] = []

    def reply(turn: Json) -> Iterator[Json | bytes]:
        if turn["conversation_id"] != customer.id:
            yield from echo(turn)
            return
        running.append(turn["turn_id"])
        most.append(len(running))
        yield message(turn, 0, f"echo {turn['input']['text']}")
        running.remove(turn["turn_id"])
        yield summary()

    customer = support.customer()
    customer.hears("event opened")
    assistant.reply = reply
    for number in range(8):
        customer.send(str(number))
    eventually(lambda: len(customer.texts("bot")) == 9, "eight answers")
    assert customer.texts("bot")[1:] == [f"echo {number}" for number in range(8)]
    assert max(most) == 1


@pytest.fixture
def hasty(start: Callable[..., Support]) -> Support:
    """A service that soon tells its customers that an answer takes long."""
    return start(TURN_SLOW_SECONDS="0.6")


def test_that_a_slow_turn_gets_an_honest_word_and_still_its_answer(hasty: Support, assistant: FakeAssistant) -> None:
    go_on = threading.Event()

    def reply(turn: Json) -> Iterator[Json]:
        go_on.wait(PATIENCE_SECONDS)
        yield message(turn, 0, "here it is")
        yield summary()

    customer = hasty.customer()
    customer.settled()
    before = len(customer.texts("system"))
    assistant.reply = _only_text(reply)
    customer.send("slow?")
    eventually(lambda: len(customer.texts("system")) > before, "an honest word")
    go_on.set()
    customer.hears("here it is", "bot")
    customer.settled()
    assert ["longer than usual" in text for text in customer.texts("system")[before:]] == [True]


def test_that_the_slow_word_comes_in_the_customers_language(hasty: Support, assistant: FakeAssistant) -> None:
    go_on = threading.Event()

    def reply(turn: Json) -> Iterator[Json]:
        go_on.wait(PATIENCE_SECONDS)
        yield message(turn, 0, "好了")
        yield summary(language="zh")

    assistant.reply = reply
    customer = hasty.customer(language="zh")
    customer.hears("比平时久", "system")
    go_on.set()
    customer.hears("好了")


def _dies_once() -> Callable[[Json], Iterator[Json | bytes]]:
    tried: list[str] = []

    def reply(turn: Json) -> Iterator[Json | bytes]:
        yield message(turn, 0, "first half")
        if not tried:
            tried.append(turn["turn_id"])
            raise Dying
        yield message(turn, 1, "second half")
        yield summary()

    return reply


def test_that_a_turn_that_breaks_off_is_asked_again_and_shows_nothing_twice(
    support: Support, assistant: FakeAssistant
) -> None:
    customer = support.customer()
    customer.hears("event opened")
    assistant.reply = _only_text(_dies_once())
    message_id = customer.send("go").json()["id"]
    customer.hears("second half")
    assert customer.texts("bot")[1:] == ["first half", "second half"]
    assert [turn["turn_id"] for turn in assistant.asked(customer.id)].count(message_id) == 2


def _good(turn: Json) -> bytes:
    import json

    return json.dumps(message(turn, 0, "fine")).encode() + b"\n"


GARBAGE: dict[str, Callable[[Json], Iterator[Json | bytes]]] = {
    "no json": lambda turn: iter([b"<html>oops</html>\n"]),
    "nothing at all": lambda turn: iter([b"\n"]),
    "no summary": lambda turn: iter([_good(turn)]),
    "unknown type": lambda turn: iter([{"type": "surprise"}]),
    "no such kind": lambda turn: iter([message(turn, 0, "x", "shout"), summary()]),
    "bad handoff": lambda turn: iter([message(turn, 0, "bye", "farewell"), summary(handoff={"version": 1})]),
    "line after the summary": lambda turn: iter([summary(), message(turn, 0, "late")]),
    "endless line": lambda turn: iter([b'{"type":"' + b"x" * 100_000] * 12),
    "deep nesting": lambda turn: iter([b"[" * 100_000 + b"\n"]),
    "binary": lambda turn: iter([bytes(range(256)) + b"\n"]),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_that_garbage_from_the_assistant_ends_in_an_honest_message(
    support: Support, assistant: FakeAssistant, kind: str
) -> None:
    customer = support.customer()
    customer.hears("event opened")
    assistant.reply = _only_text(GARBAGE[kind])
    customer.send("go")
    honest = customer.hears("did not respond", "system")
    assert honest["kind"] == "error"
    assert [button["title"] for button in honest["buttons"]] == ["Try again", "Talk to a human"]
    assert customer.owner() == "bot" and "bye" not in customer.texts()
    assistant.reply = echo
    customer.send("still there?")
    customer.hears("echo still there?")


def test_that_the_retry_button_asks_the_same_turn_again(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer()
    customer.hears("event opened")
    assistant.reply = GARBAGE["no json"]
    message_id = customer.send("go").json()["id"]
    retry = customer.hears("did not respond")["buttons"][0]["payload"]
    assistant.reply = echo
    customer.send(payload=retry)
    customer.hears("echo go")
    assert assistant.asked(customer.id)[-1]["turn_id"] == message_id
    assert customer.texts("customer") == ["go", "Try again"]


def test_that_a_human_can_be_had_while_the_assistant_is_away(support: Support, assistant: FakeAssistant) -> None:
    customer = support.customer()
    customer.hears("event opened")
    assistant.reply = GARBAGE["no json"]
    customer.send("everything is down")
    customer.send(payload=customer.hears("did not respond")["buttons"][1]["payload"])
    eventually(lambda: customer.owner() == "queue", "queue")
    case = support.agent("a-lin").read(customer.state()["case"]["id"]).json()
    assert case["case"]["title"] == "everything is down" and case["packet"]["reason"] == "customer_asked"


def test_that_an_assistant_that_is_not_there_is_said_so_even_at_the_opening(start: Any) -> None:
    service = start(ASSISTANT_URL="http://127.0.0.1:9")
    customer = service.customer()
    honest = customer.hears("did not respond")
    assert [button["title"] for button in honest["buttons"]] == ["Talk to a human"]
    customer.send("hello?")
    eventually(lambda: len(customer.texts("system")) == 2, "an answer to the message too")


def test_that_a_handoff_is_one_transaction_with_its_farewell(support: Support, assistant: FakeAssistant) -> None:
    let_go = threading.Event()

    def reply(turn: Json) -> Iterator[Json]:
        yield message(turn, 0, "one moment please", "farewell")
        let_go.wait(PATIENCE_SECONDS)
        yield summary(handoff=packet(severity="sev2"))

    customer = support.customer("key")
    customer.hears("event opened")
    assistant.reply = _only_text(reply)
    customer.send("human please")
    eventually(lambda: assistant.asked(customer.id)[-1]["input"].get("text") == "human please", "the turn to begin")
    assert "one moment please" not in customer.texts()
    let_go.set()
    customer.hears("one moment please", "bot")
    state = customer.state()
    assert state["owner"]["kind"] == "queue" and state["case"]["tier"] == "tam" and state["case"]["position"] >= 1
    assert state["case"]["people"] == ["Wang Lei"]
    customer.hears("Wang Lei", "system")


def test_that_what_the_bot_says_after_losing_the_floor_is_dropped(support: Support, assistant: FakeAssistant) -> None:
    """The customer reaches the queue by the gateway's own button while a turn is still running."""
    let_go = threading.Event()

    def reply(turn: Json) -> Iterator[Json]:
        if turn["input"].get("text") == "fail":
            yield {"type": "nonsense"}
            return
        yield message(turn, 0, "thinking", "progress")
        let_go.wait(PATIENCE_SECONDS)
        yield message(turn, 1, "TOO LATE")
        yield summary(wakeups=[{"id": "w-1", "after_seconds": 0, "data": {}}])

    customer = support.customer()
    customer.hears("event opened")
    assistant.reply = reply
    customer.send("fail")
    human = customer.hears("did not respond")["buttons"][1]["payload"]
    customer.send("go")
    customer.hears("thinking")
    customer.send(payload=human)
    eventually(lambda: customer.owner() == "queue", "queue")
    asked = len(assistant.asked(customer.id))
    let_go.set()
    agent = support.agent("a-lin")
    case_id = customer.state()["case"]["id"]
    assert agent.does(case_id, "claim").status_code == 200
    assert [turn["state"] for turn in customer.settled()] == ["done", "failed", "dropped"]
    assert any("bot_message_dropped" in line and customer.id in line for line in support.log().splitlines())
    assert "TOO LATE" not in customer.texts() and len(assistant.asked(customer.id)) == asked


def test_that_turns_waiting_behind_a_handoff_go_to_the_desk_not_to_the_bot(
    support: Support, assistant: FakeAssistant
) -> None:
    let_go = threading.Event()

    def reply(turn: Json) -> Iterator[Json]:
        let_go.wait(PATIENCE_SECONDS)
        yield from echo(turn)

    customer = support.customer()
    customer.hears("event opened")
    assistant.reply = reply
    customer.send("human")
    customer.send("and my server is i-NNkaK46e")
    let_go.set()
    eventually(lambda: customer.owner() == "queue", "queue")
    assert [turn["state"] for turn in customer.settled()] == ["done", "done", "skipped"]
    agent = support.agent("a-lin")
    case = agent.read(customer.state()["case"]["id"]).json()
    assert "and my server is i-NNkaK46e" in [one["text"] for one in case["messages"]]
    assert "echo and my server is i-NNkaK46e" not in customer.texts()


def test_that_a_restart_loses_nothing_and_asks_running_turns_again(own: Support, assistant: FakeAssistant) -> None:
    service = own
    customer = service.customer()
    customer.hears("event opened")
    stuck = threading.Event()

    def reply(turn: Json) -> Iterator[Json]:
        yield message(turn, 0, f"begun {turn['input']['text']}")
        stuck.wait(PATIENCE_SECONDS)
        yield from ()

    assistant.reply = reply
    first = customer.send("one").json()["id"]
    second = customer.send("two").json()["id"]
    customer.hears("begun one")
    service.kill()
    stuck.set()
    assistant.reply = echo
    service.start()
    customer.hears("echo two")
    asked = [turn["turn_id"] for turn in assistant.asked(customer.id)]
    assert asked.count(first) == 2 and asked.count(second) == 1
    assert [one["seq"] for one in customer.transcript()] == list(range(1, len(customer.transcript()) + 1))


WOKEN = "woken for {'task_id': 'k1'}"


def _will_look_again(before_the_end: Callable[[], object] = lambda: None) -> Callable[[Json], Iterator[Json]]:
    """Texts wish to be woken in an hour; `before_the_end` happens when the words are said and the wish is not yet."""

    def reply(turn: Json) -> Iterator[Json]:
        given = turn["input"]
        if given["kind"] == "event":
            yield message(turn, 0, f"woken for {given['data']}")
            yield summary()
            return
        yield message(turn, 0, "I will look again")
        before_the_end()
        yield summary(wakeups=[{"id": "w-1", "after_seconds": 3600, "data": {"task_id": "k1"}}])

    return reply


def test_that_wakeups_fire_once_and_outlive_a_restart(own: Support, assistant: FakeAssistant) -> None:
    service = own
    customer = service.customer()
    customer.settled()
    assistant.reply = _will_look_again()
    customer.send("watch it")
    customer.settled()
    service.kill()
    service.advance(3601)
    service.start()
    customer.hears(WOKEN)
    customer.send("watch it")
    customer.settled()
    service.advance(4000)
    customer.send("watch it")
    customer.settled()
    assert customer.texts("bot").count("I will look again") == 3
    assert customer.texts("bot").count(WOKEN) == 1


def test_that_a_turn_cut_off_before_its_end_still_wakes_at_the_time_it_had_promised(
    own: Support, assistant: FakeAssistant
) -> None:
    """The customer has read it before the crash; the wish is stored only when the turn is asked again, after it."""
    service = own
    customer = service.customer()
    customer.settled()
    stuck = threading.Event()
    assistant.reply = _will_look_again(lambda: stuck.wait(PATIENCE_SECONDS))
    customer.send("watch it")
    customer.hears("I will look again")
    service.kill()
    stuck.set()
    service.advance(3601)
    service.start()
    customer.hears(WOKEN)
    customer.settled()
    assert customer.texts("bot")[1:] == ["I will look again", WOKEN]


def test_that_wakeups_wait_while_a_human_has_the_floor_and_can_be_cancelled(
    own: Support, assistant: FakeAssistant
) -> None:
    service = own

    def reply(turn: Json) -> Iterator[Json]:
        given = turn["input"]
        if given.get("text") == "cancel":
            yield summary(cancel_wakeups=True)
        elif given.get("text") == "watch":
            yield summary(wakeups=[{"id": turn["turn_id"], "after_seconds": 60, "data": {"for": turn["turn_id"]}}])
        else:
            yield from echo(turn)

    assistant.reply = reply
    customer = service.customer()
    dropped = customer.send("watch").json()["id"]
    customer.send("cancel")
    kept = customer.send("watch").json()["id"]
    case_id = customer.asks_for_human()
    service.advance(120)
    agent = service.agent("a-lin")
    assert agent.does(case_id, "claim").status_code == 200
    agent.writes(case_id, "I am here")

    def fired() -> list[Any]:
        inputs = [turn["input"] for turn in assistant.asked(customer.id)]
        return [given["data"].get("for") for given in inputs if given.get("name") == "wakeup"]

    assert fired() == []
    agent.does(case_id, "release", note="over to you")
    eventually(lambda: fired() == [kept], "the wake-up that waited")
    assert dropped not in fired()


def test_that_silence_is_noticed_once(own: Support, assistant: FakeAssistant) -> None:
    service = own
    customer = service.customer()
    customer.send("hi")
    customer.settled()
    service.advance(601)
    customer.hears("event silence")
    customer.settled()
    service.advance(1200)
    customer.send("back")
    customer.hears("echo back")
    assert customer.texts("bot").count("event silence") == 1
