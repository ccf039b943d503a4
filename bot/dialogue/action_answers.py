"""Answers of the action server are checked against Rasa's schema by a validator that is built once.

Rasa 3.6 checks the schema itself against its meta-schema at every answer: more than half of a turn's time
(docs/decisions/0008). The answers are checked as strictly as before.
"""

from __future__ import annotations

import functools
from typing import Any

import jsonschema
from rasa.core.actions.action import RemoteAction

_HINT = ". The action server's answer does not have Rasa's format."


@functools.lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def check_answer(answer: dict[str, Any]) -> bool:
    """True for an answer of Rasa's format; raises ``jsonschema.ValidationError``, which says why, for others."""
    error = jsonschema.exceptions.best_match(_validator().iter_errors(answer))
    if error is None:
        return True
    error.message += _HINT
    raise error


def check_with_one_validator() -> None:
    """Let every remote action of this process check its answers so; calling it again changes nothing."""
    RemoteAction._validate_action_result = lambda _, result: check_answer(result)
