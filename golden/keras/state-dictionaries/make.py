"""Small relatives of pytorchcv's networks as state dictionaries in HDF5, with goldens from PyTorch in float64.

    golden/make state-dictionaries [FOLDER]

The relatives are as deep as the networks themselves. FOLDER/<name>/weights.h5 holds the arrays by PyTorch's names, and
each folder below it, or the folder itself, one golden case. Writing HDF5 is the work of store.py, in an environment
that has h5py (FERRY_H5PY_PYTHON).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import torch
from ferrygolden.case import Case, Producer, sha256_of
from ferrygolden.families import EnsembleHead, Network, SmallXception
from ferrygolden.network_cases import TOLERANCE
from ferrygolden.truth import peak_error, pytorch
from pytorchcv.models.efficientnet import EfficientNet
from pytorchcv.models.mobilenet import MobileNet
from torch import nn

CLASSES = 10
MIDDLE_UNITS = 8


def mobilenet() -> nn.Module:
    widths = [[5], [6], [7, 7], [9, 9], [10] * 6, [13, 13]]
    network = MobileNet(widths, first_stage_stride=False, num_classes=CLASSES)
    network.features.final_pool = nn.AdaptiveAvgPool2d(1)  # the original's 7×7 wants a picture of 224
    return network


def xception_member() -> nn.Module:
    """A face classifier's trunk and head, the head's modules named so that their alphabetical order is another."""
    stages = [[6], [7], [9] * (1 + MIDDLE_UNITS), [10]]
    trunk = SmallXception(stages, (11, 14), nn.AdaptiveAvgPool2d(1)).features
    return nn.Sequential(trunk, EnsembleHead(features=14, hidden=6))


def efficientnet(tf_mode: bool) -> nn.Module:
    return EfficientNet(
        channels=[[4] * 2, [5] * 3, [6] * 3, [6] * 4 + [7] * 4, [8] * 5 + [9] * 2],
        init_block_channels=5,
        final_block_channels=20,
        kernel_sizes=[[3] * 2, [3] * 3, [5] * 3, [3] * 4 + [5] * 4, [5] * 5 + [3] * 2],
        strides_per_stage=[1, 2, 2, 2, 2],
        expansion_factors=[[1] * 2, [6] * 3, [6] * 3, [6] * 8, [6] * 7],
        num_classes=CLASSES,
        tf_mode=tf_mode,
        bn_eps=1e-3 if tf_mode else 1e-5,
    )


MOBILENET = Network("mobilenet", mobilenet, height=64, width=48, seed=61)
MEMBER = Network("xception-member", xception_member, height=50, width=62, seed=62)
SYMMETRIC = Network("efficientnet-b1", partial(efficientnet, False), height=50, width=50, seed=63)
TENSORFLOW = Network("efficientnet-b1b", partial(efficientnet, True), 50, 50, seed=63, weights_of=SYMMETRIC)
# pytorchcv gives the height the padding of the width, and the other way round.
OBLONG = Network("efficientnet-b1b", partial(efficientnet, True), 45, 50, seed=63, weights_of=SYMMETRIC)

# Of each file: how it is stored, what its last module is called, and the networks that its weights are of, by the
# folder of their case.
FILES = {
    "mobilenet": ("wrapped", "state_dict.module.output", {"": MOBILENET}),
    "xception-member": ("nested", "1.logit", {"": MEMBER}),
    "efficientnet": (
        "flat", "output.fc", {"symmetric": SYMMETRIC, "tensorflow": TENSORFLOW, "tensorflow-oblong": OBLONG},
    ),
}  # fmt: skip


def store(weights: dict[str, np.ndarray], form: str, path: Path) -> None:
    python = os.environ.get("FERRY_H5PY_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "weights.npz"
        np.savez(archive, **weights)
        subprocess.run([python, Path(__file__).with_name("store.py"), archive, form, path], check=True)


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    for name, (form, output, networks) in FILES.items():
        path = folder / name / "weights.h5"
        path.parent.mkdir(parents=True, exist_ok=True)
        first = next(iter(networks.values())).make()
        store({key: value.numpy() for key, value in first.state_dict().items()}, form, path)
        for case, network in networks.items():
            module = network.with_weights(first.state_dict())
            pictures = network.golden_pictures(2)
            truth, single = pytorch(module, pictures, torch.float64), pytorch(module, pictures, torch.float32)
            print(f"{name} {case}: {path.stat().st_size // 1024} KiB, pytorch-float32 {peak_error(single, truth):.1e}")
            Case(
                name=" ".join(filter(None, (name, case))),
                source_sha256=sha256_of(path),
                source=None if case else path.name,
                producer=Producer.of("pytorch", "torch", "pytorchcv"),
                seed=network.seed,
                layout="NCHW",
                inputs={"input": pictures},
                outputs={output: truth},
                tolerance=TOLERANCE,
                references={"pytorch-float32": {output: single}},
            ).write(folder / name / case)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
