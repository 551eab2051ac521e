"""The networks of the proof: made with calibrated random weights once, exported to ONNX, converted by Ferry.

    python -m detect.members FERRY FOLDER CENTERFACE [--quick]

Writes FOLDER/NAME.pt (what PyTorch runs), NAME.onnx (what onnxruntime runs) and NAME.ferry. The seven members are those
that the recipe deepfake-seven describes; the small ones have the same parts with few channels.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from pytorchcv.models.mobilenet import MobileNet
from torch import nn

from detect import published, ssd
from detect.faces import batches
from ferrygolden.calibration import calibrate
from ferrygolden.exports import Variant, export
from ferrygolden.families import (
    EnsembleHead,
    efficientnet_member,
    small_efficientnet,
    small_ensemble_member,
    small_mobilenet,
    xception_member,
)
from parity.ferry import Ferry

CENTERFACE = "centerface"
SPREAD = 0.7
"""Standard deviation of the logits on pictures like the calibration's: most probabilities lie between 0.2 and 0.8"""
BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
GREY_MEAN, GREY_DEVIATION = np.float32(0.449), np.float32(0.226)
"""The normalisation that the recipe `published` states for a network of one channel"""
DETECTORS = (ssd, published)
"""Face extractors of random weights"""


@dataclass(frozen=True)
class Member:
    """A network by the name of its files; `raw` ones are fed with the bytes' numbers, others with normalised ones,
    `grey` ones with normalised brightness."""

    name: str
    build: Callable[[], nn.Module]
    height: int
    width: int
    seed: int
    raw: bool = False
    grey: bool = False
    batches: int = 3
    """of eight pictures, that calibrate it"""

    def make(self) -> nn.Module:
        """In float32 and evaluation mode."""
        torch.manual_seed(self.seed)
        network = self.build().float()
        calibrate(network, self.pictures(self.batches), self.seed + 1000)
        network.eval()
        self.spread_logits(network)
        return network

    def pictures(self, count: int) -> list[np.ndarray]:
        found = list(batches(self.seed, count, self.height, self.width, raw=self.raw or self.grey))
        if not self.grey:
            return found
        grey = [np.tensordot(batch, BRIGHTNESS, (1, 0))[:, np.newaxis] for batch in found]
        return [(batch / np.float32(255) - GREY_MEAN) / GREY_DEVIATION for batch in grey]

    def export(self, network: nn.Module, path: Path) -> None:
        """Writes the ONNX file, in which the batch is a symbol."""
        part = path.with_suffix(".part")
        if self.grey:
            torch.onnx.export(
                network, (torch.zeros(1, 1, self.height, self.width),), part, dynamo=False, opset_version=17,
                input_names=["input"], output_names=["output"],
                dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
            )  # fmt: skip
        else:
            export(network, self.height, self.width, Variant.torchscript(17, dynamic_batch=True), part)
        part.rename(path)

    def spread_logits(self, network: nn.Module) -> None:
        """Shifts and scales the last layer, so that probabilities differ from picture to picture and none is 0 or 1."""
        last = [module for module in network.modules() if isinstance(module, nn.Linear)][-1]
        with torch.no_grad():
            logits = torch.cat([network(torch.from_numpy(batch)) for batch in self.pictures(self.batches)])
            factor = SPREAD / logits.std(0)
            last.weight.mul_(factor[:, None])
            last.bias.sub_(logits.mean(0)).mul_(factor)


def small_b1() -> nn.Module:
    return nn.Sequential(small_efficientnet().features, EnsembleHead(features=42, hidden=27))


def small_grey() -> nn.Module:
    """A MobileNet whose first layer has one channel, and which gives one logit."""
    widths = [[9], [18], [26, 26], [35, 35], [44, 44, 44], [60, 60]]
    network = MobileNet(widths, first_stage_stride=False, in_channels=1, num_classes=1)
    network.features.final_pool = nn.AdaptiveAvgPool2d(1)
    return network


