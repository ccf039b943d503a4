"""Lists of objects: one index range, skipping over everything behind a common prefix."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from cloudsim.bos.service import OBJECTS
from cloudsim.store.collection import Document
from cloudsim.store.database import Database

# Above every character that a key may hold.
LAST = "\U0010ffff"


@dataclass
class Listing:
    """Objects and common prefixes of one page; `next_marker` is the last name on it when there is more."""

    contents: list[Document] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_marker: str | None = None


def list_keys(database: Database, bucket: Document, prefix: str, delimiter: str, marker: str, limit: int) -> Listing:
    """Up to `limit` names after `marker`, in the order of their UTF-8 bytes."""
    listing, cursor, inclusive = Listing(), max(marker, prefix), marker < prefix or not marker
    if delimiter and marker.startswith(prefix) and marker.endswith(delimiter) and len(marker) > len(prefix):
        cursor, inclusive = marker + LAST, False
    last = ""
    while True:
        rows = _rows(database, bucket, prefix, cursor, inclusive, limit + 1)
        skipping = False
        for document in rows:
            key = str(document["key"])
            folder = _folder(key, prefix, delimiter)
            if len(listing.contents) + len(listing.prefixes) >= limit:
                listing.next_marker = last
                return listing
            if folder:
                listing.prefixes.append(folder)
                last, cursor, inclusive, skipping = folder, folder + LAST, False, True
                break
            listing.contents.append(document)
            last, cursor, inclusive = key, key, False
        if not skipping and len(rows) <= limit:
            return listing


def _folder(key: str, prefix: str, delimiter: str) -> str:
    if not delimiter:
        return ""
    at = key.find(delimiter, len(prefix))
    return key[: at + len(delimiter)] if at >= 0 else ""


def _rows(
    database: Database, bucket: Document, prefix: str, cursor: str, inclusive: bool, limit: int
) -> list[Document]:
    sign, root = ">=" if inclusive else ">", f"{bucket['id']}/"
    rows = database.read(
        f"SELECT doc FROM {OBJECTS.table} WHERE account=? AND region=? AND id{sign}? AND id<? ORDER BY id LIMIT ?",
        (bucket["accountId"], bucket["region"], root + cursor, root + prefix + LAST, limit),
    )
    return [orjson.loads(row[0]) for row in rows]
