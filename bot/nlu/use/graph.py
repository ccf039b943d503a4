"""The ONNX graph of the multilingual Universal Sentence Encoder (its convolutional kind).

It takes the word embeddings of one sentence, shape (tokens, 512), and returns one vector of length one, shape (1, 512).
Three branches look at windows of two, three and five tokens; their outputs and the embeddings are normalised, summed
over the tokens, and go through a residual network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bot.nlu.onnx.graph import Float32, GraphBuilder

WIDTH = 512
_BRANCH = 256
# Tokens of a branch's window, and how many of them stand before the token it belongs to.
_WINDOWS = ((2, 0), (3, 1), (5, 2))
_TO_THE_END = np.iinfo(np.int64).max


class _Use(GraphBuilder):
    def __init__(self, weights: Mapping[str, Float32]) -> None:
        super().__init__()
        self.weights = weights
        self.epsilon = float(weights["eps"])

    def integers(self, name: str, *numbers: int) -> str:
        return self.constant(name, np.array(numbers, dtype=np.int64))

    def product(self, value: str, name: str) -> str:
        """``value @ weights``, without a bias."""
        weights = self.weights[name].T
        return self.linear(value, name, weights, np.zeros(len(weights), dtype=np.float32))

    def windows(self, value: str, name: str, tokens: int, before: int) -> str:
        """Each row beside its neighbours, shape (rows, tokens * width); zeros stand beyond the ends."""
        padded = self.node("Pad", [value, self.integers(f"{name}.pads", before, 0, tokens - 1 - before, 0)], name)
        shifted = []
        for offset in range(tokens):
            end = offset - tokens + 1 or _TO_THE_END
            bounds = [self.integers(f"{name}.{part}{offset}", n) for part, n in (("from", offset), ("to", end))]
            axis = self.integers(f"{name}.axis{offset}", 0)
            shifted.append(self.node("Slice", [padded, *bounds, axis], f"{name}.{offset}"))
        return self.node("Concat", shifted, f"{name}.joined", axis=1)

    def convolution(self, value: str, layer: str, tokens: int, before: int) -> str:
        """A convolution over the tokens with a rectifier, added to what it was given."""
        name = f"w{layer}_{tokens}"
        seen = self.windows(value, f"{name}.window", tokens, before)
        mixed = self.linear(seen, name, self.weights[name].T, self.weights[f"b{layer}_{tokens}"])
        return self.node("Add", [self.node("Relu", [mixed], f"{name}.relu"), value], f"{name}.sum")

    def normalised(self, value: str, name: str, scale: Float32, shift: Float32) -> str:
        inputs = [value, self.constant(f"{name}.scale", scale), self.constant(f"{name}.shift", shift)]
        return self.node("LayerNormalization", inputs, name, axis=-1, epsilon=self.epsilon)

    def each_branch(self, name: str, axis: int) -> Float32:
        """A parameter of all three branches side by side."""
        return np.concatenate([self.weights[f"{name}{tokens}"] for tokens, _ in _WINDOWS], axis=axis)

    def branches(self) -> list[str]:
        """The outputs of the three branches, each shape (tokens, 256)."""
        projected = self.linear("embeddings", "projected", self.each_branch("proj", 1).T, self.each_branch("proj_b", 0))
        scale, shift = self.each_branch("ln_g", 0), self.each_branch("ln_b", 0)
        normalised = self.normalised(projected, "branches", scale, shift)
        outputs, axis = [], self.integers("columns", 1)
        for number, (tokens, before) in enumerate(_WINDOWS):
            bounds = [self.integers(f"branch{tokens}.{at}", (number + at) * _BRANCH) for at in (0, 1)]
            value = self.node("Slice", [normalised, *bounds, axis], f"branch{tokens}")
            for layer in "12":
                value = self.convolution(value, layer, tokens, before)
            outputs.append(value)
        return outputs

    def pooled(self, features: str) -> str:
        """Sum over the tokens, projected, divided by the root of their number."""
        summed = self.node("ReduceSum", [features, self.integers("rows", 0)], "summed", keepdims=1)
        count = self.node("Shape", ["embeddings"], "count", end=1)
        tokens = self.node("Cast", [count], "tokens", to=1)
        bias = self.node("Mul", [tokens, self.constant("cnn_b", self.weights["cnn_b"][None, :])], "bias")
        projected = self.node("Add", [self.product(summed, "cnn_W"), bias], "unscaled")
        return self.node("Div", [projected, self.node("Sqrt", [tokens], "root")], "pooled")

    def residual_network(self, value: str) -> str:
        first = self.node("Relu", [self.product(value, "d0")], "first")
        second = self._both(value, "p1", first, "d1", "Relu", "second")
        third = self.node("Relu", [self.product(second, "d2")], "third")
        return self._both(second, "p3", third, "d3", "Tanh", "last")

    def _both(self, skipped: str, skip: str, value: str, weights: str, activation: str, name: str) -> str:
        total = self.node("Add", [self.product(skipped, skip), self.product(value, weights)], f"{name}.sum")
        return self.node(activation, [total], name)


def use_graph(weights: Mapping[str, Float32]) -> Any:
    """The graph with these parameters, by the names of the package's file."""
    graph = _Use(weights)
    joined = graph.node("Concat", ["embeddings", *graph.branches()], "joined", axis=1)
    features = graph.normalised(joined, "features", weights["ln_g"], weights["ln_b"])
    vector = graph.residual_network(graph.pooled(features))
    graph.node("LpNormalization", [vector], "sentence", axis=1, p=2)
    return graph.model("use", ("embeddings", ["tokens", WIDTH]), ("sentence", [1, WIDTH]))
