"""Small networks around one operation that exporters spell in several ways.

Each network is one family: whatever the exporter, the opset and (for the pooled ones) the way in which it was written
down in Python, the files must become one graph.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.nn import functional

from ferrygolden.families import CLASSES, Network


class GeneralizedMean(nn.Module):
    """GeM pooling: the p-th root of the mean of p-th powers over all pixels; p is trained."""

    def __init__(self, power: float = 2.7, smallest: float = 1e-6) -> None:
        super().__init__()
        self.power = nn.Parameter(torch.tensor([power]))
        self.smallest = smallest

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        powers = x.clamp(min=self.smallest).pow(self.power)
        return functional.adaptive_avg_pool2d(powers, 1).pow(1.0 / self.power)


class Pooled(nn.Module):
    """A convolution, ReLU, and the features [batch, 13] that `pool` makes of it."""

    def __init__(self, pool: nn.Module | Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 13, 3, stride=2, padding=1)
        self.pool = pool
        self.output = nn.Linear(13, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.pool(torch.relu(self.conv(x))))


def activations(*layers: nn.Module) -> nn.Module:
    """Convolutions with an activation after each, and global pooling."""
    blocks: list[nn.Module] = []
    channels = 3
    for layer in layers:
        blocks += [nn.Conv2d(channels, 11, 3, stride=2, padding=1), layer]
        channels = 11
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


def prelu(channels: int) -> nn.PReLU:
    """With slopes that differ, so that no channel passes for another."""
    layer = nn.PReLU(channels)
    with torch.no_grad():
        layer.weight.copy_(torch.linspace(-0.2, 0.6, channels))
    return layer


def average_pools() -> nn.Module:
    """Means over windows with padding that counts and that does not, and without padding, where both are the same."""
    return nn.Sequential(
        nn.Conv2d(3, 9, 3),
        nn.AvgPool2d(3, stride=2, padding=1),
        nn.ReLU(),
        nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
        nn.Conv2d(9, 9, 1),
        nn.AvgPool2d(2),
        nn.Conv2d(9, 9, 1),
        nn.AvgPool2d(2, count_include_pad=False),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(9, CLASSES),
    )


class ZeroBiases(nn.Module):
    """Biases of zeros: TorchScript stores them once and repeats them by Identity, dynamo drops them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 9, 3), nn.Conv2d(9, 9, 1)
        self.output = nn.Linear(9, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.second(torch.relu(self.first(x))))
        return self.output(x.mean((2, 3)))

    def after_calibration(self) -> None:
        """The calibration fills biases of zeros."""
        for layer in (self.first, self.second):
            nn.init.zeros_(layer.bias)


class Scaled(nn.Module):
    """A constant a channel that multiplies and one that is added after a convolution, as parameters of the network."""

    def __init__(self) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(3, 12, 3, groups=3, bias=False)
        self.scale = nn.Parameter(torch.linspace(0.4, 1.7, 12).reshape(12, 1, 1))
        self.shift = nn.Parameter(torch.linspace(-0.3, 0.5, 12).reshape(1, 12, 1, 1))
        self.output = nn.Linear(12, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.depthwise(x) * self.scale + self.shift)
        return (self.output(x.mean((2, 3))) - 0.25) / 1.5


# The ways in which a mean over all pixels is written down in PyTorch.
MEANS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "adaptive": lambda x: functional.adaptive_avg_pool2d(x, 1).flatten(1),
    "mean": lambda x: x.mean((2, 3)),
    "mean-negative": lambda x: x.mean((-1, -2)),
    "mean-kept": lambda x: x.mean((2, 3), keepdim=True).view(x.size(0), -1),
    "mean-twice": lambda x: x.mean(3).mean(2),
    "mean-flat": lambda x: x.flatten(2).mean(2),
    "window": lambda x: functional.avg_pool2d(x, (19, 15)).reshape(x.size(0), 13),
    "index": lambda x: functional.adaptive_avg_pool2d(x, 1)[:, :, 0, 0],
    "squeeze": lambda x: functional.adaptive_avg_pool2d(x, (1, 1)).squeeze(3).squeeze(2),
}


# A family's name, and its networks by the word that the folder's name ends in ("" where there is one alone).
SPELLINGS: dict[str, dict[str, Callable[[], nn.Module]]] = {
    "global-mean": {word: partial(Pooled, pool) for word, pool in MEANS.items()},
    "generalized-mean": {"": lambda: Pooled(nn.Sequential(GeneralizedMean(), nn.Flatten()))},
    "average-pools": {"": average_pools},
    "zero-biases": {"": ZeroBiases},
    "scaled": {"": Scaled},
    "hard-activations": {"": lambda: activations(nn.Hardswish(), nn.Hardsigmoid(), nn.ReLU6())},
    "prelu": {"": lambda: activations(prelu(11), nn.PReLU())},
    "mish": {"": lambda: activations(nn.Mish(), nn.Mish())},
    "instance-normalization": {"": lambda: activations(nn.InstanceNorm2d(11, affine=True), nn.SiLU())},
}


def spelled(family: str, word: str) -> Network:
    seed = 80 + list(SPELLINGS).index(family)
    return Network(family, SPELLINGS[family][word], height=37, width=29, seed=seed, calibration_pictures=8)
