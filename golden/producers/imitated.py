"""Files in the spelling of producers and tools that are not installed, made from PyTorch's exports with onnx.helper.

    imitated.py FOLDER

Each FOLDER/<name> gets model.onnx and golden cases from PyTorch in float64. The network is the small MobileNet of
golden/networks, so that Ferry must find the same structure in all of them.

constants        PaddlePaddle's older exporter: no initializers, every weight a Constant node; dimensions without names
depthwise-scale  tf2onnx of some models: N×H×W×C input, a Transpose in front, the batch called unk__N; after each
                 depthwise convolution the BatchNormalization as Mul and Add by constants of shape 1×C×1×1
half-weights     onnxconverter-common, weights stored as float16 and cast where they are read
double-weights   weights stored as float64 and cast where they are read, as networks trained in float64 are shipped
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from ferrygolden.case import Producer
from ferrygolden.exports import INPUT, OUTPUT, Variant, export
from ferrygolden.families import SMALL
from ferrygolden.mathematics import evaluate
from ferrygolden.truth import pytorch
from producers.pictures_and_cases import write_cases


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    (network,) = (network for network in SMALL if network.name == "mobilenet")
    module = network.make()
    for name, imitate, variant in (
        ("constants", constants, Variant.torchscript(11, dynamic_batch=True)),
        ("depthwise-scale", depthwise_scale, Variant.torchscript(13, folded=False, dynamic_batch=True)),
        ("half-weights", half_weights, Variant.torchscript(17, dynamic_batch=True)),
        ("double-weights", double_weights, Variant.torchscript(17, dynamic_batch=True)),
    ):
        target = folder / f"mobilenet-imitated-{name}"
        path = target / "model.onnx"
        export(module, network.height, network.width, variant, path)
        model = onnx.load(path)
        truth = imitate(model, module)
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())
        write_cases(
            target, truth, (network.height, network.width), Producer.of("imitated", "torch", "onnx"),
            (INPUT, OUTPUT), layout="NHWC" if imitate is depthwise_scale else "NCHW", seed=network.seed,
        )  # fmt: skip
        print(f"{target.name}: {path.stat().st_size // 1024} KiB", flush=True)


Answer = Callable[[np.ndarray], np.ndarray]


def in_double(module: nn.Module) -> Answer:
    return lambda pictures: pytorch(module, pictures, torch.float64)


def constants(model: onnx.ModelProto, module: nn.Module) -> Answer:
    graph = model.graph
    nodes = [
        helper.make_node("Constant", [], [tensor.name], f"constant/{tensor.name}", value=tensor)
        for tensor in graph.initializer
    ]
    nodes += list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.node.extend(nodes)
    shape = graph.input[0].type.tensor_type.shape
    shape.dim[0].dim_value = -1
    for axis in (2, 3):
        shape.dim[axis].Clear()
    del graph.value_info[:]
    model.producer_name, model.producer_version = "PaddlePaddle", ""
    return in_double(module)


def depthwise_scale(model: onnx.ModelProto, module: nn.Module) -> Answer:
    graph = model.graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    groups = {
        node.output[0]: next((attribute.i for attribute in node.attribute if attribute.name == "group"), 1)
        for node in graph.node
        if node.op_type == "Conv"
    }
    nodes = [helper.make_node("Transpose", [INPUT], ["input/transposed"], "input/transpose", perm=[0, 3, 1, 2])]
    for node in graph.node:
        node.input[:] = ["input/transposed" if name == INPUT else name for name in node.input]
        if node.op_type != "BatchNormalization" or groups.get(node.input[0], 1) == 1:
            nodes.append(node)
            continue
        scale, bias, mean, variance = (stored[name].astype(np.float64) for name in node.input[1:5])
        epsilon = next(attribute.f for attribute in node.attribute if attribute.name == "epsilon")
        factor = (scale / np.sqrt(variance + epsilon)).astype(np.float32)
        offset = (bias - mean * factor).astype(np.float32)
        name, product = node.output[0], f"{node.output[0]}/product"
        for array, role in ((factor, "factor"), (offset, "offset")):
            graph.initializer.append(numpy_helper.from_array(array.reshape(1, -1, 1, 1), f"{name}/{role}"))
        nodes.append(helper.make_node("Mul", [node.input[0], f"{name}/factor"], [product], f"{name}/mul"))
        nodes.append(helper.make_node("Add", [product, f"{name}/offset"], [name], f"{name}/add"))
    del graph.node[:], graph.value_info[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    height, width = (graph.input[0].type.tensor_type.shape.dim[axis].dim_value for axis in (2, 3))
    graph.input[0].CopyFrom(helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["unk__17", height, width, 3]))
    model.producer_name, model.producer_version = "tf2onnx", "1.16.1"
    truth = in_double(module)
    return lambda pictures: truth(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))


def half_weights(model: onnx.ModelProto, module: nn.Module) -> Answer:
    """The truth is that of the file's own weights, which float16 has rounded."""
    stored_as(model, np.float16)
    return lambda pictures: evaluate(model, {INPUT: pictures})[OUTPUT]


def double_weights(model: onnx.ModelProto, module: nn.Module) -> Answer:
    stored_as(model, np.float64)
    return in_double(module)


def stored_as(model: onnx.ModelProto, kind: type) -> None:
    """Stores every float32 initializer as `kind`, with a Cast before its readers."""
    graph, casts = model.graph, []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(kind), f"{name}/stored"))
        casts.append(helper.make_node("Cast", [tensor.name], [name], f"cast/{name}", to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:], graph.value_info[:]
    graph.node.extend(nodes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
