"""pytorchcv's full-size networks as state dictionaries in HDF5, which hold PyTorch's names and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import h5py
import torch
from torch import nn

from ferrygolden.exports import Variant, export
from ferrygolden.families import FULL_SIZE
from kerasfiles.check import Line, check
from parity.calibration import calibrated
from parity.ferry import Ferry
from parity.networks import answered

# What each file is recognised as, and what the user has to settle: both EfficientNets have weights of the same shapes.
NETWORKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "mobilenet_wd4": ("pytorchcv/mobilenet", ()),
    "mobilenet_w1": ("pytorchcv/mobilenet", ()),
    "xception_299": ("pytorchcv/xception", ()),
    "efficientnet_b1_240": ("pytorchcv/efficientnet-b1", ()),
    "efficientnet_b1b_240": ("pytorchcv/efficientnet-b1", ("padding=tensorflow",)),
}

FORMS = {
    "flat": "PyTorch's names as they are",
    "wrapped": "in one group, names as nn.DataParallel gives them",
    "nested": "a group for each part of a name, gzip",
}

EXPORT = Variant.torchscript(17, dynamic_batch=True)


def of_state_dictionary(ferry: Ferry, name: str, folder: Path, cache: Path, chosen: list[str]) -> list[Line]:
    """The network's lines of the table, PyTorch's ONNX export the first: the others must have its structure."""
    torch.set_num_threads(1)
    (network,) = (network for network in FULL_SIZE if network.name == name)
    architecture, assumptions = NETWORKS[name]
    module = calibrated(network, cache)
    answers = {batch: list(answered(network, module, batch)) for batch in (1, 3)}
    description = {
        "architecture": architecture, "assumptions": assumptions, "layout": "NCHW", "logits": None,
        "inputShape": f"batchx3x{network.height}x{network.width}", "seed": network.seed,
    }  # fmt: skip
    lines: list[Line] = []
    for form, path in written(module, network.height, network.width, folder):
        if not chosen or path.name in chosen or path.suffix == ".onnx":
            lines.append(check(ferry, name, form | {"file": path.name}, path, answers, description, lines))
            print(lines[-1], *lines[-1].failures, sep="\n  ", flush=True)
    return lines


def written(module: nn.Module, height: int, width: int, folder: Path) -> Iterator[tuple[dict, Path]]:
    """Each file lives until the next one is asked for."""
    path = folder / "export.onnx"
    export(module, height, width, EXPORT, path)
    yield {"about": "PyTorch's export, opset 17", "whole": True}, path
    path.unlink()
    for form, about in FORMS.items():
        path = folder / f"{form}.h5"
        with h5py.File(path, "w") as file:
            for name, weight in module.state_dict().items():
                full = {"flat": name, "wrapped": f"state_dict/module.{name}", "nested": name.replace(".", "/")}[form]
                options = {"compression": "gzip"} if form == "nested" and weight.numel() > 64 else {}
                file.create_dataset(full, data=weight.numpy(), **options)
        yield {"about": f"state dictionary: {about}", "whole": False}, path
        path.unlink()
    shutil.rmtree(folder, ignore_errors=True)
