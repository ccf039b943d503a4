"""What a conversation test may expect of a step; each returns None or why it does not hold."""

import fnmatch
import re
from collections.abc import Callable
from typing import Any

from convtest.stack import Exchange, StackDriver

Expectation = Callable[[Any, Exchange, StackDriver], str | None]


def _matches(message: dict[str, Any], wanted: dict[str, Any]) -> bool:
    if "text_matches" in wanted and not re.search(wanted["text_matches"], message["text"], re.I | re.S):
        return False
    if "kind" in wanted and message["kind"] != wanted["kind"]:
        return False
    if "card" in wanted and (message.get("card") or {}).get("type") != wanted["card"]:
        return False
    titles = [button["title"] for button in message["buttons"]]
    return all(any(re.search(title, have) for have in titles) for title in wanted.get("buttons", []))


def bot_uttered(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    if any(_matches(message, wanted) for message in seen.said_by("bot", "system")):
        return None
    return f"no bot message fits {wanted}"


def bot_did_not_utter(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    found = [message["text"] for message in seen.said_by("bot", "system") if _matches(message, wanted)]
    return f"the bot did say {found[0]!r}" if found else None


def agent_uttered(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    found = any(re.search(wanted, message["text"]) for message in seen.said_by("agent"))
    return None if found else f"no agent message fits {wanted!r}"


def _slots(seen: Exchange) -> dict[str, Any]:
    return {name: value for turn in seen.turns for name, value in ((turn["summary"] or {}).get("slots") or {}).items()}


def slot_was_set(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    slots = _slots(seen)
    for slot in wanted:
        if slot["name"] not in slots:
            return f"slot {slot['name']} was not set; set were {slots}"
        if "value" in slot and str(slots[slot["name"]]) != str(slot["value"]):
            return f"slot {slot['name']} is {slots[slot['name']]!r}, not {slot['value']!r}"
    return None


def slot_was_not_set(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    slots = _slots(seen)
    for slot in wanted:
        if slot["name"] in slots and ("value" not in slot or str(slots[slot["name"]]) == str(slot["value"])):
            return f"slot {slot['name']} was set to {slots[slot['name']]!r}"
    return None


def _last(seen: Exchange, key: str) -> Any:
    return (seen.turns[-1]["summary"] or {}).get(key) if seen.turns else None


def intent_is(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    return None if _last(seen, "intent") == wanted else f"the intent is {_last(seen, 'intent')!r}"


def task_is(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    task = _last(seen, "task")
    if wanted is None or task is None:
        return None if task == wanted else f"the task is {task!r}"
    wrong = {
        key: task.get(key) for key, value in wanted.items() if not fnmatch.fnmatchcase(str(task.get(key)), str(value))
    }
    return f"the task is {task!r}" if wrong else None


def owner_is(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    kind = driver.owner["kind"]
    return None if kind == wanted else f"the floor belongs to {kind!r}"


def handed_off(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    packets = [turn["summary"]["handoff"] for turn in seen.turns if (turn["summary"] or {}).get("handoff")]
    if wanted is False:
        return f"handed over: {packets[0]['reason']}" if packets else None
    if not packets:
        return "nothing was handed over"
    wrong = {key: packets[-1].get(key) for key, value in wanted.items() if packets[-1].get(key) != value}
    return f"the packet differs: {wrong}" if wrong else None


def _count(pattern: str, calls: list[dict[str, Any]]) -> int:
    """Calls whose `METHOD /path` or `METHOD /path?query` fits."""
    return sum(
        any(fnmatch.fnmatchcase(line, pattern) for line in (_line(call), f"{_line(call)}?{call.get('query') or ''}"))
        for call in calls
    )


def _line(call: dict[str, Any]) -> str:
    return f"{call['method']} {call['path']}"


def api_called(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    calls = driver.api_calls()
    for pattern, times in wanted.items():
        if _count(pattern, calls) != times:
            made = sorted({f"{_line(call)}?{call.get('query') or ''}".rstrip("?") for call in calls})
            return f"{pattern!r} was called {_count(pattern, calls)} times, not {times}; calls were {made}"
    return None


def api_not_called(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    return next((why for pattern in wanted if (why := api_called({pattern: 0}, seen, driver))), None)


def resolution_is(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    found = [turn["summary"]["resolution"] for turn in seen.turns if turn["summary"]]
    return None if wanted in found else f"resolutions were {found}"


def refused(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    said = (seen.refused or {}).get("message", "")
    return None if seen.refused and re.search(wanted, said, re.I) else f"the door said {said!r}"


def transcript_lacks(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    found = next((m for m in driver.history() if re.search(wanted, m["text"], re.I)), None)
    return f"{found['role']} said {found['text']!r}" if found else None


def replied(wanted: Any, seen: Exchange, driver: StackDriver) -> str | None:
    spoke = bool(seen.said_by("bot", "system", "agent"))
    return None if spoke == wanted else ("nobody answered" if wanted else "somebody answered")


EXPECTATIONS: dict[str, Expectation] = {
    function.__name__: function
    for function in (
        bot_uttered,
        bot_did_not_utter,
        agent_uttered,
        slot_was_set,
        slot_was_not_set,
        intent_is,
        task_is,
        owner_is,
        handed_off,
        api_called,
        api_not_called,
        resolution_is,
        replied,
        refused,
        transcript_lacks,
    )
}
