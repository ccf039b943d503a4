"""A sentence encoder on ONNX Runtime: tokens and embeddings come from the model, the exported graph does the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime

from bot.nlu.artefacts import build_folder, built
from bot.nlu.encoder import Vectors
from bot.nlu.onnx.bert import Layer, Weights, bert_graph
from bot.nlu.onnx.graph import save
from bot.nlu.use.model import UniversalSentenceEncoder

# Raise when a graph changes: old files in the build folder are then left alone.
_GRAPH_VERSION = 5


class Model(Protocol):
    """What is needed of a model: how a text becomes input embeddings."""

    def embeddings(self, text: str) -> Vectors:
        """Input embeddings of one text, shape (tokens, width); a long text loses its end."""
        ...


class BertModel(Model, Protocol):
    """A BERT encoder."""

    name: str

    @property
    def weights(self) -> Weights:
        """The parameters that the graph is built from."""
        ...


class OnnxEncoder:
    """The exported graph, written to the build folder when it is not there yet, on one thread."""

    def __init__(
        self, model: Model, name: str, blocks: tuple[int, ...], graph: Callable[[], Any], folder: Path | None = None
    ) -> None:
        path = (folder or build_folder()) / f"{name}-v{_GRAPH_VERSION}.onnx"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        file = built(path, lambda unfinished: save(graph(), unfinished))
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._model = model
        self._latest = threading.local()
        self.blocks = blocks

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text. Those of the thread's latest call are kept: two models ask for a text in turn."""
        known: dict[str, Vectors] = getattr(self._latest, "vectors", {})
        self._latest.vectors = found = {t: known[t] if t in known else self._computed(t) for t in texts}
        return np.stack([found[text] for text in texts]) if texts else np.zeros((0, sum(self.blocks)), np.float32)

    def _computed(self, text: str) -> Vectors:
        vector: Vectors = self._session.run(None, {"embeddings": self._model.embeddings(text)})[0][0]
        return vector


def bert_encoder(model: BertModel, pooled: Sequence[str], folder: Path | None = None) -> OnnxEncoder:
    """Mean vectors of the chosen layers, one block each, by their names (``Layer.of``)."""
    layers = tuple(Layer.of(name) for name in pooled)
    blocks = (model.weights.hidden,) * len(layers)
    name = f"{model.name}-{'-'.join(pooled)}"
    return OnnxEncoder(model, name, blocks, lambda: bert_graph(model.weights, layers), folder)


def use_encoder(model: UniversalSentenceEncoder, folder: Path | None = None) -> OnnxEncoder:
    """The vectors of a universal sentence encoder, one block."""
    return OnnxEncoder(model, model.name, model.blocks, model.graph, folder)
