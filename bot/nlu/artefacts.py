"""Files that are built once from installed packages and then read by every process."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# Of each table, at most 1.5 kB a row: 6 MB where they are widest.
_ROWS_KEPT = 4096


def build_folder() -> Path:
    """Where they live (environment variable ``VAR_DIR``, else ``var``)."""
    return Path(os.environ.get("VAR_DIR", "var")) / "encoder"


def built(path: Path, write: Callable[[Path], None]) -> Path:
    """``path``, written first when it is not there yet; in one step, so that no reader sees half a file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
        try:
            write(unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    return path


class StoredRows:
    """A table in a file, of which only the rows that are asked for are read; the latest stay in memory.

    It is not mapped: around each page that is touched the kernel maps its neighbours too, so that the word tables took
    150 MB after a few hundred sentences. Yet a read costs up to 30 µs, and a message needs the rows of common words.
    """

    def __init__(self, path: Path, offset: int, dtype: npt.DTypeLike, row_shape: tuple[int, ...]) -> None:
        self._file = path.open("rb", buffering=0)
        self._offset = offset
        self._dtype = np.dtype(dtype)
        self._row_shape = row_shape
        self._size = self._dtype.itemsize * int(np.prod(row_shape))
        self._row = functools.lru_cache(maxsize=_ROWS_KEPT)(self._read)

    def __getitem__(self, rows: Sequence[int]) -> npt.NDArray[Any]:
        """Shape (rows, *row shape). Raises ``ValueError`` for a row behind the end of the file."""
        parts = [self._row(row) for row in rows]
        return np.frombuffer(b"".join(parts), self._dtype).reshape(len(rows), *self._row_shape)

    def _read(self, row: int) -> bytes:
        return os.pread(self._file.fileno(), self._size, self._offset + row * self._size)
