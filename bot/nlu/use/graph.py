"""The ONNX graph of the multilingual Universal Sentence Encoder (its convolutional kind).

It takes the word embeddings of one sentence, shape (tokens, 512), and returns one vector of length one, shape (1, 512).
Three branches look at windows of two, three and five tokens; their outputs and the embeddings are normalised, summed
over the tokens, and go through a residual network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from onnx import helper

from bot.nlu.onnx.graph import Float32, GraphBuilder

WIDTH = 512
_BRANCH = 256
# Tokens of a branch's window, and how many of them stand before the token it belongs to.
_WINDOWS = ((2, 0), (3, 1), (5, 2))


class _Use(GraphBuilder):
    def __init__(self, weights: Mapping[str, Float32]) -> None:
        super().__init__()
        self.weights = weights
        self.epsilon = float(weights["eps"])

    def integers(self, name: str, *numbers: int) -> str:
        return self.constant(name, np.array(numbers, dtype=np.int64))

    def product(self, value: str, name: str, weights: Float32) -> str:
        """``value @ weights``, without a bias."""
        return self.linear(value, name, weights.T, np.zeros(weights.shape[1], dtype=np.float32))

    def covered(self) -> list[str]:
        """For each kind of window the rows that it covers of those padded, shape (tokens, rows of a window)."""
        count = self.node("Squeeze", [self.node("Shape", ["embeddings"], "length", end=1)], "row_count")
        ends = self.constant("zero", np.array(0, dtype=np.int64)), self.constant("one", np.array(1, dtype=np.int64))
        rows = self.node("Range", [ends[0], count, ends[1]], "rows")
        first = self.node("Unsqueeze", [rows, self.integers("across", 1)], "first_row")
        return [
            self.node("Add", [first, self.integers(f"within{tokens}", *range(tokens))], f"covered{tokens}")
            for tokens, _ in _WINDOWS
        ]

    def convolution(self, value: str, layer: str, tokens: int, before: int, covered: str) -> str:
        """A convolution over the tokens with a rectifier, added to what it was given; zeros stand beyond the ends."""
        name = f"w{layer}_{tokens}"
        pads = self.integers(f"{name}.pads", before, 0, tokens - 1 - before, 0)
        windows = self.node("Gather", [self.node("Pad", [value, pads], f"{name}.padded"), covered], f"{name}.windows")
        seen = self.node("Reshape", [windows, self.integers(f"{name}.shape", 0, -1)], f"{name}.seen")
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
        outputs, axis, covered = [], self.integers("columns", 1), self.covered()
        for number, (tokens, before) in enumerate(_WINDOWS):
            bounds = [self.integers(f"branch{tokens}.{at}", (number + at) * _BRANCH) for at in (0, 1)]
            value = self.node("Slice", [normalised, *bounds, axis], f"branch{tokens}")
            for layer in "12":
                value = self.convolution(value, layer, tokens, before, covered[number])
            outputs.append(value)
        return outputs

    def pooled(self, features: str) -> str:
        """Sum over the tokens, projected, divided by the root of their number."""
        summed = self.node("ReduceSum", [features, self.integers("over_rows", 0)], "summed", keepdims=1)
        count = self.node("Shape", ["embeddings"], "count", end=1)
        tokens = self.node("Cast", [count], "tokens", to=1)
        bias = self.node("Mul", [tokens, self.constant("cnn_b", self.weights["cnn_b"][None, :])], "bias")
        projected = self.node("Add", [self.product(summed, "cnn_W", self.weights["cnn_W"]), bias], "unscaled")
        return self.node("Div", [projected, self.node("Sqrt", [tokens], "root")], "pooled")

    def residual_network(self, value: str) -> str:
        second = self._block(value, ("p1", "d0"), "d1", "Relu", "second")
        return self._block(second, ("p3", "d2"), "d3", "Tanh", "last")

    def _block(self, value: str, weights: tuple[str, str], further: str, activation: str, name: str) -> str:
        """Two products; the second is rectified, multiplied once more and added to the first."""
        both = self.product(value, f"{name}.both", np.concatenate([self.weights[part] for part in weights], axis=1))
        halves = [f"{name}.skipped", f"{name}.inner"]
        self.nodes.append(helper.make_node("Split", [both], halves, axis=1, num_outputs=2))
        inner = self.product(self.node("Relu", [halves[1]], f"{name}.rectified"), further, self.weights[further])
        return self.node(activation, [self.node("Add", [halves[0], inner], f"{name}.sum")], name)


def use_graph(weights: Mapping[str, Float32]) -> Any:
    """The graph with these parameters, by the names of the package's file."""
    graph = _Use(weights)
    joined = graph.node("Concat", ["embeddings", *graph.branches()], "joined", axis=1)
    features = graph.normalised(joined, "features", weights["ln_g"], weights["ln_b"])
    vector = graph.residual_network(graph.pooled(features))
    graph.node("LpNormalization", [vector], "sentence", axis=1, p=2)
    return graph.model("use", ("embeddings", ["tokens", WIDTH]), ("sentence", [1, WIDTH]))
