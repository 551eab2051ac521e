"""Makes the files that Ferry must refuse, and expected.json with the error that each must give.

    golden/make invalid [FOLDER]

Each function below is one file: it takes the sound network of `sound_model` and breaks one thing. valid.onnx is that network
unbroken, so that a test can show that a file is refused for its fault and for nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8


@dataclass(frozen=True)
class Fault:
    """A function that gives the bytes of a broken file, and what its refusal must say."""

    make: Callable[[], bytes]
    code: str
    message: tuple[str, ...]
    about: str
    link: dict[str, str] | None

    @property
    def file(self) -> str:
        return self.make.__name__.replace("_", "-") + ".onnx"

    def expectation(self) -> dict:
        entry = {"file": self.file, "code": self.code, "exitCode": 2, "message": self.message, "about": self.about}
        return entry | ({"link": self.link} if self.link else {})


FAULTS: list[Fault] = []


def fault(code: str, *message: str, link: dict[str, str] | None = None):
    """Registers a function as a broken file; its first docstring line says what is wrong."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        about = (make.__doc__ or "").strip().splitlines()[0]
        FAULTS.append(Fault(make, code, message, about, link))
        return make

    return register


# The sound network: input [1,3,8,8] → Conv "enc/conv1" → Relu "enc/relu1" → output [1,4,8,8].


def weight() -> np.ndarray:
    return np.random.default_rng(7).normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32)


def bias() -> np.ndarray:
    return np.array([0.1, -0.2, 0.3, -0.4], np.float32)


def conv(**attributes) -> onnx.NodeProto:
    attributes = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]} | attributes
    attributes = {name: value for name, value in attributes.items() if value is not None}
    inputs = ["input", "enc.conv1.weight", "enc.conv1.bias"]
    return helper.make_node("Conv", inputs, ["enc/conv1_out"], name="enc/conv1", **attributes)


def relu(source: str = "enc/conv1_out", target: str = "output") -> onnx.NodeProto:
    return helper.make_node("Relu", [source], [target], name="enc/relu1")


def tensor(name: str, values: np.ndarray) -> TensorProto:
    return numpy_helper.from_array(values, name)


def value(name: str, shape: list, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def model(
    nodes: list[onnx.NodeProto],
    initializers: list[TensorProto] | None = None,
    inputs: list[onnx.ValueInfoProto] | None = None,
    outputs: list[onnx.ValueInfoProto] | None = None,
    opsets: dict[str, int] | None = None,
) -> onnx.ModelProto:
    """A model of these nodes; what is not given is the sound network's."""
    if initializers is None:
        initializers = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", bias())]
    graph = helper.make_graph(
        nodes,
        "encoder",
        [value("input", [1, 3, 8, 8])] if inputs is None else inputs,
        [value("output", [1, 4, 8, 8])] if outputs is None else outputs,
        initializers,
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in (opsets or {"": OPSET}).items()]
    return helper.make_model(graph, producer_name="ferry-golden", opset_imports=imports, ir_version=IR_VERSION)


def sound_model() -> onnx.ModelProto:
    return model([conv(), relu()])


def with_weight(changed: TensorProto) -> bytes:
    changed.name = "enc.conv1.weight"
    return model([conv(), relu()], [changed, tensor("enc.conv1.bias", bias())]).SerializeToString()


def head(node: onnx.NodeProto, *initializers: TensorProto, output: list | None = None) -> bytes:
    """The sound network with one more node behind it, which reads "features" and writes "output"."""
    stored = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", bias()), *initializers]
    outputs = [value("output", output)] if output else [value("output", ["n", "c", "h", "w"])]
    return model([conv(), relu(target="features"), node], stored, outputs=outputs).SerializeToString()


# Files that end too early. Every cut leaves a prefix of the sound file.


def prefix(marker: bytes, offset: int) -> bytes:
    data = sound_model().SerializeToString()
    return data[: data.index(marker) + offset]


@fault("truncated-file")
def truncated_in_header() -> bytes:
    """The file ends inside the producer's name."""
    return prefix(b"ferry-golden", 5)


@fault("truncated-file")
def truncated_in_node() -> bytes:
    """The file ends inside the first node's name."""
    return prefix(b"enc/conv1", 4)


@fault("truncated-file")
def truncated_in_weights() -> bytes:
    """The file ends inside the raw bytes of the first weight."""
    return prefix(weight().tobytes(), 100)


@fault("truncated-file")
def truncated_by_one_byte() -> bytes:
    """The last byte is missing."""
    return sound_model().SerializeToString()[:-1]


@fault("invalid-model", "graph")
def truncated_before_graph() -> bytes:
    """The file ends exactly where the graph would begin: well-formed, but nothing is in it."""
    broken = sound_model()
    broken.ClearField("graph")
    return broken.SerializeToString()


# Files that are no ONNX at all.


@fault("not-onnx")
def empty() -> bytes:
    """A file of no bytes, which as a protocol buffer is a well-formed message."""
    return b""


@fault("not-onnx")
def text() -> bytes:
    """Plain text."""
    return b"This file is not a network.\nIt only has a network's name.\n"


@fault("not-onnx")
def large_file_pointer() -> bytes:
    """A Git LFS pointer, as a clone without LFS leaves it in place of a model."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 7304518\n"


@fault("not-onnx")
def picture() -> bytes:
    """A PNG of one pixel."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d494844520000000100000001080200000090"
        "7753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
    )


