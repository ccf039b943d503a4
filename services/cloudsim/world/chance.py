"""Chance that can be repeated: numbers that depend on their key only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def unit(key: str) -> float:
    """A number in [0, 1) for `key`."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") / 2**64


def between(key: str, low: float, high: float) -> float:
    """A number in [low, high) for `key`."""
    return low + (high - low) * unit(key)


def pick(key: str, items: Sequence[Item]) -> Item:
    """One of `items` for `key`."""
    return items[int(unit(key) * len(items))]
