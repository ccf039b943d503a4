"""Builds the ONNX graph of a BERT encoder from its weights: fused operators, 8-bit matrix products.

The graph takes the summed input embeddings of one sentence, shape (1, tokens, 384), and returns the mean over
tokens of the chosen layers side by side, shape (1, 384 * layers). Word embeddings stay in the weight file: only the
rows of the sentence are ever read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Float32 = npt.NDArray[np.float32]

_FUSED = "com.microsoft"
# Written by onnx 1.17 beside protobuf 4.23, readable by every ONNX Runtime since 1.16.
_IR_VERSION = 8
_OPSET = 18


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


class _Graph:
    """Collects nodes and initial values; every method returns the name of its result."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.values: list[Any] = []

    def constant(self, name: str, array: npt.NDArray[Any]) -> str:
        self.values.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def linear(self, value: str, name: str, weights: npt.NDArray[Any], bias: npt.NDArray[Any]) -> str:
        """``value @ weights.T + bias`` with 8-bit weights, one scale for each output."""
        scales = np.maximum(np.abs(weights).max(axis=1) / 127, 1e-9).astype(np.float32)
        rounded = np.clip(np.round(weights / scales[:, None]), -127, 127).astype(np.int8)
        inputs = [
            value,
            self.constant(f"{name}.weights", rounded.T),
            self.constant(f"{name}.scales", scales),
            self.constant(f"{name}.zeros", np.zeros(len(scales), dtype=np.int8)),
            self.constant(f"{name}.bias", bias),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, f"{name}.out", _FUSED)

    def add_and_normalise(self, value: str, added: str, name: str) -> str:
        hidden = self.weights.hidden
        scale = self.constant(f"{name}.w", self.weights.floats(f"{name}.w", hidden))
        shift = self.constant(f"{name}.b", self.weights.floats(f"{name}.b", hidden))
        inputs = [value, added, scale, shift]
        return self.node("SkipLayerNormalization", inputs, f"{name}.out", _FUSED, epsilon=self.weights.epsilon)

    def layer(self, value: str, number: int) -> str:
        """One transformer layer: attention, then the feed-forward network."""
        weights, hidden, inner, prefix = self.weights, self.weights.hidden, self.weights.inner, f"l{number}"
        joined = np.concatenate([weights.matrix(f"{prefix}.{part}.w", hidden, hidden) for part in "qkv"])
        biases = np.concatenate([weights.floats(f"{prefix}.{part}.b", hidden) for part in "qkv"])
        projected = self.linear(value, f"{prefix}.qkv", joined, biases)
        names = [f"{prefix}.{part}" for part in "qkv"]
        self.nodes.append(helper.make_node("Split", [projected], names, axis=2, num_outputs=3))
        attended = self.node("MultiHeadAttention", names, f"{prefix}.attended", _FUSED, num_heads=weights.heads)
        output = self._named_linear(attended, f"{prefix}.ao", hidden, hidden)
        value = self.add_and_normalise(value, output, f"{prefix}.aln")
        widened = self.node(
            "Gelu", [self._named_linear(value, f"{prefix}.fi", inner, hidden)], f"{prefix}.gelu", _FUSED
        )
        return self.add_and_normalise(
            value, self._named_linear(widened, f"{prefix}.fo", hidden, inner), f"{prefix}.oln"
        )

    def _named_linear(self, value: str, name: str, rows: int, columns: int) -> str:
        return self.linear(
            value, name, self.weights.matrix(f"{name}.w", rows, columns), self.weights.floats(f"{name}.b", rows)
        )


def build_graph(weights: Weights, layers: tuple[int, ...]) -> Any:
    """The graph that pools these layers (1 is the first)."""
    graph, hidden = _Graph(weights), weights.hidden
    scale = graph.constant("emb.ln.w", weights.floats("emb.ln.w", hidden))
    shift = graph.constant("emb.ln.b", weights.floats("emb.ln.b", hidden))
    value = graph.node("LayerNormalization", ["embeddings", scale, shift], "layer0", epsilon=weights.epsilon, axis=-1)
    axis = graph.constant("token_axis", np.array([1], dtype=np.int64))
    pooled = {}
    for number in range(max(layers)):
        value = graph.layer(value, number)
        if number + 1 in layers:
            pooled[number + 1] = graph.node("ReduceMean", [value, axis], f"pooled{number + 1}", keepdims=0)
    graph.node("Concat", [pooled[number] for number in layers], "sentence", axis=1)
    inputs = [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, [1, "tokens", hidden])]
    outputs = [helper.make_tensor_value_info("sentence", TensorProto.FLOAT, [1, hidden * len(layers)])]
    body = helper.make_graph(graph.nodes, "sentence-encoder", inputs, outputs, graph.values)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=_IR_VERSION)


def export(path: Path, weights: Weights, layers: tuple[int, ...]) -> None:
    """Write the graph to ``path`` in one step, so that no reader sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{id(path)}.partial")
    onnx.save(build_graph(weights, layers), str(unfinished))
    unfinished.replace(path)