# Operators and operator sets.


@fault("unknown-operator", "GridWarp", "enc/warp1")
def unknown_operator() -> bytes:
    """An operator that the standard does not have."""
    return head(helper.make_node("GridWarp", ["features"], ["output"], name="enc/warp1"))


@fault("unknown-operator", "GridWarp", "enc/warp1", "Retinex", "enc/retinex1")
def unknown_operators() -> bytes:
    """Two unknown operators: the error lists both."""
    nodes = [
        conv(),
        helper.make_node("GridWarp", ["enc/conv1_out"], ["warped"], name="enc/warp1"),
        helper.make_node("Retinex", ["warped"], ["output"], name="enc/retinex1"),
    ]
    return model(nodes).SerializeToString()


@fault("unknown-operator", "FusedConv", "com.microsoft", "enc/conv1")
def unknown_domain() -> bytes:
    """An operator of another domain, as an optimiser writes it."""
    node = conv(activation="Relu")
    node.op_type, node.domain = "FusedConv", "com.microsoft"
    node.output[0] = "output"
    return model([node], opsets={"": OPSET, "com.microsoft": 1}).SerializeToString()


@fault("unknown-operator", "If", "enc/if1")
def control_flow() -> bytes:
    """A branch with two graphs inside a node."""
    branch = helper.make_graph([relu("features", "y")], "branch", [], [value("y", [1, 4, 8, 8])])
    node = helper.make_node("If", ["choice"], ["output"], name="enc/if1", then_branch=branch, else_branch=branch)
    return head(node, tensor("choice", np.array(True)))


@fault("unsupported-opset", "6")
def opset_6() -> bytes:
    """An operator set from before broadcasting."""
    return model([conv(), relu()], opsets={"": 6}).SerializeToString()


@fault("unsupported-opset", "99")
def opset_99() -> bytes:
    """An operator set that does not exist yet."""
    return model([conv(), relu()], opsets={"": 99}).SerializeToString()


# Exports for training.

STATISTICS = ("scale", "shift", "mean", "variance")


def statistics(channels: int = 4) -> list[TensorProto]:
    return [tensor(f"enc.bn1.{name}", np.linspace(0.5, 1, channels, dtype=np.float32)) for name in STATISTICS]


def normalisation(outputs: list[str], **attributes) -> onnx.NodeProto:
    inputs = ["features", *(f"enc.bn1.{name}" for name in STATISTICS)]
    return helper.make_node("BatchNormalization", inputs, outputs, name="enc/bn1", **attributes)


@fault("training-mode", "BatchNormalization", "enc/bn1", "training_mode")
def training_batch_normalization() -> bytes:
    """BatchNormalization that measures its batch and gives new statistics."""
    return head(normalisation(["output", "new_mean", "new_variance"], training_mode=1), *statistics())


@fault("training-mode", "Dropout", "enc/dropout1")
def training_dropout() -> bytes:
    """Dropout that drops: training_mode is true, and the mask is an output of the graph."""
    node = helper.make_node("Dropout", ["features", "ratio", "training"], ["output", "mask"], name="enc/dropout1")
    broken = onnx.load_from_string(head(node, tensor("ratio", np.float32(0.5)), tensor("training", np.array(True))))
    broken.graph.output.append(value("mask", [1, 4, 8, 8], TensorProto.BOOL))
    return broken.SerializeToString()


@fault("training-mode", "BatchNormalization", "enc/bn1")
def training_batch_normalization_opset_9() -> bytes:
    """The older spelling of the same: no attribute, but five outputs."""
    outputs = ["output", "new_mean", "new_variance", "saved_mean", "saved_variance"]
    broken = onnx.load_from_string(head(normalisation(outputs), *statistics()))
    broken.opset_import[0].version = 9
    broken.ir_version = 4
    return broken.SerializeToString()


