"""Networks of PaddlePaddle's own collection as paddle2onnx writes them: dimensions without names.

    paddle_files.py FOLDER [--small]

Each FOLDER/<name> gets model.onnx and golden cases from PaddlePaddle in float64. --small makes the relatives that are
committed. MobileNetV1 is of the families that Ferry carries; MobileNetV3 brings HardSwish, HardSigmoid and
squeeze-excite.
"""

from __future__ import annotations

import argparse
import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import paddle
from paddle import nn
from paddle.vision.models import mobilenet_v1, mobilenet_v3_small

from ferrygolden.case import Producer
from ferrygolden.pictures import normalised_batch
from producers.pictures_and_cases import write_cases


@dataclass(frozen=True)
class PaddleNetwork:
    name: str
    build: Callable[[], nn.Layer]
    size: int
    seed: int
    opsets: tuple[int, ...] = (13,)


FULL_SIZE = (
    PaddleNetwork("mobilenet-v1", lambda: mobilenet_v1(scale=1.0), 224, 61, (9, 11, 16)),
    PaddleNetwork("mobilenet-v1-025", lambda: mobilenet_v1(scale=0.25), 224, 62),
    PaddleNetwork("mobilenet-v3", mobilenet_v3_small, 224, 63),
)

SMALL = (
    PaddleNetwork("mobilenet-v1", lambda: mobilenet_v1(scale=0.1, num_classes=10), 64, 71, (9, 11, 16)),
    PaddleNetwork("mobilenet-v3", lambda: mobilenet_v3_small(scale=0.1, num_classes=10), 64, 73),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    paddle.set_device("cpu")
    for network in SMALL if arguments.small else FULL_SIZE:
        write(network, arguments.folder)


def write(network: PaddleNetwork, folder: Path) -> None:
    paddle.seed(network.seed)
    model = network.build()
    calibrate(model, network)
    paddle.set_default_dtype("float64")
    truth = network.build()
    paddle.set_default_dtype("float32")
    truth.set_state_dict({name: weight.astype("float64") for name, weight in model.state_dict().items()})
    truth.eval()
    producer = Producer.of("paddle2onnx", "paddlepaddle", "paddle2onnx", "onnx")
    for opset in network.opsets:
        target = folder / f"{network.name}-paddle{opset}"
        target.mkdir(parents=True, exist_ok=True)
        inputs = [paddle.static.InputSpec([-1, 3, network.size, network.size], "float32", "image")]
        with contextlib.redirect_stdout(io.StringIO()):
            paddle.onnx.export(model, str(target / "model"), input_spec=inputs, opset_version=opset)
        written = onnx.load(target / "model.onnx")
        names = written.graph.input[0].name, written.graph.output[0].name
        write_cases(
            target,
            lambda pictures: truth(paddle.to_tensor(pictures.astype(np.float64))).numpy(),
            (network.size, network.size), producer, names, layout="NCHW", seed=network.seed,
        )  # fmt: skip
        print(f"{target.name}: {(target / 'model.onnx').stat().st_size // 1024} KiB", flush=True)


def calibrate(model: nn.Layer, network: PaddleNetwork) -> None:
    """BatchNormalization gets the statistics of pictures and parameters that are not 1 and 0."""
    random = np.random.default_rng(network.seed)
    normalisations = [layer for layer in model.sublayers() if isinstance(layer, nn.BatchNorm2D)]
    for layer in normalisations:
        layer.weight.set_value(random.uniform(0.7, 1.3, layer.weight.shape).astype(np.float32))
        layer.bias.set_value(random.normal(0, 0.15, layer.bias.shape).astype(np.float32))
        # With a momentum of 0 one pass leaves the batch's own statistics.
        layer._momentum = 0.0
    model.train()
    with paddle.no_grad():
        model(paddle.to_tensor(normalised_batch(1000 + network.seed, 8, network.size, network.size)))
    model.eval()


if __name__ == "__main__":
    main()
