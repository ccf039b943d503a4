"""A sentence encoder on ONNX Runtime: tokens and embeddings come from the model, the exported graph does the rest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime

from bot.nlu.encoder import Vectors
from bot.nlu.onnx.graph import Weights, export

# Raise when the graph that ``export`` builds changes: old files in the build folder are then left alone.
_GRAPH_VERSION = 1


class OnnxModel(Protocol):
    """What differs between the models: their weights, and how a text becomes input embeddings."""

    name: str

    @property
    def weights(self) -> Weights:
        """The parameters that the graph is built from."""
        ...

    def embeddings(self, text: str) -> Vectors:
        """Summed input embeddings of one text, shape (tokens, hidden); a long text loses its end."""
        ...


def build_folder() -> Path:
    """Where build artefacts of the encoders live (environment variable ``VAR_DIR``, else ``var``)."""
    return Path(os.environ.get("VAR_DIR", "var")) / "encoder"


class OnnxEncoder:
    """Mean vectors of the chosen layers; the graph is exported to the build folder when it is not there yet."""

    def __init__(self, model: OnnxModel, layers: tuple[int, ...], folder: Path | None = None) -> None:
        name = f"{model.name}-v{_GRAPH_VERSION}-{'-'.join(map(str, layers))}.onnx"
        path = (folder or build_folder()) / name
        if not path.exists():
            export(path, model.weights, layers)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._model = model
        self.dimension = model.weights.hidden * len(layers)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._session.run(None, {"embeddings": self._model.embeddings(text)[None]})[0][0]
        return vectors
