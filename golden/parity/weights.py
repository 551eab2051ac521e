"""What the weights of a bundle must be: PyTorch's own, with BatchNormalization folded in double precision.

Where the exporter left the BatchNormalization alone, Ferry folded it, and every bit must be that of folding in double
precision and rounding once. Where the exporter folded (in single precision, then rounded), a weight may be off by a
few units
in the last place of its channel's maximum; a bias likewise, of the largest of the terms that it is the sum of.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

sys.path.append(str(Path(__file__).parents[1] / "bundle"))
import read_bundle

LARGEST_FOLDED_ERROR = 4  # units in the last place
_PRODUCTS = ("Conv", "ConvTranspose", "Gemm")


@dataclass(frozen=True)
class Expected:
    """One convolution or product: weight and bias in float64 after folding, and whether anything was folded.

    `scale` is the magnitude that a channel's rounding is measured by: for the weight its maximum, for the bias the
    largest of the terms that it is the sum of.
    """

    name: str
    weight: np.ndarray
    bias: np.ndarray
    bias_scale: np.ndarray
    folded: bool


class WeightsDiffer(Exception):
    pass


def expected_weights(network: nn.Module, pictures: np.ndarray) -> list[Expected]:
    """In the order in which the network computes."""
    calls = _calls(network, pictures)
    result, before = [], None
    for index, (name, module) in enumerate(calls):
        if isinstance(module, _BatchNorm):
            # After a convolution it was folded into that one already; any other goes into the next product.
            if index == 0 or not isinstance(calls[index - 1][1], nn.Conv2d):
                before = module
            continue
        weight = _double(module.weight)
        bias = np.zeros(weight.shape[0]) if module.bias is None else _double(module.bias)
        scale, folded = np.abs(bias), False
        if before is not None:
            weight, bias, scale = _folded_forward(before, weight, bias)
            folded, before = True, None
        if index + 1 < len(calls) and isinstance(module, nn.Conv2d) and isinstance(calls[index + 1][1], _BatchNorm):
            factor, offset = _affine(calls[index + 1][1])
            scale = np.maximum(np.abs(bias * factor), np.abs(_double(calls[index + 1][1].bias)))
            scale = np.maximum(scale, np.abs(_double(calls[index + 1][1].running_mean) * factor))
            weight, bias = weight * factor.reshape(-1, *[1] * (weight.ndim - 1)), bias * factor + offset
            folded = True
        result.append(Expected(name, weight, bias, scale, folded))
    return result


def compare(bundle: Path, layers: list[dict[str, Any]], expected: list[Expected], exact: bool) -> float:
    """The largest deviation of any weight in units in the last place, 0 when all are equal bit for bit.

    With `exact` nothing was folded by the exporter, so every bit must agree; without it, that holds for what no
    BatchNormalization belongs to.

    Raises:
        WeightsDiffer: naming the first layer that differs.
    """
    tensors = _tensors(bundle)
    products = [layer for layer in layers if layer["operator"] in _PRODUCTS]
    if len(products) != len(expected):
        raise WeightsDiffer(f"{len(products)} layers with weights, where PyTorch computes {len(expected)}")
    worst = 0.0
    for layer, wanted in zip(products, expected, strict=True):
        found = [tensors[name] for name in layer["inputs"][1:]]
        bias = found[1] if len(found) == 2 else np.zeros(wanted.bias.shape, np.float32)
        if found[0].shape != wanted.weight.shape:
            raise WeightsDiffer(f"{layer['name']} has a weight {found[0].shape}, {wanted.name} {wanted.weight.shape}")
        weight_scale = np.abs(wanted.weight).reshape(wanted.weight.shape[0], -1).max(1)
        for kind, actual, truth, scale in (
            ("weight", found[0], wanted.weight, weight_scale),
            ("bias", bias, wanted.bias, np.maximum(wanted.bias_scale, np.abs(wanted.bias))),
        ):
            error = _units(actual, truth, scale)
            worst = max(worst, error)
            allowed = 0 if exact or not wanted.folded else LARGEST_FOLDED_ERROR
            if error > allowed:
                raise WeightsDiffer(
                    f"the {kind} of {layer['name']} is {error:.2f} units in the last place from that of {wanted.name}; "
                    f"{allowed} are allowed"
                )
    return worst


def _calls(network: nn.Module, pictures: np.ndarray) -> list[tuple[str, nn.Module]]:
    calls, handles = [], []
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear | _BatchNorm):
            handles.append(module.register_forward_hook(lambda m, _i, _o, name=name: calls.append((name, m))))
    with torch.no_grad():
        network(torch.from_numpy(pictures))
    for handle in handles:
        handle.remove()
    return calls


def _double(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy().astype(np.float64)


def _affine(module: _BatchNorm) -> tuple[np.ndarray, np.ndarray]:
    # ONNX stores epsilon as float32.
    factor = _double(module.weight) / np.sqrt(_double(module.running_var) + np.float64(np.float32(module.eps)))
    return factor, _double(module.bias) - _double(module.running_mean) * factor


def _folded_forward(
    module: _BatchNorm, weight: np.ndarray, bias: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(weight, bias, scale of the bias) of a product whose input is normalised."""
    factor, offset = _affine(module)
    bias, scale = bias.copy(), np.abs(bias)
    # Summed in the order of the features, as Ferry does, so that every bit can agree.
    for feature, shift in enumerate(offset):
        bias += weight[:, feature] * shift
        scale = np.maximum(scale, np.abs(weight[:, feature] * shift))
    return weight * factor, bias, scale


def _units(actual: np.ndarray, truth: np.ndarray, scale: np.ndarray) -> float:
    """The largest difference from the rounded truth, in units in the last place of each channel's scale."""
    difference = np.abs(actual.astype(np.float64) - truth.astype(np.float32).astype(np.float64))
    unit = np.spacing(np.maximum(scale, np.finfo(np.float32).tiny).astype(np.float32)).astype(np.float64)
    return float((difference.reshape(len(unit), -1).max(1) / unit).max())


def _tensors(bundle: Path) -> dict[str, np.ndarray]:
    """A bundle's float32 tensors by name, in logical order."""
    manifest, blobs = read_bundle.read(bundle)
    return {tensor["name"]: _logical(tensor, blobs[tensor["blob"]]) for tensor in manifest["models"][0]["tensors"]}


def _logical(tensor: dict[str, Any], blob: bytes) -> np.ndarray:
    """read_bundle.elements, by whole arrays: a full-size network has millions of elements."""
    stored, shape = np.frombuffer(blob, "<f4"), tensor["shape"]
    extents = [*shape, 1, 1][:4]
    if tensor["layout"] == "rowMajor":
        return stored[: int(np.prod(shape))].reshape(shape)
    if tensor["layout"] == "panel16":
        outputs, depth, height, width = extents
        panels = stored[: -(-outputs // 16) * 16 * depth * height * width].reshape(-1, height, width, depth, 16)
        return panels.transpose(0, 4, 3, 1, 2).reshape(-1, depth, height, width)[:outputs].reshape(shape)
    if tensor["layout"] == "depthwise16":
        channels, _, height, width = extents
        taps = stored[: height * width * (-(-channels // 16) * 16)].reshape(height, width, -1)
        return taps.transpose(2, 0, 1)[:channels].reshape(shape)
    raise WeightsDiffer(f"{tensor['name']} lies in the layout {tensor['layout']}, which this script does not read")
