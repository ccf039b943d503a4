"""The conversation-test format: faults name file and line, failures show the transcript."""

from pathlib import Path
from typing import cast

import pytest

from convtest.loader import FormatError, load
from convtest.runner import ConversationFailure, Runner
from convtest.stack import Exchange, StackDriver, StackError

GOOD = """\
test_cases:
  - test_case: greets ${who}
    locale: en
    parametrize:
      - {id: a, who: Ann}
      - {id: b, who: Bob}
    steps:
      - user: hello, I am ${who}
        assertions:
          - bot_uttered: {text_matches: "hello ${who}", buttons: [Help]}
          - api_called: {"GET /${who}": 0}
          - slot_was_set: [{name: who}]
      - utter: answer
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "one.yml"
    path.write_text(text, "utf-8")
    return path


class FakeDriver:
    """Answers `hello …` to everything."""

    def __init__(self) -> None:
        self.owner = {"kind": "bot"}
        self.did: list[str] = []

    def calm_world(self) -> None:
        self.did.append("calm")

    def choose(self, customer: str, language: str) -> None:
        self.did.append(customer)

    def begin(self) -> Exchange:
        return Exchange()

    def recharge(self, yuan: float) -> None:
        self.did.append(f"paid {yuan}")

    def settle(self) -> Exchange:
        return Exchange()

    def api_calls(self) -> list[dict[str, str]]:
        return [{"method": "POST", "path": "/", "query": "action=AuthorizeServerEvent"}]

    def history(self) -> list[dict[str, str]]:
        return [{"role": "customer", "text": text} for text in self.did]

    def press(self, title: str, older: int = 0) -> Exchange:
        self.did.append(f"pressed {title} {older}")
        return Exchange()

    def say(self, text: str) -> Exchange:
        self.did.append(text)
        if not text.strip():
            return Exchange(refused={"code": "empty", "message": "Please write something."})
        reply = {
            "role": "bot",
            "text": text.replace(", I am", ""),
            "kind": "answer",
            "card": None,
            "buttons": [{"title": "Help", "payload": "/how_to"}],
        }
        return Exchange([reply], [{"summary": {"intent": "greet", "slots": {"who": "x"}, "task": None}}])


def run(path: Path) -> FakeDriver:
    driver = FakeDriver()
    for case in load(path):
        Runner(case, cast(StackDriver, driver), path.name).run()
    return driver


def test_that_rows_fill_variables_and_names(tmp_path: Path) -> None:
    cases = load(written(tmp_path, GOOD))
    assert [case.name for case in cases] == ["greets Ann[a]", "greets Bob[b]"]
    assert {"api_called": {"GET /Bob": 0}} in cases[1].steps[0].assertions
    run(tmp_path / "one.yml")


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (GOOD.replace("- utter: answer", "- uter: answer"), 13),
        (GOOD.replace("slot_was_set", "slot_set"), 12),
        (GOOD.replace("locale: en", "locale: fr"), 2),
    ],
)
def test_that_a_fault_of_the_file_names_its_line(tmp_path: Path, broken: str, line: int) -> None:
    with pytest.raises(FormatError, match=rf"one\.yml:{line}:"):
        load(written(tmp_path, broken))


def test_that_a_file_that_is_not_yaml_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"one\.yml"):
        load(written(tmp_path, "test_cases: [\n"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("hello ${who}", "goodbye"), "no bot message fits"),
        (("name: who}", "name: port}"), "slot port was not set"),
        (("utter: answer", "utter: error"), "no bot message fits"),
        (("buttons: [Help]", "buttons: [Pay]"), "no bot message fits"),
    ],
)
def test_that_a_failure_shows_transcript_place_and_reason(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    with pytest.raises(ConversationFailure) as caught:
        run(written(tmp_path, GOOD.replace(*change)))
    text = str(caught.value)
    assert "🤖 hello Ann" in text
    assert "one.yml:" in text
    assert why in text


def test_that_the_last_turn_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConversationFailure, match="'intent': 'greet'"):
        run(written(tmp_path, GOOD.replace("hello ${who}", "nothing")))


def test_that_long_texts_and_payments_happen_and_queries_are_counted(tmp_path: Path) -> None:
    text = """\
test_cases:
  - test_case: long
    locale: en
    steps:
      - user: {text: "ab ", times: 3}
        assertions:
          - api_called: {"POST /": 1, "POST /?action=AuthorizeServerEvent": 1, "POST /?action=Other": 0}
      - recharge: 500
      - button: {title: pay, older: 1}
        assertions:
          - transcript_lacks: secret
"""
    assert run(written(tmp_path, text)).did == ["calm", "small", "ab ab ab ", "paid 500", "pressed pay 1"]
    with pytest.raises(ConversationFailure, match="customer said 'ab ab ab"):
        run(written(tmp_path, text.replace("secret", "ab")))


REFUSED = """\
test_cases:
  - test_case: empty
    locale: en
    steps:
      - user: " "
        assertions:
          - refused: write something
"""


def test_that_a_refusal_of_the_door_is_expected_or_fails(tmp_path: Path) -> None:
    run(written(tmp_path, REFUSED))
    with pytest.raises(ConversationFailure, match="the door said 'Please write something"):
        run(written(tmp_path, REFUSED.replace("write something", "too long")))
    with pytest.raises(ConversationFailure, match="the door refused the message"):
        run(written(tmp_path, REFUSED.replace("refused: write something", "replied: false")))


def test_that_a_stack_that_is_not_there_is_said_so() -> None:
    with pytest.raises(StackError, match="does not answer"):
        StackDriver("http://127.0.0.1:9", "http://127.0.0.1:9").calm_world()
