"""Small PyTorch modules whose values are easy to confuse with one another."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional


def statistics(module: nn.Module, seed: int = 1) -> nn.Module:
    """In evaluation mode, with normalizations that do something."""
    generator = torch.Generator().manual_seed(seed)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.3, generator=generator)
            part.running_var.uniform_(0.5, 2, generator=generator)
            part.weight.data.uniform_(0.6, 1.4, generator=generator)
            part.bias.data.normal_(0, 0.2, generator=generator)
    return module.eval()


class Block(nn.Module):
    """A convolution that BatchNormalization is folded into, and an activation in place."""

    def __init__(self, inputs: int, outputs: int, activation: nn.Module) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.activ = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activ(self.bn(self.conv(x)))


class Residual(nn.Module):
    """Equal modules in a row, one that is applied twice, additions and activations that no module stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Block(3, 6, nn.ReLU(inplace=True))
        self.body = nn.Sequential(Block(6, 6, nn.ReLU(inplace=True)), Block(6, 6, nn.SiLU()))
        self.shared = nn.Conv2d(6, 6, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.last = nn.Sequential(nn.Conv2d(6, 8, 1), nn.ReLU(), nn.BatchNorm2d(8))  # nothing to fold into
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        y = self.body(x)
        x = functional.relu(x + y)
        x = torch.relu_(self.shared(x) + 0.1 * self.shared(torch.tanh(x)))
        x = self.last(self.pool(x))
        x = self.dropout(functional.adaptive_avg_pool2d(x, 1))
        return self.head(x.view(x.size(0), -1))


class Shapes(nn.Module):
    """Values that are parts, rearrangements and joins of others."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)
        self.conv = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.register_buffer("scale", torch.linspace(0.5, 2, 8).reshape(1, 8, 1, 1))
        self.shift = torch.linspace(-1, 1, 8).reshape(1, 8, 1, 1)  # neither a parameter nor a buffer

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        a, b = x.chunk(2, dim=1)
        a = self.up(a)
        b = functional.interpolate(b, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = self.conv(torch.cat([a, b], dim=1)) * self.scale + self.shift
        mean, deviation = x.mean((2, 3), keepdim=True), x.std((2, 3), keepdim=True)
        x = (x - mean) / (deviation + 0.1)
        x = functional.pad(x, (1, 2, 0, 1))
        masked = torch.where(x > 0.2, x, torch.zeros_like(x))
        tokens = masked.flatten(2).transpose(1, 2)
        return tokens.softmax(-1), {"pooled": functional.hardswish(masked.amax((2, 3)))}


class SameSize(nn.Module):
    """Padding by the picture's size, as TensorFlow's SAME: whole numbers are computed from shapes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, stride=2)
        self.norm = nn.LayerNorm(5)
        self.act = nn.GELU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.shape[-2:]
        down, right = self.lacking(height), self.lacking(width)
        x = self.conv(functional.pad(x, [right // 2, right - right // 2, down // 2, down - down // 2]))
        return self.act(self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)).mean((2, 3))

    def lacking(self, size: int) -> int:
        return max(((size + 1) // 2 - 1) * 2 + 3 - size, 0)


class Mistranslated(SameSize):
    """Python rounds quotients down, ONNX towards zero, and the TorchScript exporter does not care."""

    def lacking(self, size: int) -> int:
        return max((-(size // -2) - 1) * 2 + 3 - size, 0)


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.TransformerEncoderLayer(12, 3, 20, batch_first=True, activation="gelu")
        self.norm = nn.LayerNorm(12)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.first(x)).mean(1)


class StatesFloat32(nn.Module):
    """Numbers of single precision that the code itself asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.mix = nn.Linear(4, 4)
        self.kernel = torch.linspace(-0.5, 0.75, 12).reshape(4, 3, 1, 1)  # neither a parameter nor a buffer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.softplus(x).to(torch.float32)
        x = torch.tanh(self.conv(x)) + functional.conv2d(x, self.kernel)[:, :, 1:-1, 1:-1]
        x = functional.conv2d(x, torch.full((4, 4, 1, 1), 0.1, dtype=torch.float32))
        above = self.mix((x > 0).to(torch.float32).mean((2, 3)))
        return torch.log(x.mean((2, 3)).float() + 1.75) + above


class TwoInputs(nn.Module):
    """A picture and numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.numbers = nn.Linear(6, 4)

    def forward(self, picture: torch.Tensor, numbers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = functional.elu(self.conv(picture)).mean((2, 3))
        joined = features * torch.sigmoid(self.numbers(numbers))
        return joined, joined.argmax(1)


MODULES: dict[str, tuple[Callable[[], nn.Module], tuple[tuple[int, ...], ...]]] = {
    "residual": (Residual, ((2, 3, 16, 20),)),
    "shapes": (Shapes, ((2, 8, 7, 9),)),
    "same-size": (SameSize, ((1, 3, 15, 22),)),
    "attention": (Attention, ((2, 5, 12),)),
    "states-float32": (StatesFloat32, ((2, 3, 8, 9),)),
    "two-inputs": (TwoInputs, ((2, 3, 9, 9), (2, 6))),
}


def made(name: str) -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    """The module in evaluation mode and its example inputs, the same ones every time."""
    build, shapes = MODULES[name]
    torch.manual_seed(0)
    module = statistics(build())
    generator = torch.Generator().manual_seed(4)
    return module, tuple(torch.randn(shape, generator=generator) for shape in shapes)


def residual() -> nn.Module:
    """For the command."""
    return made("residual")[0]


def with_examples() -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    return made("two-inputs")


def in_training() -> nn.Module:
    return Residual()
