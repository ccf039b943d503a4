"""The answers of the action server are checked as Rasa checks them."""

from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction

from bot.dialogue.action_answers import check_answer, check_with_one_validator

ANSWERS: list[dict[str, Any]] = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "timestamp": None, "name": "dialogue", "value": {"task": 1}}], "responses": []},
    {"events": [{"event": "slot", "timestamp": None, "name": "dialogue"}], "responses": [{"text": "hi"}]},
    {},
    {"events": "none"},
    {"events": [{"timestamp": 3}]},
    {"events": [{"event": "slot", "timestamp": "yesterday", "name": "dialogue", "value": 1}]},
    {"responses": ["hi"]},
]
# Before anything here replaces it.
_RASA = RemoteAction._validate_action_result


def _accepts(check: Any, answer: dict[str, Any]) -> bool:
    try:
        return bool(check(answer))
    except jsonschema.ValidationError:
        return False


def test_that_it_accepts_and_refuses_what_rasa_does() -> None:
    action = RemoteAction("action_any", None)
    judged = [_accepts(check_answer, answer) for answer in ANSWERS]
    assert judged == [_accepts(lambda answer: _RASA(action, answer), answer) for answer in ANSWERS]
    assert True in judged and False in judged


def test_that_a_refusal_says_what_is_wrong() -> None:
    with pytest.raises(jsonschema.ValidationError, match=r"not of type 'array'.*Rasa's format"):
        check_answer({"events": "none"})


def test_that_remote_actions_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", _RASA)
    check_with_one_validator()
    assert RemoteAction("action_any", None)._validate_action_result({"events": [], "responses": []})
    with pytest.raises(jsonschema.ValidationError):
        RemoteAction("action_any", None)._validate_action_result({"events": "none"})
