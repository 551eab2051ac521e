"""A small single-shot detector on a MobileNet trunk, whose heads are fitted to the face in the astronaut photograph.

The trunk has calibrated random weights. Its features are enough for a linear fit to find this one face, so that boxes and
scores mean something; they would not find another.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from detect.faces import FACE, changed
from ferrygolden.calibration import calibrate
from ferrygolden.families import small_mobilenet
from ferrygolden.pictures import photograph

NAME = "ssd"
ANCHORS = "ssd-anchors.npy"
WIDTH, HEIGHT = 192, 160
VARIANCES = (0.1, 0.2)
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


def anchors() -> np.ndarray:
    """float32 [N, 4]: centre x, centre y, width, height, relative to the input's sides; in the order of the outputs."""
    rows = []
    for step, (width, height) in zip(STEPS, SIZES, strict=True):
        side = (width * height) ** 0.5
        for row in range(HEIGHT // step):
            for column in range(WIDTH // step):
                center = ((column + 0.5) * step / WIDTH, (row + 0.5) * step / HEIGHT)
                rows += [(*center, width / WIDTH, height / HEIGHT), (*center, side / WIDTH, side / HEIGHT)]
    return np.asarray(rows, np.float32)


def views(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Parts of the photograph as the detector sees them, float32 [count, 3, 160, 192], and where the face is in each:
    [count, 4] left, top, right, bottom relative to the sides, NaN where it is not."""
    random = np.random.default_rng(SEED)
    source = photograph("astronaut.png")
    pictures, faces = [], []
    for number in range(count):
        width = random.uniform(180, 512)
        height = width * HEIGHT / WIDTH
        left, top = random.uniform(0, 512 - width), random.uniform(0, 512 - height)
        if number % 4:  # three of four show the whole face
            left = random.uniform(max(0, FACE[2] - width), min(FACE[0], 512 - width))
            top = random.uniform(max(0, FACE[3] - height), min(FACE[1], 512 - height))
        box = (left, top, left + width, top + height)
        picture = source.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box)
        face = (np.array(FACE) - [left, top, left, top]) / [width, height, width, height]
        state = random.bit_generator.state
        picture = changed(random, picture)
        random.bit_generator.state = state
        if random.random() < 0.5:  # `changed` has mirrored it
            face = np.array([1 - face[2], face[1], 1 - face[0], face[3]])
        pictures.append((np.asarray(picture, np.float32) / 255 - 0.5) * 2)
        faces.append(face if ((face >= 0) & (face <= 1)).all() else [np.nan] * 4)
    return np.ascontiguousarray(np.stack(pictures).transpose(0, 3, 1, 2)), np.asarray(faces)


def make(folder: Path) -> None:
    """Writes FOLDER/ssd.onnx and the anchors."""
    torch.manual_seed(SEED)
    network = SmallSSD().float()
    pictures, faces = views(96)
    calibrate(network, [pictures[start : start + 8] for start in range(0, 96, 8)], SEED)
    network.eval()
    fit(network, torch.from_numpy(pictures), faces)
    np.save(folder / ANCHORS, anchors())
    part = folder / f"{NAME}.part"
    torch.onnx.export(
        network, (torch.zeros(1, 3, HEIGHT, WIDTH),), part, dynamo=False, opset_version=17,
        input_names=["picture"], output_names=["boxes", "scores"],
    )  # fmt: skip
    part.rename(folder / f"{NAME}.onnx")


def fit(network: SmallSSD, pictures: torch.Tensor, faces: np.ndarray) -> None:
    """Sets the heads by regularised least squares: scores ±2.5 where an anchor does or does not lie on the face, and
    offsets on the anchors that do."""
    with torch.no_grad():
        maps = network.features(pictures)
    start, all_anchors = 0, anchors().astype(np.float64)
    for features, of_boxes, of_scores in zip(maps, network.boxes, network.scores, strict=True):
        cells = features.shape[2] * features.shape[3]
        patches = torch.nn.functional.unfold(features, 3, padding=1).transpose(1, 2).reshape(-1, features.shape[1] * 9)
        patches = np.concatenate([patches.double().numpy(), np.ones((len(patches), 1))], axis=1)
        for kind in range(A_CELL):
            of_kind = all_anchors[start : start + cells * A_CELL][kind::A_CELL]
            overlaps, offsets = zip(*(targets(of_kind, face) for face in faces), strict=True)
            overlap, offset = np.concatenate(overlaps), np.concatenate(offsets)
            is_face = overlap > 0.4
            wanted = np.where(is_face, 2.5, -2.5)
            weights = np.where(is_face, len(is_face) / max(4 * is_face.sum(), 1), 1.0)
            set_head(of_scores, kind * 2 + 1, solve(patches, wanted[:, None], weights))
            set_head(of_scores, kind * 2, np.zeros((patches.shape[1], 1)))
            if is_face.any():
                solution = solve(patches[is_face], offset[is_face], np.ones(is_face.sum()))
                set_head(of_boxes, kind * 4, solution)
        start += cells * A_CELL


def targets(of_anchors: np.ndarray, face: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much each anchor overlaps the face (0 without one), and the offsets that lead from it to the face."""
    if np.isnan(face).any():
        return np.zeros(len(of_anchors)), np.zeros((len(of_anchors), 4))
    center, sides = of_anchors[:, :2], of_anchors[:, 2:]
    low, high = center - sides / 2, center + sides / 2
    both = np.prod(np.clip(np.minimum(high, face[2:]) - np.maximum(low, face[:2]), 0, None), axis=1)
    union = np.prod(sides, axis=1) + np.prod(face[2:] - face[:2]) - both
    move = ((face[:2] + face[2:]) / 2 - center) / sides / VARIANCES[0]
    grow = np.log((face[2:] - face[:2]) / sides) / VARIANCES[1]
    return both / union, np.concatenate([move, grow], axis=1)


def solve(rows: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    scaled = rows * weights[:, None]
    return np.linalg.solve(rows.T @ scaled + 10 * np.eye(rows.shape[1]), scaled.T @ wanted)


def set_head(head: nn.Conv2d, first: int, solution: np.ndarray) -> None:
    """The channels from `first` on get the solution [inputs·9 + 1, channels]."""
    channels = slice(first, first + solution.shape[1])
    with torch.no_grad():
        head.weight[channels] = torch.from_numpy(solution[:-1].T.reshape(-1, *head.weight.shape[1:])).float()
        head.bias[channels] = torch.from_numpy(solution[-1]).float()
