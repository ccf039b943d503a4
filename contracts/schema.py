"""One schema for each thing that crosses a process border; both sides validate against it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

_FOLDER = Path(__file__).parent / "schemas"


class ContractError(ValueError):
    """A document does not fit its schema. `where` is the path of the first fault, `why` says what is wrong."""

    def __init__(self, schema: str, where: str, why: str) -> None:
        super().__init__(f"{schema}: {where or 'document'}: {why}")
        self.schema, self.where, self.why = schema, where, why


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((_FOLDER / f"{name}.json").read_text()))


def check(name: str, document: Any) -> None:
    """Raise ContractError at the first fault of `document` against `schemas/<name>.json`."""
    error = jsonschema.exceptions.best_match(_validator(name).iter_errors(document))
    if error is not None:
        raise ContractError(name, "/".join(str(part) for part in error.absolute_path), error.message)
