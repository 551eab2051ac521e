"""The networks: full-size ones, pytorchcv's and those of an ensemble of face classifiers on its trunks, and relatives
of the three families with small widths for the repository.

The relatives are built from pytorchcv's own blocks, so that their files have the same nodes in the same order as the
full-size ones. Their channel counts are ragged on purpose (no multiples of 8 or 16), their pictures not always square.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from pytorchcv.models.common.conv import conv3x3_block
from pytorchcv.models.efficientnet import EfficientNet, efficientnet_b1, efficientnet_b1b
from pytorchcv.models.mobilenet import MobileNet, mobilenet_w1, mobilenet_wd4
from pytorchcv.models.xception import XceptionUnit, dws_conv3x3_block, xception
from torch import nn

from ferrygolden.calibration import calibrate
from ferrygolden.pictures import normalised_batch

CLASSES = 10


@dataclass(frozen=True)
class Network:
    """A network by name: how it is built, its picture size in pixels, its seed, and how many pictures calibrate it."""

    name: str
    build: Callable[[], nn.Module]
    height: int
    width: int
    seed: int
    calibration_pictures: int = 64
    weights_of: Network | None = None
    """The network whose calibrated weights this one has: the same, but for its pooling or its picture size."""

    def make(self, kind: torch.dtype = torch.float64) -> nn.Module:
        """The calibrated network in float32 and evaluation mode. `kind` is the type that the calibration runs in."""
        if self.weights_of is not None:
            return self.with_weights(self.weights_of.make(kind).state_dict())
        torch.manual_seed(self.seed)
        network = self.build().to(kind)
        batch = 8
        batches = (
            normalised_batch(1000 + number, batch, self.height, self.width)
            for number in range(self.calibration_pictures // batch)
        )
        calibrate(network, batches, self.seed + 1000)
        if hasattr(network, "after_calibration"):
            network.after_calibration()
        return network.float().eval()

    def with_weights(self, weights: dict[str, torch.Tensor]) -> nn.Module:
        """The network in float32 and evaluation mode with weights that were calibrated before."""
        network = self.build()
        network.load_state_dict(weights)
        return network.float().eval()

    def golden_pictures(self, batch: int) -> np.ndarray:
        """Pictures that the calibration has not seen, float32 [batch, 3, height, width]."""
        return normalised_batch(77_000 + 100 * batch + self.seed, batch, self.height, self.width)


class SmallXception(nn.Module):
    """Xception's entry, middle and exit flow with narrow layers; two middle units in place of eight."""

    def __init__(self, stages: list[list[int]], exit_channels: tuple[int, int], pool: nn.Module) -> None:
        super().__init__()
        self.features = nn.Sequential()
        init_block = nn.Sequential()
        init_block.add_module("conv1", conv3x3_block(in_channels=3, out_channels=12, stride=2, padding=0))
        init_block.add_module("conv2", conv3x3_block(in_channels=12, out_channels=18, stride=1, padding=0))
        self.features.add_module("init_block", init_block)
        channels = 18
        for stage_number, widths in enumerate(stages):
            stage = nn.Sequential()
            for unit_number, width in enumerate(widths):
                first, last = (stage_number, unit_number) == (0, 0), stage_number == len(stages) - 1
                unit = XceptionUnit(
                    in_channels=channels,
                    out_channels=width,
                    stride=2 if unit_number == 0 else 1,
                    reps=2 if unit_number == 0 else 3,
                    start_with_relu=not first,
                    grow_first=not last,
                )
                stage.add_module(f"unit{unit_number + 1}", unit)
                channels = width
            self.features.add_module(f"stage{stage_number + 1}", stage)
        final_block = nn.Sequential()
        final_block.add_module("conv1", dws_conv3x3_block(channels, exit_channels[0], activate=False))
        final_block.add_module("conv2", dws_conv3x3_block(exit_channels[0], exit_channels[1], activate=True))
        final_block.add_module("activ", nn.ReLU(inplace=True))
        final_block.add_module("pool", pool)
        self.features.add_module("final_block", final_block)
        self.output = nn.Linear(exit_channels[1], CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        return self.output(x.view(x.size(0), -1))


class EnsembleHead(nn.Module):
    """The head of a face classifier on a trunk: features → one logit, with a BatchNormalization that nothing precedes
    but a Flatten, and one that follows a ReLU (only folding forward, into the next product, can remove it)."""

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.normalise_features = nn.BatchNorm1d(features)
        self.hidden = nn.Linear(features, hidden)
        self.activation = nn.ReLU()
        self.normalise_hidden = nn.BatchNorm1d(hidden)
        self.dropout = nn.Dropout(0.5)
        self.logit = nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.dropout(self.normalise_features(self.flatten(x)))
        x = self.dropout(self.normalise_hidden(self.activation(self.hidden(x))))
        return self.logit(x)


def small_mobilenet() -> nn.Module:
    widths = [[9], [18], [26, 26], [35, 35], [44, 44, 44], [60, 60]]
    network = MobileNet(widths, first_stage_stride=False, num_classes=CLASSES)
    network.features.final_pool = nn.AvgPool2d(kernel_size=2, stride=1)  # the original's 7 wants a picture of 224
    return network


def small_xception() -> nn.Module:
    return SmallXception([[19], [23], [28, 28, 28], [34]], (41, 50), nn.AvgPool2d(kernel_size=2, stride=1))


def small_efficientnet(tf_mode: bool = False) -> nn.Module:
    """`tf_mode` pads as TensorFlow's SAME does: by the picture's size, the odd pixel at the end."""
    return EfficientNet(
        channels=[[5, 5], [7, 7], [9, 9], [11, 11, 13], [15, 15]],
        init_block_channels=9,
        final_block_channels=42,
        kernel_sizes=[[3, 3], [3, 3], [5, 5], [3, 3, 5], [5, 3]],
        strides_per_stage=[1, 2, 2, 2, 2],
        expansion_factors=[[1, 1], [6, 6], [6, 6], [6, 6, 6], [6, 6]],
        num_classes=CLASSES,
        tf_mode=tf_mode,
        bn_eps=1e-3 if tf_mode else 1e-5,
    )


def small_ensemble_member() -> nn.Module:
    trunk = SmallXception([[19], [23], [28], [34]], (41, 50), nn.AdaptiveAvgPool2d(1)).features
    return nn.Sequential(trunk, EnsembleHead(features=50, hidden=27))


SMALL = (
    Network("mobilenet", small_mobilenet, height=64, width=64, seed=11),
    Network("xception", small_xception, height=64, width=48, seed=12),
    Network("efficientnet", small_efficientnet, height=50, width=70, seed=13),
    Network("ensemble-member", small_ensemble_member, height=50, width=50, seed=14),
    Network("efficientnet-same", partial(small_efficientnet, tf_mode=True), height=50, width=50, seed=15),
)


def xception_with_global_pool() -> nn.Module:
    """The original's window of 10 pixels wants a picture of 299."""
    network = xception()
    network.features.final_block.pool = nn.AdaptiveAvgPool2d(1)
    return network


def xception_member(hidden: int) -> nn.Module:
    return nn.Sequential(xception_with_global_pool().features, EnsembleHead(2048, hidden))


def efficientnet_member(hidden: int) -> nn.Module:
    return nn.Sequential(efficientnet_b1().features, EnsembleHead(1280, hidden))


XCEPTION = Network("xception_299", xception, height=299, width=299, seed=23, calibration_pictures=16)
B1 = Network("efficientnet_b1_240", efficientnet_b1, height=240, width=240, seed=24, calibration_pictures=16)
B1B = Network("efficientnet_b1b_240", efficientnet_b1b, height=240, width=240, seed=25, calibration_pictures=16)

FULL_SIZE = (
    Network("mobilenet_wd4", mobilenet_wd4, height=224, width=224, seed=21, calibration_pictures=32),
    Network("mobilenet_w1", mobilenet_w1, height=224, width=224, seed=22, calibration_pictures=32),
    XCEPTION,
    Network("xception_150", xception_with_global_pool, height=150, width=150, seed=23, weights_of=XCEPTION),
    B1,
    Network("efficientnet_b1_150", efficientnet_b1, height=150, width=150, seed=24, weights_of=B1),
    B1B,
    Network("efficientnet_b1b_150", efficientnet_b1b, height=150, width=150, seed=25, weights_of=B1B),
    Network("member_xception_512", partial(xception_member, 512), 150, 150, seed=26, calibration_pictures=32),
    Network("member_xception_256", partial(xception_member, 256), 150, 150, seed=27, calibration_pictures=32),
    Network("member_b1_512", partial(efficientnet_member, 512), 150, 150, seed=28, calibration_pictures=32),
    Network("member_b1_256", partial(efficientnet_member, 256), 224, 224, seed=29, calibration_pictures=16),
)