SEVEN = (
    Member("xception-1", partial(xception_member, 512), 150, 150, seed=101),
    Member("b1-2", partial(efficientnet_member, 512), 150, 150, seed=102),
    Member("xception-3", partial(xception_member, 512), 150, 150, seed=103),
    Member("b1-4", partial(efficientnet_member, 512), 224, 224, seed=104, raw=True),
    Member("b1-5", partial(efficientnet_member, 256), 224, 224, seed=105, raw=True),
    Member("b1-6", partial(efficientnet_member, 512), 224, 224, seed=106, raw=True),
    Member("b1-7", partial(efficientnet_member, 512), 224, 224, seed=107, raw=True),
)
SMALL = (
    Member("small-xception", small_ensemble_member, 50, 50, seed=111, batches=8),
    Member("small-b1", small_b1, 50, 70, seed=112, raw=True, batches=8),
    Member("small-mobilenet", small_mobilenet, 64, 64, seed=113, batches=8),
    Member("small-grey", small_grey, 56, 60, seed=114, grey=True, batches=8),
)


def load(name: str, folder: Path) -> nn.Module:
    """A member as PyTorch runs it."""
    (member,) = (member for member in SEVEN + SMALL if member.name == name)
    network = member.build()
    network.load_state_dict(torch.load(folder / f"{name}.pt", weights_only=True))
    return network.float().eval()


def make(ferry: Ferry, folder: Path, centerface: Path, *, quick: bool) -> None:
    """Writes what is not there yet, and converts all of it anew."""
    forget_outdated(folder)
    members = SMALL if quick else SEVEN + SMALL
    for member in members:
        path = folder / f"{member.name}.onnx"
        if not path.is_file():
            network = member.make()
            torch.save(network.state_dict(), folder / f"{member.name}.pt")
            member.export(network, path)
            print(f"made {path.name}", flush=True)
    for detector in DETECTORS:
        if not (folder / f"{detector.NAME}.onnx").is_file():
            detector.make(folder)
            print(f"made {detector.NAME}.onnx", flush=True)
    onnx.save(with_symbolic_size(onnx.load(centerface)), folder / f"{CENTERFACE}.onnx")
    # Ferry gets the published file, not the one that is made easy for onnxruntime.
    ferry.convert(centerface, folder / f"{CENTERFACE}.ferry", "--input-shape", "input.1=batchx3xheightxwidth")
    for name in [*(detector.NAME for detector in DETECTORS), *(member.name for member in members)]:
        ferry.convert(folder / f"{name}.onnx", folder / f"{name}.ferry")


def forget_outdated(folder: Path) -> None:
    """Networks are made anew when what they are made of has changed."""
    golden = Path(__file__).parents[1]
    names = tuple(f"detect/{name}" for name in ("members.py", "faces.py", "ssd.py", "published.py", "requirements.txt"))
    names += tuple(f"ferrygolden/{name}.py" for name in ("calibration", "exports", "families", "pictures"))
    digest = hashlib.sha256(b"\0".join((golden / name).read_bytes() for name in names)).hexdigest()
    stamp = folder / "stamp"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if file.is_file():
            file.unlink()
    stamp.write_text(digest, encoding="utf-8")


def with_symbolic_size(model: onnx.ModelProto) -> onnx.ModelProto:
    """CenterFace for pictures of every size, as easy for onnxruntime as the format allows.

    The published file declares ten pictures of 32×32, and lists its weights as inputs that a caller might replace,
    which forbids to fold anything into them.
    """
    graph = model.graph
    weights = {weight.name for weight in graph.initializer}
    pictures = [value for value in graph.input if value.name not in weights]
    del graph.input[:]
    graph.input.extend(pictures)
    for value in [*graph.input, *graph.output]:
        dimensions = value.type.tensor_type.shape.dim
        for axis, symbol in ((0, "batch"), (2, f"{value.name}_height"), (3, f"{value.name}_width")):
            dimensions[axis].dim_param = symbol
    del graph.value_info[:]
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferry")
    parser.add_argument("folder", type=Path)
    parser.add_argument("centerface", type=Path)
    parser.add_argument("--quick", action="store_true", help="without the seven")
    arguments = parser.parse_args()
    make(Ferry(arguments.ferry), arguments.folder, arguments.centerface, quick=arguments.quick)


if __name__ == "__main__":
    main()
