"""The fast sentence encoder: ONNX Runtime on one thread over the exported graph."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from bot.nlu.e5.pieces import PieceTokenizer
from bot.nlu.e5.weights import WeightFile, dequantise
from bot.nlu.encoder import Vectors

_VOCABULARY_SIZE = 250_037
# Raise when the graph that ``export`` builds changes: old files in the build folder are then left alone.
_GRAPH_VERSION = 1
MAX_TOKENS = 64


def build_folder() -> Path:
    """Where build artefacts of the encoder live (environment variable ``VAR_DIR``, else ``var``)."""
    return Path(os.environ.get("VAR_DIR", "var")) / "encoder"


class OnnxEncoder:
    """multilingual-e5-small with 8-bit products; exported to the build folder when it is not there yet."""

    name = "e5-int8"

    def __init__(self, layers: tuple[int, ...] = (12,), folder: Path | None = None) -> None:
        path = (folder or build_folder()) / f"e5-int8-v{_GRAPH_VERSION}-{'-'.join(map(str, layers))}.onnx"
        if not path.exists():
            from bot.nlu.e5.export import export

            export(path, layers)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        weights = WeightFile()
        self.dimension = weights.hidden * len(layers)
        self._pieces = PieceTokenizer(weights.vocabulary)
        self._words = weights.blocks("emb.word", _VOCABULARY_SIZE, weights.hidden)
        self._positions = (
            weights.floats("emb.pos", -1, weights.hidden) + weights.floats("emb.type", -1, weights.hidden)[0]
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text; a text is cut after ``MAX_TOKENS`` tokens."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = self._pieces.ids(f"query: {text}", MAX_TOKENS)
            embeddings = dequantise(self._words[ids]) + self._positions[: len(ids)]
            vectors[row] = self._session.run(None, {"embeddings": embeddings[None]})[0][0]
        return vectors
