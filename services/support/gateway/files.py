"""Files customers send: checked by their content, kept beside the database, fetched by signed links only."""

import asyncio
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from itsdangerous import BadSignature, URLSafeSerializer

from contracts.ids import new_id
from support.errors import NotFound, SupportError, size_text

SHAPES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
PLAIN = "text/plain; charset=utf-8"
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif")
LONGEST_NAME = 120


@dataclass(frozen=True)
class StoredFile:
    """Where a file is, what it is, and what the customer called it."""

    path: Path
    media_type: str
    name: str


def media_type_of(content: bytes) -> str:
    """By content, never by name. Raises SupportError for anything but pictures, PDF and UTF-8 text."""
    for start, media_type in SHAPES:
        if content.startswith(start):
            return media_type
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SupportError("bad_file", status=415) from error
    if not text.strip() or "\x00" in text:
        raise SupportError("bad_file", status=415)
    return PLAIN


def safe_name(name: str | None) -> str:
    """The last part of a name, printable and short; "file" where nothing but dots is left."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    shown = "".join(char for char in last if unicodedata.category(char)[0] not in "CZ" or char == " ")
    short = shown.strip()[-LONGEST_NAME:].strip()
    return short if short.strip(". ") else "file"


class Files:
    """Keeps files under one folder by random names; links carry the name and type and cannot be made up."""

    def __init__(self, folder: Path, secret: str, limit: int) -> None:
        self._folder = folder
        self._links = URLSafeSerializer(secret, salt="customer-file")
        self.limit = limit

    async def keep(self, name: str | None, content: bytes) -> tuple[str, str]:
        """Store a file; returns its shown name and its link. Raises SupportError."""
        if len(content) > self.limit:
            raise SupportError("too_large", status=413, limit=size_text(self.limit))
        media_type, shown, file_id = media_type_of(content), safe_name(name), new_id("f")
        await asyncio.to_thread(self._write, file_id, content)
        return shown, f"/files/{self._links.dumps([file_id, media_type, shown])}"

    def _write(self, file_id: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / file_id).write_bytes(content)

    def find(self, link: str) -> StoredFile:
        """Raises NotFound for a link this service has not signed, or a file that is gone."""
        try:
            file_id, media_type, name = self._links.loads(link)
        except (BadSignature, ValueError, TypeError) as error:
            raise NotFound("not_found") from error
        path = self._folder / file_id
        if not path.is_file():
            raise NotFound("not_found")
        return StoredFile(path, media_type, name)
