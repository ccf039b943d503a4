"""The ONNX graph of a BERT encoder.

It takes the summed input embeddings of one sentence, shape (tokens, hidden), and returns the mean over tokens of
the chosen layers side by side, shape (1, hidden * layers); of a layer also what its attention leaves, before the
feed-forward network. Word embeddings stay in the weight file: only the rows of
the sentence are ever read.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Layer:
    """What is pooled: the output of a layer (1 is the first), or what its attention leaves."""

    number: int
    attention_only: bool = False

    @classmethod
    def of(cls, name: str) -> Layer:
        """From ``12``, or ``12a`` for the attention. Raises ``ValueError`` for anything else."""
        number = name.removesuffix("a")
        if not number.isdecimal() or not int(number):
            raise ValueError(f"unknown layer {name!r}")
        return cls(int(number), name.endswith("a"))

    def __str__(self) -> str:
        return f"{self.number}{'a' * self.attention_only}"


class _Bert(GraphBuilder):
    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.weights = weights

    def attention(self, value: str, number: int) -> str:
        """The first half of a transformer layer."""
        weights, hidden, prefix = self.weights, self.weights.hidden, f"l{number}"
        joined = np.concatenate([weights.matrix(f"{prefix}.{part}.w", hidden, hidden) for part in "qkv"])
        biases = np.concatenate([weights.floats(f"{prefix}.{part}.b", hidden) for part in "qkv"])
        projected = self.linear(value, f"{prefix}.qkv", joined, biases)
        names = [f"{prefix}.{part}" for part in "qkv"]
        self.nodes.append(helper.make_node("Split", [projected], names, axis=2, num_outputs=3))
        attended = self.node("MultiHeadAttention", names, f"{prefix}.attended", FUSED, num_heads=weights.heads)
        output = self._named_linear(attended, f"{prefix}.ao", hidden, hidden)
        return self._add_and_normalise(value, output, f"{prefix}.aln")

    def feed_forward(self, value: str, number: int) -> str:
        """The second half of a transformer layer."""
        hidden, inner, prefix = self.weights.hidden, self.weights.inner, f"l{number}"
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


def bert_graph(weights: Weights, layers: tuple[Layer, ...]) -> Any:
    """The graph that pools these layers and holds nothing behind the last of them."""
    graph, hidden = _Bert(weights), weights.hidden
    scale = graph.constant("emb.ln.w", weights.floats("emb.ln.w", hidden))
    shift = graph.constant("emb.ln.b", weights.floats("emb.ln.b", hidden))
    batch = graph.node("Unsqueeze", ["embeddings", graph.constant("batch_axis", np.array([0], np.int64))], "batch")
    value = graph.node("LayerNormalization", [batch, scale, shift], "layer0", epsilon=weights.epsilon, axis=-1)
    axis = graph.constant("token_axis", np.array([1], dtype=np.int64))
    deepest = max(layer.number for layer in layers)
    steps = [Layer(number, attention_only) for number in range(1, deepest + 1) for attention_only in (True, False)]
    while steps[-1] not in layers:
        steps.pop()
    for step in steps:
        half = graph.attention if step.attention_only else graph.feed_forward
        value = half(value, step.number - 1)
        if step in layers:
            graph.node("ReduceMean", [value, axis], f"pooled{step}", keepdims=0)
    graph.node("Concat", [f"pooled{layer}" for layer in layers], "sentence", axis=1)
    return graph.model("bert", ("embeddings", ["tokens", hidden]), ("sentence", [1, hidden * len(layers)]))