# Weights that are not there.


@fault("missing-parameters", "enc.conv1.weight", "enc.conv1.bias")
def export_without_parameters() -> bytes:
    """export_params=False: the weights are inputs of the graph, and there are no data."""
    inputs = [
        value("input", [1, 3, 8, 8]),
        value("enc.conv1.weight", [4, 3, 3, 3]),
        value("enc.conv1.bias", [4]),
    ]
    return model([conv(), relu()], [], inputs).SerializeToString()


def external(location: str, **entries: int | str) -> bytes:
    """The sound network with its weight in another file; weights.bin beside the models holds it at offset 16."""
    stored = TensorProto(data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3], data_location=TensorProto.EXTERNAL)
    for key, entry in ({"location": location} | entries).items():
        stored.external_data.add(key=key, value=str(entry))
    return with_weight(stored)


def external_weights() -> bytes:
    return b"\0" * 16 + weight().tobytes()


WEIGHT_BYTES = 4 * 3 * 3 * 3 * 4


@fault("missing-external-data", "nowhere.bin", "enc.conv1.weight")
def external_missing() -> bytes:
    """The file of the weights is not there."""
    return external("nowhere.bin", offset=0, length=WEIGHT_BYTES)


@fault("external-data-outside-folder", "../README.md", "enc.conv1.weight")
def external_above() -> bytes:
    """The weights lie in a folder above (the file is there, which must not matter)."""
    return external("../README.md", offset=0, length=WEIGHT_BYTES)


@fault("external-data-outside-folder", "inner/../../README.md")
def external_above_by_detour() -> bytes:
    """The same, by way of a folder inside."""
    return external("inner/../../README.md", offset=0, length=WEIGHT_BYTES)


@fault("external-data-outside-folder", "/weights.bin")
def external_absolute() -> bytes:
    """The weights lie at an absolute path."""
    return external("/weights.bin", offset=0, length=WEIGHT_BYTES)


@fault("external-data-link", "linked.bin", link={"at": "linked.bin", "to": "weights.bin"})
def external_link() -> bytes:
    """The file of the weights is a symbolic link."""
    return external("linked.bin", offset=16, length=WEIGHT_BYTES)


@fault("external-data-link", "linked/weights.bin", link={"at": "linked", "to": "."})
def external_link_to_folder() -> bytes:
    """The folder of the weights is a symbolic link."""
    return external("linked/weights.bin", offset=16, length=WEIGHT_BYTES)


@fault("external-data-range", "weights.bin", "enc.conv1.weight")
def external_offset_beyond_end() -> bytes:
    """The weights would begin behind the end of their file."""
    return external("weights.bin", offset=4096, length=WEIGHT_BYTES)


@fault("external-data-range", "weights.bin", "enc.conv1.weight")
def external_length_beyond_end() -> bytes:
    """The weights would end behind the end of their file."""
    return external("weights.bin", offset=32, length=WEIGHT_BYTES)


@fault("external-data-range", "enc.conv1.weight")
def external_length_too_short() -> bytes:
    """The stated length is less than the shape needs."""
    return external("weights.bin", offset=16, length=100)


@fault("external-data-range", "enc.conv1.weight")
def external_offset_negative() -> bytes:
    """A negative offset."""
    return external("weights.bin", offset=-16, length=WEIGHT_BYTES)


@fault("external-data-range", "enc.conv1.weight")
def external_offset_overflow() -> bytes:
    """Offset plus length is more than a 64-bit integer holds."""
    return external("weights.bin", offset=2**63 - 8, length=WEIGHT_BYTES)


# Tensors that contradict themselves.


def raw_weight(dims: list[int], raw: bytes, kind: int = TensorProto.FLOAT) -> bytes:
    return with_weight(TensorProto(data_type=kind, dims=dims, raw_data=raw))


@fault("invalid-model", "enc.conv1.weight", "-4")
def negative_dimension() -> bytes:
    """A weight with a negative dimension."""
    return raw_weight([-4, 3, 3, 3], weight().tobytes())


@fault("invalid-model", "enc.conv1.weight")
def huge_dimensions() -> bytes:
    """A weight whose number of elements overflows a 64-bit integer (to 0)."""
    return raw_weight([2**32, 2**32, 3, 3], weight().tobytes())


@fault("invalid-model", "enc.conv1.weight")
def huge_weight() -> bytes:
    """A weight of 72 GiB by its shape, and 432 bytes of data."""
    return raw_weight([2**31, 1, 3, 3], weight().tobytes())


