"""Plays a conversation step by step and explains a failure with the transcript so far."""

from typing import Any

from convtest.expectations import EXPECTATIONS
from convtest.loader import Step, TestCase
from convtest.stack import Exchange, StackDriver, StackError

_FACES = {"customer": "👤", "bot": "🤖", "agent": "🧑‍💻", "system": "ℹ️"}


class ConversationFailure(AssertionError):
    """A step that did not go as expected; the text is the transcript, the place and the reason."""


class Runner:
    """Plays one test case."""

    def __init__(self, case: TestCase, driver: StackDriver, path: str) -> None:
        self._case, self._driver, self._path = case, driver, path
        self._transcript: list[str] = []
        self.seen = Exchange()
        self.intents: set[str] = set()
        self.skills: set[str] = set()

    def run(self) -> None:
        """Raises ConversationFailure."""
        driver = self._driver
        driver.calm_world()
        driver.choose(self._case.customer, self._case.language)
        for change in self._case.world:
            self._change(change)
        self._note(driver.begin())
        for step in self._case.steps:
            try:
                self._play(step)
            except StackError as error:
                self._fail(step, str(error))

    def _change(self, change: dict[str, Any]) -> None:
        if scenario := change.get("scenario"):
            self._driver.inject(scenario["name"], scenario.get("resource"))
        if fault := change.get("fault"):
            self._driver.fault(fault)

    def _play(self, step: Step) -> None:
        if not self._expect_if_stated(step):
            self._note(self._act(step))
        if self.seen.refused and not any("refused" in assertion for assertion in step.assertions):
            self._fail(step, f"the door refused the message: {self.seen.refused}")
        for assertion in step.assertions:
            (kind, wanted), *_ = assertion.items()
            if why := EXPECTATIONS[kind](wanted, self.seen, self._driver):
                self._fail(step, f"{kind}: {why}")

    def _expect_if_stated(self, step: Step) -> bool:
        """`bot` and `utter` steps expect something of the turn before them and do nothing."""
        wanted = {"bot": {"text_matches": step.value}, "utter": {"kind": step.value}}.get(step.kind)
        if wanted is None:
            return False
        if why := EXPECTATIONS["bot_uttered"](wanted, self.seen, self._driver):
            self._fail(step, why)
        return True

    def _act(self, step: Step) -> Exchange:
        driver, value = self._driver, step.value
        if step.kind == "user":
            return driver.say(value if isinstance(value, str) else value["text"] * value["times"])
        if step.kind == "button":
            return driver.press(value) if isinstance(value, str) else driver.press(value["title"], value["older"])
        if step.kind == "wait":
            return driver.wait(value)
        if step.kind == "reopens":
            return driver.reopen()
        if step.kind == "heal":
            driver.heal(value)
        elif step.kind == "recharge":
            driver.recharge(value)
        elif step.kind in ("scenario", "fault"):
            self._change({step.kind: value})
        elif step.kind == "agent":
            (what, text), *_ = value.items()
            return driver.agent(what, None if text is True else text)
        return driver.settle()

    def _note(self, seen: Exchange) -> None:
        self.seen = seen
        for turn in seen.turns:
            summary = turn["summary"] or {}
            self.intents.add(summary.get("intent") or "")
            self.skills.add((summary.get("task") or {}).get("skill") or "")
        for message in seen.messages:
            buttons = "".join(f" [{button['title']}→{button['payload']}]" for button in message["buttons"])
            card = f" <{message['card']['type']}>" if message.get("card") else ""
            self._transcript.append(f"{_FACES[message['role']]} {message['text']}{card}{buttons}")

    def _fail(self, step: Step, why: str) -> None:
        summaries = [turn["summary"] for turn in self.seen.turns]
        last = (summaries[-1] or {}) if summaries else {}
        known = {key: last.get(key) for key in ("intent", "confidence", "task", "slots", "resolution")}
        raise ConversationFailure(
            "\n".join([*self._transcript, "", f"{self._path}:{step.line}: {why}", f"last turn: {known}"])
        )
