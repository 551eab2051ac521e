"""Resize as no exporter means it, and what runtimes resolve differently."""

from __future__ import annotations

import numpy as np
from onnx import helper

from invalid.registry import fault
from invalid.sound import head, model, tensor, value

COORDINATES = "coordinate_transformation_mode"


def resized(scales: list[float] | None = None, sizes: list[int] | None = None, region: list[float] | None = None,
            **attributes: object) -> bytes:
    """The sound network with a Resize behind it."""
    stored = {
        "roi": (region, np.float32),
        "scales": (scales, np.float32),
        "sizes": (sizes, np.int64),
    }
    inputs = ["features"] + [name if values is not None else "" for name, (values, _) in stored.items()]
    tensors = [tensor(name, np.array(values, kind)) for name, (values, kind) in stored.items() if values is not None]
    return head(helper.make_node("Resize", inputs, ["output"], name="dec/up1", **attributes), *tensors)


@fault("invalid-model", "scale", "dec/up1", "Resize")
def resize_by_no_number() -> bytes:
    """A scale that is no number."""
    return resized([1, 1, float("nan"), 2])


@fault("invalid-model", "scale", "dec/up1")
def resize_by_infinity() -> bytes:
    """A scale without end."""
    return resized([1, 1, float("inf"), 2])


@fault("invalid-model", "scale", "dec/up1")
def resize_by_a_negative_scale() -> bytes:
    """A picture turned over."""
    return resized([1, 1, -2, 2])


@fault("invalid-model", "leaves nothing", "dec/up1")
def resize_to_nothing() -> bytes:
    """Eight pixels by a hundredth."""
    return resized([1, 1, 0.01, 0.01])


@fault("invalid-model", "sizes from 1", "dec/up1")
def resize_to_a_negative_size() -> bytes:
    """An output of −4 pixels."""
    return resized(sizes=[1, 4, -4, 4])


@fault("invalid-model", "neither scales nor sizes", "dec/up1")
def resize_without_sizes() -> bytes:
    """Empty lists in both places."""
    return resized(scales=[])


@fault("invalid-model", "3", "4 axes", "dec/up1")
def resize_of_too_few_axes() -> bytes:
    """Three scales for four axes."""
    return resized([1, 2, 2])


@fault("invalid-model", "axis 7", "dec/up1")
def resize_of_a_missing_axis() -> bytes:
    """Axis 7 of four."""
    return resized([2], axes=[7])


@fault("invalid-model", "region", "dec/up1")
def resize_without_region() -> bytes:
    """tf_crop_and_resize that does not say which part."""
    return resized(sizes=[1, 4, 4, 4], **{COORDINATES: "tf_crop_and_resize"})


@fault("invalid-model", "finite", "dec/up1")
def resize_of_an_endless_region() -> bytes:
    """A region that ends at infinity."""
    region = [0, 0, 0, 0, 1, 1, float("inf"), 1]
    return resized(sizes=[1, 4, 4, 4], region=region, **{COORDINATES: "tf_crop_and_resize"})


@fault("unsupported-attribute", COORDINATES, "align_corners", "dec/up1")
def resize_corners_by_a_scale() -> bytes:
    """align_corners with a scale that does not give a whole size, where ONNX and ONNX Runtime differ."""
    return resized([1, 1, 0.6, 0.6], mode="linear", **{COORDINATES: "align_corners"})


@fault("unsupported-model", "pytorch_half_pixel", "dec/up1")
def resize_cubic_to_one_pixel() -> bytes:
    """Cubic interpolation to a single pixel, which every runtime puts elsewhere."""
    return resized(sizes=[1, 4, 1, 4], mode="cubic", **{COORDINATES: "pytorch_half_pixel"})


@fault("unsupported-attribute", "mode", "lanczos", "dec/up1")
def resize_unknown_mode() -> bytes:
    """A mode that the standard does not have."""
    return resized([1, 1, 2, 2], mode="lanczos")


@fault("unsupported-attribute", "mode", "linear", "opset 10", "dec/up1")
def resize_linear_of_opset_10() -> bytes:
    """Linear interpolation from before places were defined: PyTorch means one thing, ONNX Runtime reads another."""
    node = helper.make_node("Resize", ["input", "scales"], ["output"], name="dec/up1", mode="linear")
    outputs = [value("output", [1, 3, 16, 16])]
    return model([node], [tensor("scales", np.array([1, 1, 2, 2], np.float32))], outputs=outputs, opsets={"": 10}
                 ).SerializeToString()


@fault("invalid-model", "output_shape", "dec/up1")
def conv_transpose_to_a_negative_size() -> bytes:
    """A transposed convolution to −1 pixels."""
    weight = tensor("dec.up1.weight", np.ones((4, 2, 3, 3), np.float32))
    return head(
        helper.make_node(
            "ConvTranspose", ["features", "dec.up1.weight"], ["output"], name="dec/up1", output_shape=[-1, 9]
        ),
        weight,
    )


@fault("unsupported-attribute", "auto_pad", "strides [3, 3]", "dec/up1")
def conv_transpose_same_with_gaps() -> bytes:
    """SAME padding of kernels that do not touch, where ONNX and ONNX Runtime differ."""
    weight = tensor("dec.up1.weight", np.ones((4, 2, 2, 2), np.float32))
    return head(
        helper.make_node(
            "ConvTranspose", ["features", "dec.up1.weight"], ["output"], name="dec/up1", strides=[3, 3],
            auto_pad="SAME_UPPER",
        ),
        weight,
    )


@fault("unsupported-attribute", "ceil_mode", "enc/pool1")
def lp_pool_over_the_end() -> bytes:
    """A norm of a window that hangs over the end, which runtimes scale differently."""
    node = helper.make_node(
        "LpPool", ["features"], ["output"], name="enc/pool1", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    return head(node)


@fault("invalid-model", "0", "enc/pool1")
def lp_pool_of_order_0() -> bytes:
    """p = 0 is no norm."""
    return head(helper.make_node("LpPool", ["features"], ["output"], name="enc/pool1", kernel_shape=[2, 2], p=0))


@fault("invalid-model", "3", "blocks", "enc/shuffle1")
def depth_to_space_of_uneven_channels() -> bytes:
    """Four channels into blocks of three by three."""
    return head(helper.make_node("DepthToSpace", ["features"], ["output"], name="enc/shuffle1", blocksize=3))
