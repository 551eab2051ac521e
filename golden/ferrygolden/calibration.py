"""Gives a randomly initialised network the statistics of a trained one.

Fresh BatchNormalization statistics (mean 0, variance 1) do not fit the activations, biases are zero, and a deep
residual network then amplifies rounding about a thousandfold, so that two correct runtimes differ by 2e-4 and no
tolerance is both honest and useful. After calibration the frameworks agree to about 1e-5 of the largest output.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

# Units that end in "branch + identity"; trained networks keep the branch small there.
RESIDUAL_UNITS = ("EffiInvResUnit", "EffiDwsConvUnit")


def calibrate(network: nn.Module, batches: Iterable[np.ndarray], seed: int) -> None:
    """Sets BatchNormalization's parameters and statistics and the zero biases of `network`, in place.

    `batches` are float32 [N, C, H, W]; the statistics are those of the network's own activations on them. The network
    runs in the floating-point type that its parameters have.
    """
    generator = torch.Generator().manual_seed(seed)
    normalisations = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    with torch.no_grad():
        _draw_parameters(network, normalisations, generator)
        _measure_statistics(network, normalisations, batches)
        _perturb(normalisations, generator)


def _draw_parameters(network: nn.Module, normalisations: list[_BatchNorm], generator: torch.Generator) -> None:
    for normalisation in normalisations:
        normalisation.weight.uniform_(0.7, 1.3, generator=generator)
        normalisation.bias.normal_(0, 0.15, generator=generator)
    for unit in network.modules():
        if type(unit).__name__ in RESIDUAL_UNITS and unit.residual:
            last = unit.conv3 if hasattr(unit, "conv3") else unit.pw_conv
            last.bn.weight.uniform_(0.2, 0.5, generator=generator)
    for module in network.modules():
        # A bias of zeros could be dropped by an importer and nobody would see it.
        if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None and not module.bias.any():
            module.bias.normal_(0, 0.1, generator=generator)


def _measure_statistics(network: nn.Module, normalisations: list[_BatchNorm], batches: Iterable[np.ndarray]) -> None:
    network.eval()
    for normalisation in normalisations:
        normalisation.train()
        normalisation.momentum = None  # a plain mean over all batches
        normalisation.reset_running_stats()
    kind = next(network.parameters()).dtype
    for batch in batches:
        network(torch.from_numpy(batch).to(kind))
    for normalisation in normalisations:
        normalisation.momentum = 0.1
    network.eval()


def _perturb(normalisations: list[_BatchNorm], generator: torch.Generator) -> None:
    """Trained parameters do not match the statistics exactly, so neither do these."""
    for normalisation in normalisations:
        normalisation.weight.mul_(1 + 0.03 * torch.randn(normalisation.weight.shape, generator=generator))
        normalisation.bias.add_(0.02 * torch.randn(normalisation.bias.shape, generator=generator))
