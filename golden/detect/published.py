"""A detector with the interface of the published one, an SSD on a MobileNet as TensorFlow's detection graphs hold it;
small, with calibrated random weights.

It does itself what others leave to their callers: it takes bytes, resizes, decodes, and makes scores probabilities.
Its anchors are so large that with a margin many boxes reach beyond the picture, some on both sides.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from detect import ssd

NAME = "published"
SIZES = ((60, 76), (120, 100), (186, 84))
"""As ssd.SIZES"""
VARIANCES = (0.1, 0.2)
TEMPERATURE = 4
"""So that no probability comes so near to 1 that several are the same"""
SEED = 134


class Published(nn.Module):
    """uint8 pictures [1, height, width, 3] of any size → boxes [1, N, 4] (top, left, bottom, right, relative to the
    picture's sides, not cut off at them), probabilities [1, N, 2] (background, face)."""

    def __init__(self, heads: ssd.SmallSSD) -> None:
        super().__init__()
        self.heads = heads
        # Centre y, centre x, height, width
        self.register_buffer("anchors", torch.from_numpy(ssd.anchors(SIZES)[:, [1, 0, 3, 2]].copy()))

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = picture.permute(0, 3, 1, 2).float()
        x = nn.functional.interpolate(x, (ssd.HEIGHT, ssd.WIDTH), mode="bilinear", align_corners=False)
        numbers, scores = self.heads(x * (2 / 255) - 1)
        numbers = numbers[:, :, [1, 0, 3, 2]]
        middle = self.anchors[:, :2] + numbers[:, :, :2] * VARIANCES[0] * self.anchors[:, 2:]
        half = self.anchors[:, 2:] * torch.exp(numbers[:, :, 2:] * VARIANCES[1]) / 2
        return torch.cat([middle - half, middle + half], 2), torch.softmax(scores / TEMPERATURE, 2)


def make(folder: Path) -> None:
    """Writes FOLDER/published.onnx."""
    network = Published(ssd.calibrated(SEED)).eval()
    part = folder / f"{NAME}.part"
    torch.onnx.export(
        network, (torch.zeros(1, 200, 220, 3, dtype=torch.uint8),), part, dynamo=False, opset_version=17,
        input_names=["picture"], output_names=["boxes", "scores"],
        dynamic_axes={"picture": {1: "height", 2: "width"}},
    )  # fmt: skip
    part.rename(folder / f"{NAME}.onnx")
