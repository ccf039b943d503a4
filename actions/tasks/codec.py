"""Dataclasses to JSON and back, by their type hints; anything that does not fit raises `CodecError`."""

from __future__ import annotations

import dataclasses
import types
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")


class CodecError(ValueError):
    """A document does not fit the dataclass; the message names the place."""


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def encode(record: Any) -> dict[str, Any]:
    """A dataclass as plain JSON values."""
    return dataclasses.asdict(record)


def decode(kind: type[Record], raw: object, where: str = "") -> Record:
    """A dataclass from plain JSON values; fields with a default may be missing, unknown fields are an error."""
    if not isinstance(raw, dict):
        raise CodecError(f"{where or kind.__name__}: an object is needed")
    hints: dict[str, Any] = _hints(kind)  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    unknown = set(raw) - set(hints)
    if unknown:
        raise CodecError(f"{where or kind.__name__}: unknown {sorted(map(str, unknown))}")
    for name, value in raw.items():
        values[name] = _value(hints[name], value, f"{where}.{name}")
    try:
        return kind(**values)
    except TypeError as error:
        raise CodecError(f"{where or kind.__name__}: {error}") from error


def _value(hint: Any, raw: object, where: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return raw
    if origin in (Union, types.UnionType):
        return _union(args, raw, where)
    if origin is Literal:
        return _fits(raw in args, raw, where)
    if origin is list:
        return [_value(args[0], item, f"{where}[]") for item in _checked(raw, list, where)]
    if origin is dict:
        return {str(key): _value(args[1], item, f"{where}.{key}") for key, item in _checked(raw, dict, where).items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return decode(hint, raw, where)
    return _scalar(hint, raw, where)


def _union(options: tuple[Any, ...], raw: object, where: str) -> Any:
    for option in options:
        try:
            return _value(option, raw, where)
        except CodecError:
            continue
    raise CodecError(f"{where}: {raw!r} fits none of its types")


def _scalar(hint: Any, raw: object, where: str) -> Any:
    if hint is type(None):
        return _fits(raw is None, raw, where)
    if hint is float:
        return float(_fits(isinstance(raw, int | float) and not isinstance(raw, bool), raw, where))
    if hint is int:
        return _fits(isinstance(raw, int) and not isinstance(raw, bool), raw, where)
    return _fits(isinstance(raw, hint), raw, where)


def _fits(good: bool, raw: Any, where: str) -> Any:
    if not good:
        raise CodecError(f"{where}: {raw!r} does not fit")
    return raw


def _checked(raw: Any, kind: type, where: str) -> Any:
    return _fits(isinstance(raw, kind), raw, where)
