"""A small single-shot detector on a MobileNet trunk, with calibrated random weights.

It finds no faces: its best box lies anywhere. What it is for is that two decoders agree on where.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from detect.faces import changed
from ferrygolden.calibration import calibrate
from ferrygolden.families import small_mobilenet
from ferrygolden.pictures import photograph

NAME = "ssd"
ANCHORS = "ssd-anchors.npy"
WIDTH, HEIGHT = 192, 160
STEPS = (8, 16, 32)
"""Pixels of the input for one cell of each feature map"""
CHANNELS = (35, 44, 60)
SIZES = ((28, 40), (48, 66), (80, 110))
"""Of each map's first anchor, in pixels of the input: width, height; the second one is a square of the same area"""
A_CELL = 2
SEED = 121


class SmallSSD(nn.Module):
    """Pictures −1…1 [batch, 3, 160, 192] → box offsets [batch, N, 4] (centre x, centre y, width, height), class scores
    [batch, N, 2] (background, face)."""

    def __init__(self) -> None:
        super().__init__()
        trunk = small_mobilenet().features
        stages = [module for name, module in trunk.named_children() if name != "final_pool"]
        # init block and the first three stages end at a step of 8
        self.parts = nn.ModuleList([nn.Sequential(*stages[:-2]), stages[-2], stages[-1]])
        self.boxes = nn.ModuleList([nn.Conv2d(channels, A_CELL * 4, 3, padding=1) for channels in CHANNELS])
        self.scores = nn.ModuleList([nn.Conv2d(channels, A_CELL * 2, 3, padding=1) for channels in CHANNELS])

    def features(self, x: torch.Tensor) -> list[torch.Tensor]:
        maps = []
        for part in self.parts:
            x = part(x)
            maps.append(x)
        return maps

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        boxes, scores = [], []
        for features, of_boxes, of_scores in zip(self.features(x), self.boxes, self.scores, strict=True):
            boxes.append(of_boxes(features).permute(0, 2, 3, 1).reshape(x.shape[0], -1, 4))
            scores.append(of_scores(features).permute(0, 2, 3, 1).reshape(x.shape[0], -1, 2))
        return torch.cat(boxes, 1), torch.cat(scores, 1)


def anchors(sizes: tuple[tuple[int, int], ...] = SIZES) -> np.ndarray:
    """float32 [N, 4]: centre x, centre y, width, height, relative to the input's sides; in the order of the outputs."""
    rows = []
    for step, (width, height) in zip(STEPS, sizes, strict=True):
        side = (width * height) ** 0.5
        for row in range(HEIGHT // step):
            for column in range(WIDTH // step):
                center = ((column + 0.5) * step / WIDTH, (row + 0.5) * step / HEIGHT)
                rows += [(*center, width / WIDTH, height / HEIGHT), (*center, side / WIDTH, side / HEIGHT)]
    return np.asarray(rows, np.float32)


def views(count: int, seed: int) -> np.ndarray:
    """Parts of the photograph as the detector sees them: float32 [count, 3, 160, 192]."""
    random = np.random.default_rng(seed)
    pictures = []
    for _ in range(count):
        width = random.uniform(180, 512)
        height = width * HEIGHT / WIDTH
        left, top = random.uniform(0, 512 - width), random.uniform(0, 512 - height)
        box = (left, top, left + width, top + height)
        picture = photograph("astronaut.png").resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box)
        pictures.append((np.asarray(changed(random, picture), np.float32) / 255 - 0.5) * 2)
    return np.ascontiguousarray(np.stack(pictures).transpose(0, 3, 1, 2))


def calibrated(seed: int) -> SmallSSD:
    """In float32 and evaluation mode."""
    torch.manual_seed(seed)
    network, pictures = SmallSSD().float(), views(48, seed)
    calibrate(network, [pictures[start : start + 8] for start in range(0, len(pictures), 8)], seed)
    network.eval()
    spread_outputs(network, torch.from_numpy(pictures))
    return network


def make(folder: Path) -> None:
    """Writes FOLDER/ssd.onnx and the anchors."""
    network = calibrated(SEED)
    np.save(folder / ANCHORS, anchors())
    part = folder / f"{NAME}.part"
    torch.onnx.export(
        network, (torch.zeros(1, 3, HEIGHT, WIDTH),), part, dynamo=False, opset_version=17,
        input_names=["picture"], output_names=["boxes", "scores"],
    )  # fmt: skip
    part.rename(folder / f"{NAME}.onnx")


def spread_outputs(network: SmallSSD, pictures: torch.Tensor) -> None:
    """Offsets of a standard deviation of 1 and scores of 1.5, as trained heads have them; and for every other picture a
    best score of more than one half."""
    with torch.no_grad():
        for features, of_boxes, of_scores in zip(
            network.features(pictures), network.boxes, network.scores, strict=True
        ):
            for head, spread in ((of_boxes, 1.0), (of_scores, 1.5)):
                numbers = head(features).transpose(0, 1).flatten(1)
                factor = spread / numbers.std(1)
                head.weight.mul_(factor[:, None, None, None])
                head.bias.sub_(numbers.mean(1)).mul_(factor)
        scores = network(pictures)[1]
        best = (scores[:, :, 1] - scores[:, :, 0]).amax(1)
        for of_scores in network.scores:
            of_scores.bias[1::2] -= best.median()
