"""Builds ONNX graphs: what the encoders have in common, fused operators and 8-bit matrix products above all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Float32 = npt.NDArray[np.float32]

FUSED = "com.microsoft"
# Written by onnx 1.17 beside protobuf 4.23, readable by every ONNX Runtime since 1.16.
_IR_VERSION = 8
_OPSET = 18
# Weights keep 7 of their 8 bits. Processors without VNNI add two products of 8 bits in 16: with 127 the sum overflows,
# and vectors differ from those of another processor (decision 0014).
_LARGEST = 63


class GraphBuilder:
    """Collects nodes and initial values; every method returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.values: list[Any] = []

    def constant(self, name: str, array: npt.NDArray[Any]) -> str:
        """A value that the graph holds."""
        self.values.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        """One operator with one result."""
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def linear(self, value: str, name: str, weights: Float32, bias: Float32) -> str:
        """``value @ weights.T + bias`` in 8-bit products, with one scale for each output."""
        scales = np.maximum(np.abs(weights).max(axis=1) / _LARGEST, 1e-9).astype(np.float32)
        rounded = np.clip(np.round(weights / scales[:, None]), -_LARGEST, _LARGEST).astype(np.int8)
        inputs = [
            value,
            self.constant(f"{name}.weights", rounded.T),
            self.constant(f"{name}.scales", scales),
            self.constant(f"{name}.zeros", np.zeros(len(scales), dtype=np.int8)),
            self.constant(f"{name}.bias", bias),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, f"{name}.out", FUSED)

    def model(self, name: str, source: tuple[str, list[int | str]], result: tuple[str, list[int | str]]) -> Any:
        """The finished graph with one input and one output, each a name with its shape."""
        inputs, outputs = ([helper.make_tensor_value_info(n, TensorProto.FLOAT, s)] for n, s in (source, result))
        body = helper.make_graph(self.nodes, name, inputs, outputs, self.values)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(body, opset_imports=opsets, ir_version=_IR_VERSION)


def save(model: Any, path: Path) -> None:
    """Write a finished graph."""
    onnx.save(model, str(path))
