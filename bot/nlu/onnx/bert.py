"""The ONNX graph of a BERT encoder.

It takes the summed input embeddings of one sentence, shape (tokens, hidden), and returns the mean over tokens of
the chosen layers side by side, shape (1, hidden * layers). Word embeddings stay in the weight file: only the rows of
the sentence are ever read.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from onnx import helper

from bot.nlu.onnx.graph import FUSED, Float32, GraphBuilder


class Weights(Protocol):
    """The parameters of an encoder by short names.

    ``emb.ln`` is the norm after the embeddings; ``lN`` is layer N (from 0) with ``q``, ``k``, ``v``, ``ao`` (attention
    output), ``aln`` (its norm), ``fi`` and ``fo`` (feed-forward in and out), ``oln`` (its norm); then ``.w`` or ``.b``.
    """

    hidden: int
    inner: int
    heads: int
    epsilon: float

    def floats(self, name: str, *shape: int) -> Float32:
        """A vector or small tensor."""
        ...

    def matrix(self, name: str, rows: int, columns: int) -> Float32:
        """A weight matrix, one row for each output."""
        ...


class _Bert(GraphBuilder):
    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.weights = weights

    def layer(self, value: str, number: int) -> str:
        """One transformer layer: attention, then the feed-forward network."""
        weights, hidden, inner, prefix = self.weights, self.weights.hidden, self.weights.inner, f"l{number}"
        joined = np.concatenate([weights.matrix(f"{prefix}.{part}.w", hidden, hidden) for part in "qkv"])
        biases = np.concatenate([weights.floats(f"{prefix}.{part}.b", hidden) for part in "qkv"])
        projected = self.linear(value, f"{prefix}.qkv", joined, biases)
        names = [f"{prefix}.{part}" for part in "qkv"]
        self.nodes.append(helper.make_node("Split", [projected], names, axis=2, num_outputs=3))
        attended = self.node("MultiHeadAttention", names, f"{prefix}.attended", FUSED, num_heads=weights.heads)
        output = self._named_linear(attended, f"{prefix}.ao", hidden, hidden)
        value = self._add_and_normalise(value, output, f"{prefix}.aln")
        widened = self.node("Gelu", [self._named_linear(value, f"{prefix}.fi", inner, hidden)], f"{prefix}.gelu", FUSED)
        return self._add_and_normalise(
            value, self._named_linear(widened, f"{prefix}.fo", hidden, inner), f"{prefix}.oln"
        )

    def _named_linear(self, value: str, name: str, rows: int, columns: int) -> str:
        weights = self.weights
        return self.linear(value, name, weights.matrix(f"{name}.w", rows, columns), weights.floats(f"{name}.b", rows))

    def _add_and_normalise(self, value: str, added: str, name: str) -> str:
        hidden = self.weights.hidden
        scale = self.constant(f"{name}.w", self.weights.floats(f"{name}.w", hidden))
        shift = self.constant(f"{name}.b", self.weights.floats(f"{name}.b", hidden))
        inputs = [value, added, scale, shift]
        return self.node("SkipLayerNormalization", inputs, f"{name}.out", FUSED, epsilon=self.weights.epsilon)


def bert_graph(weights: Weights, layers: tuple[int, ...]) -> Any:
    """The graph that pools these layers (1 is the first)."""
    graph, hidden = _Bert(weights), weights.hidden
    scale = graph.constant("emb.ln.w", weights.floats("emb.ln.w", hidden))
    shift = graph.constant("emb.ln.b", weights.floats("emb.ln.b", hidden))
    batch = graph.node("Unsqueeze", ["embeddings", graph.constant("batch_axis", np.array([0], np.int64))], "batch")
    value = graph.node("LayerNormalization", [batch, scale, shift], "layer0", epsilon=weights.epsilon, axis=-1)
    axis = graph.constant("token_axis", np.array([1], dtype=np.int64))
    pooled = {}
    for number in range(max(layers)):
        value = graph.layer(value, number)
        if number + 1 in layers:
            pooled[number + 1] = graph.node("ReduceMean", [value, axis], f"pooled{number + 1}", keepdims=0)
    graph.node("Concat", [pooled[number] for number in layers], "sentence", axis=1)
    return graph.model("bert", ("embeddings", ["tokens", hidden]), ("sentence", [1, hidden * len(layers)]))
