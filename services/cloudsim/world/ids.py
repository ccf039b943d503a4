"""Every identifier the cloud hands out, in its documented shape, repeatable from the seed."""

from __future__ import annotations

import hashlib

from cloudsim.store.database import Database

MIXED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
HEX = "0123456789abcdef"

# Prefix -> (alphabet, length), reference section 4.
SHAPES: dict[str, tuple[str, int]] = {
    "i": (MIXED, 8),
    "v": (MIXED, 8),
    "s": (MIXED, 8),
    "m": (MIXED, 8),
    "asp": (MIXED, 8),
    "dset": (MIXED, 8),
    "k": (MIXED, 8),
    "rds": (MIXED, 8),
    "ev": (MIXED, 8),
    "ip": (HEX, 8),
    "lb": (HEX, 8),
    "ddc": (LOWER, 8),
    "scs": (LOWER, 8),
    "g": (LOWER, 12),
    "vpc": (LOWER, 12),
    "sbn": (LOWER, 12),
    "nat": (LOWER, 12),
    "eni": (LOWER, 12),
    "esg": (LOWER, 12),
    "rt": (LOWER, 12),
    "cert": (LOWER, 12),
    "r": (LOWER, 12),
    "acl": (LOWER, 12),
}


def digest_text(key: str, alphabet: str, length: int) -> str:
    """`length` characters of `alphabet` that depend on `key` only."""
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=24).digest(), "big")
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        letters.append(alphabet[index])
    return "".join(letters)


def shaped(prefix: str, key: str) -> str:
    """An id of the documented shape that depends on `key` only, for seeds."""
    alphabet, length = SHAPES[prefix]
    return f"{prefix}-{digest_text(f'{prefix}|{key}', alphabet, length)}"


class Ids:
    """New ids. A counter per prefix lives in the database, so a restart never repeats one."""

    def __init__(self, database: Database, seed: str) -> None:
        self._database = database
        self._seed = seed
        database.define("CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL)")

    def _next(self, name: str) -> int:
        self._database.write(
            "INSERT INTO counter VALUES (?, 1) ON CONFLICT(name) DO UPDATE SET value = value + 1", (name,)
        )
        row = self._database.read_one("SELECT value FROM counter WHERE name=?", (name,))
        return int(row[0]) if row else 0

    def number(self, name: str) -> int:
        """The next whole number of a series, from 1."""
        return self._next(name)

    def new(self, prefix: str) -> str:
        """A new id such as `i-YufwpQAe`."""
        return shaped(prefix, f"{self._seed}|new|{self._next(prefix)}")

    def text(self, purpose: str, alphabet: str = HEX, length: int = 32) -> str:
        """A new opaque text, for tasks, reports and one-time links."""
        return digest_text(f"{self._seed}|{purpose}|{self._next(purpose)}", alphabet, length)