@fault("invalid-model", "enc.conv1.weight")
def raw_data_too_short() -> bytes:
    """One element is missing in the raw bytes of a weight."""
    return raw_weight([4, 3, 3, 3], weight().tobytes()[:-4])


@fault("invalid-model", "enc.conv1.weight")
def raw_data_too_long() -> bytes:
    """The raw bytes of a weight are one byte too many."""
    return raw_weight([4, 3, 3, 3], weight().tobytes() + b"\0")


@fault("invalid-model", "enc.conv1.weight")
def typed_data_too_short() -> bytes:
    """One element is missing in the typed data of a weight."""
    return with_weight(TensorProto(data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3], float_data=weight().ravel()[:-1]))


@fault("invalid-model", "enc.conv1.weight")
def data_twice() -> bytes:
    """A weight with raw bytes and typed data, which need not agree."""
    values = weight()
    stored = TensorProto(data_type=TensorProto.FLOAT, dims=values.shape, float_data=values.ravel())
    stored.raw_data = values.tobytes()
    return with_weight(stored)


@fault("unsupported-type", "enc.conv1.weight")
def complex_weight() -> bytes:
    """A weight of complex numbers."""
    return raw_weight([4, 3, 3, 3], weight().astype(np.complex64).tobytes(), TensorProto.COMPLEX64)


@fault("unsupported-type", "enc.conv1.weight", "99")
def unknown_element_type() -> bytes:
    """A weight of an element type that the standard does not have."""
    return raw_weight([4, 3, 3, 3], weight().tobytes(), 99)


# Graphs that do not hang together.


@fault("invalid-model", "enc/conv1_out")
def duplicate_value() -> bytes:
    """Two nodes give a value of the same name."""
    second = conv()
    second.name = "enc/conv2"
    return model([conv(), second, relu()]).SerializeToString()


@fault("invalid-model", "enc.conv1.bias")
def duplicate_initializer() -> bytes:
    """Two stored tensors of the same name."""
    stored = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", bias()), tensor("enc.conv1.bias", -bias())]
    return model([conv(), relu()], stored).SerializeToString()


@fault("invalid-model", "enc.conv1.bias")
def value_hides_initializer() -> bytes:
    """A node gives a value with the name of a stored tensor."""
    return model([conv(), relu(), relu("output", "enc.conv1.bias")]).SerializeToString()


@fault("invalid-model", "enc/conv1_out", "enc/relu1")
def unordered_nodes() -> bytes:
    """A node stands before the one that it reads from."""
    return model([relu(), conv()]).SerializeToString()


@fault("invalid-model", "enc/add1")
def cycle() -> bytes:
    """Two nodes read from each other."""
    nodes = [
        conv(),
        helper.make_node("Add", ["enc/conv1_out", "output"], ["sum"], name="enc/add1"),
        relu("sum"),
    ]
    return model(nodes).SerializeToString()


@fault("invalid-model", "nowhere", "enc/relu1")
def unknown_input() -> bytes:
    """A node reads a value that nobody gives."""
    return model([conv(), relu("nowhere")]).SerializeToString()


@fault("invalid-model", "nowhere")
def unknown_output() -> bytes:
    """An output of the graph that nobody gives."""
    return model([conv(), relu()], outputs=[value("nowhere", [1, 4, 8, 8])]).SerializeToString()


@fault("invalid-model", "output")
def no_outputs() -> bytes:
    """A graph without outputs."""
    return model([conv(), relu()], outputs=[]).SerializeToString()


# Bombs, written byte by byte.


