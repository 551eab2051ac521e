"""Damage to ONNX models that leaves them well-formed messages."""

from __future__ import annotations

from random import Random

import onnx
from onnx import AttributeProto, NodeProto, TensorProto, helper

from fuzz.mutate_bytes import NUMBERS

OPERATORS = [
    "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv",
    "ConvTranspose", "Div", "Dropout", "Expand", "Flatten", "Gather", "Gemm", "GlobalAveragePool", "HardSigmoid",
    "Identity", "InstanceNormalization", "LeakyRelu", "MatMul", "Max", "MaxPool", "Mul", "Pad", "Pow", "PRelu", "Range",
    "ReduceMean", "Relu", "Reshape", "Resize", "Shape", "Sigmoid", "Slice", "Softmax", "Split", "Squeeze", "Tile",
    "TopK", "Transpose", "Unsqueeze", "Where",
]  # fmt: skip
NAMES = ["", "input", "output", "\x00", "a\nb", "<svg onload=x>&\"'", "\u202eabc", "x" * 5000]


def mutate_onnx(data: bytes, random: Random) -> bytes:
    model = onnx.load_from_string(data)
    for _ in range(random.randint(1, 3)):
        random.choice(MUTATIONS)(model, random)
    return model.SerializeToString()


def number(random: Random) -> int:
    return random.choice(NUMBERS) if random.random() < 0.5 else random.randint(-4, 70)


def some_node(model: onnx.ModelProto, random: Random) -> NodeProto:
    return random.choice(model.graph.node) if model.graph.node else model.graph.node.add()


def change_integers(model: onnx.ModelProto, random: Random) -> None:
    attribute = attribute_of(some_node(model, random), random, {AttributeProto.INT, AttributeProto.INTS})
    if attribute is None:
        return
    if attribute.type == AttributeProto.INT:
        attribute.i = number(random)
    elif attribute.ints and random.random() < 0.7:
        attribute.ints[random.randrange(len(attribute.ints))] = number(random)
    else:
        attribute.ints.extend([number(random)] * random.choice([1, 2, 1000]))


def change_float(model: onnx.ModelProto, random: Random) -> None:
    attribute = attribute_of(some_node(model, random), random, {AttributeProto.FLOAT})
    if attribute is not None:
        attribute.f = random.choice([0.0, -1.0, float("nan"), float("inf"), 3e38, 1e-45])


def attribute_of(node: NodeProto, random: Random, types: set[int]) -> AttributeProto | None:
    fitting = [attribute for attribute in node.attribute if attribute.type in types]
    return random.choice(fitting) if fitting else None


def add_attribute(model: onnx.ModelProto, random: Random) -> None:
    names = ["axis", "axes", "auto_pad", "pads", "strides", "group", "kernel_shape", "ceil_mode", "mode", "to", "perm"]
    value = random.choice([number(random), [number(random)] * 4, "SAME_UPPER", 0.5])
    some_node(model, random).attribute.append(helper.make_attribute(random.choice(names), value))


def change_operator(model: onnx.ModelProto, random: Random) -> None:
    some_node(model, random).op_type = random.choice(OPERATORS)


def rewire(model: onnx.ModelProto, random: Random) -> None:
    node, other = some_node(model, random), some_node(model, random)
    names = [*other.input, *other.output, *(tensor.name for tensor in model.graph.initializer[:50]), ""]
    if node.input:
        node.input[random.randrange(len(node.input))] = random.choice(names)


def change_number_of_inputs(model: onnx.ModelProto, random: Random) -> None:
    node = some_node(model, random)
    if node.input and random.random() < 0.5:
        del node.input[random.randrange(len(node.input))]
    else:
        node.input.extend([*node.input, *some_node(model, random).output][: random.choice([1, 2, 100])])


def remove_node(model: onnx.ModelProto, random: Random) -> None:
    if model.graph.node:
        del model.graph.node[random.randrange(len(model.graph.node))]


def repeat_node(model: onnx.ModelProto, random: Random) -> None:
    """A chain of copies, each reading the one before."""
    if not model.graph.node:
        return
    node = random.choice(model.graph.node)
    for index in range(random.choice([1, 3, 300])):
        copy = model.graph.node.add()
        copy.CopyFrom(node)
        copy.name = f"{node.name}/copy{index}"
        if copy.input and copy.output:
            copy.input[0] = node.output[0] if index == 0 else f"copy{index - 1}"
            del copy.output[:]
            copy.output.append(f"copy{index}")


def rename(model: onnx.ModelProto, random: Random) -> None:
    node, name = some_node(model, random), random.choice(NAMES)
    if random.random() < 0.5:
        node.name = name
    elif node.output:
        old = node.output[0]
        for other in model.graph.node:
            other.input[:] = [name if item == old else item for item in other.input]
            other.output[:] = [name if item == old else item for item in other.output]


def change_weight_shape(model: onnx.ModelProto, random: Random) -> None:
    if model.graph.initializer:
        change_tensor(random.choice(model.graph.initializer), random)


def change_constant(model: onnx.ModelProto, random: Random) -> None:
    attribute = attribute_of(some_node(model, random), random, {AttributeProto.TENSOR})
    if attribute is not None:
        change_tensor(attribute.t, random)


def change_tensor(tensor: TensorProto, random: Random) -> None:
    choice = random.randrange(5)
    if choice == 0 and tensor.dims:
        tensor.dims[random.randrange(len(tensor.dims))] = number(random)
    elif choice == 1:
        tensor.dims.extend([random.choice([0, 1, 2**31, 2**62])] * random.choice([1, 2, 70]))
    elif choice == 2:
        tensor.data_type = random.randint(0, 30)
    elif choice == 3:
        tensor.raw_data = tensor.raw_data[: random.randrange(len(tensor.raw_data) + 1)]
    elif tensor.raw_data:
        numbers = b"".join(number(random).to_bytes(8, "little", signed=True) for _ in range(len(tensor.raw_data) // 8))
        tensor.raw_data = numbers + tensor.raw_data[len(numbers) :]


def change_input(model: onnx.ModelProto, random: Random) -> None:
    if not model.graph.input:
        return
    kind = random.choice(model.graph.input).type.tensor_type
    if random.random() < 0.2:
        kind.elem_type = random.randint(0, 30)
    elif kind.shape.dim and random.random() < 0.8:
        dimension = random.choice(kind.shape.dim)
        if random.random() < 0.6:
            dimension.dim_value = number(random)
        else:
            dimension.dim_param = random.choice([*NAMES, "batch", "?"])
    else:
        kind.shape.dim.add().dim_value = number(random)


def change_outputs(model: onnx.ModelProto, random: Random) -> None:
    node = some_node(model, random)
    if node.output:
        model.graph.output.append(onnx.ValueInfoProto(name=random.choice([node.output[0], "input", ""])))


def change_opset(model: onnx.ModelProto, random: Random) -> None:
    for entry in model.opset_import:
        entry.version = random.choice([*range(6, 26), number(random)])


MUTATIONS = [
    change_integers, change_integers, change_integers, change_float, add_attribute, change_operator, change_operator,
    rewire, rewire, change_number_of_inputs, remove_node, repeat_node, rename, change_weight_shape, change_constant,
    change_input, change_outputs, change_opset,
]  # fmt: skip