def field(number: int, payload: bytes) -> bytes:
    """A length-delimited field of a protocol buffer."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])


def bomb(payload: bytes) -> bytes:
    """The sound network with more fields in its graph."""
    rest = sound_model()
    graph = rest.graph.SerializeToString()
    rest.ClearField("graph")
    return rest.SerializeToString() + field(7, graph + payload)


def nested_graphs(levels: int) -> bytes:
    """A node with an attribute with a graph with a node … : three messages a level."""
    graph = b""
    for _ in range(levels):
        graph = field(1, field(5, field(6, graph)))
    return graph


@fault("too-deep", "64")
def deep_graphs() -> bytes:
    """30 KB of graphs within graphs, which overflow the stack of a reader without a limit."""
    return bomb(nested_graphs(2700))


@fault("too-deep", "64")
def deep_by_one() -> bytes:
    """65 messages within messages, one more than is allowed: the model, its graph, and 63 below it."""
    return bomb(nested_graphs(21))


@fault("too-deep", "64")
def deep_types() -> bytes:
    """An input whose type is a sequence of sequences of sequences …"""
    kind = b""
    for _ in range(2000):
        kind = field(4, field(1, kind))
    return bomb(field(11, field(1, b"nested") + field(2, kind)))


@fault("memory-budget")
def many_small_messages() -> bytes:
    """128 KiB of empty attributes, two bytes each, which take a hundred times as much when they are unpacked."""
    return bomb(field(1, field(5, b"") * 65_536))


# Attributes and shapes.


@fault("unsupported-attribute", "auto_pad", "dilations", "enc/conv1", "Conv")
def same_padding_with_dilations() -> bytes:
    """SAME padding of a dilated convolution, which ONNX Runtime and TensorFlow resolve differently."""
    return model([conv(auto_pad="SAME_UPPER", dilations=[2, 2], pads=None), relu()]).SerializeToString()


@fault("unsupported-attribute", "border", "enc/conv1", "Conv")
def unread_attribute() -> bytes:
    """An attribute that Conv does not have."""
    return model([conv(border="mirror"), relu()]).SerializeToString()


@fault("unsupported-attribute", "auto_pad", "SAME_SOMEHOW", "enc/conv1")
def unknown_auto_pad() -> bytes:
    """A value of auto_pad that the standard does not have."""
    return model([conv(auto_pad="SAME_SOMEHOW", pads=None), relu()]).SerializeToString()


@fault("invalid-model", "strides", "enc/conv1")
def zero_stride() -> bytes:
    """A window that does not move."""
    return model([conv(strides=[0, 1]), relu()]).SerializeToString()


@fault("invalid-model", "enc/conv1")
def kernel_larger_than_input() -> bytes:
    """A kernel of 3 on a picture of 2 without padding."""
    inputs, outputs = [value("input", [1, 3, 2, 8])], [value("output", [1, 4, "h", "w"])]
    return model([conv(pads=[0, 1, 0, 1]), relu()], inputs=inputs, outputs=outputs).SerializeToString()


@fault("invalid-model", "enc/conv1")
def kernel_contradicts_weight() -> bytes:
    """kernel_shape says 5×5, the weight is 3×3."""
    return model([conv(kernel_shape=[5, 5], pads=[2, 2, 2, 2]), relu()]).SerializeToString()


@fault("invalid-model", "group", "enc/conv1")
def group_contradicts_weight() -> bytes:
    """Three groups for four output channels."""
    return model([conv(group=3), relu()]).SerializeToString()


@fault("invalid-model", "bias", "enc/conv1")
def bias_contradicts_weight() -> bytes:
    """A bias of three numbers for four output channels."""
    stored = [tensor("enc.conv1.weight", weight()), tensor("enc.conv1.bias", bias()[:3])]
    return model([conv(), relu()], stored).SerializeToString()


@fault("invalid-model", "pads", "enc/conv1")
def too_few_pads() -> bytes:
    """Three pads for two axes."""
    return model([conv(pads=[1, 1, 1]), relu()]).SerializeToString()


@fault("invalid-model", "enc/bn1")
def statistics_contradict_input() -> bytes:
    """BatchNormalization of five channels behind a convolution that gives four."""
    return head(normalisation(["output"]), *statistics(5))


@fault("invalid-model", "enc/add1")
def shapes_do_not_broadcast() -> bytes:
    """A sum of 4 and 3 channels."""
    node = helper.make_node("Add", ["features", "offset"], ["output"], name="enc/add1")
    return head(node, tensor("offset", np.ones((3, 1, 1), np.float32)))


@fault("invalid-model", "enc/reshape1")
def reshape_of_another_size() -> bytes:
    """256 elements become 250."""
    node = helper.make_node("Reshape", ["features", "shape"], ["output"], name="enc/reshape1")
    return head(node, tensor("shape", np.array([1, 250])), output=["n", "c"])


@fault("invalid-model", "enc/flatten1")
def axis_out_of_range() -> bytes:
    """Flatten at axis 7 of a value with four."""
    return head(helper.make_node("Flatten", ["features"], ["output"], name="enc/flatten1", axis=7), output=["n", "c"])


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sound = sound_model()
    onnx.checker.check_model(sound, full_check=True)
    (folder / "valid.onnx").write_bytes(sound.SerializeToString())
    (folder / "valid-external.onnx").write_bytes(external("weights.bin", offset=16, length=WEIGHT_BYTES))
    (folder / "weights.bin").write_bytes(external_weights())
    for broken in FAULTS:
        (folder / broken.file).write_bytes(broken.make())
    description = {
        "ferryInvalid": 1,
        "valid": ["valid.onnx", "valid-external.onnx"],
        "files": [broken.expectation() for broken in FAULTS],
    }
    (folder / "expected.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{folder}: {len(FAULTS)} files that must be refused")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
