"""What runs the reference's networks: onnxruntime the face extractor, PyTorch or onnxruntime the members.

A recipe names bundles; beside `xception-1.ferry` lie `xception-1.onnx`, which the bundle was converted from, and
`xception-1.pt`, which the ONNX file was exported from.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from detect.preprocessing import BYTES, CHANNELS

PYTORCH, ONNX_RUNTIME = "pytorch", "onnxruntime"

Member = Callable[[np.ndarray], np.ndarray]
"""float32 [faces, channels, height, width] → float32 [faces, classes]"""


def stem(recipe: dict[str, Any], model: str) -> str:
    """The name that the files of a recipe's model have."""
    source = recipe["models"][model]
    if "model" in source:
        raise ValueError("bundles of several models are none of the reference's business")
    return Path(source["bundle"]).stem


def session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class Detector:
    """The face extractor. What it takes, its file says: float32 or bytes, channels first or last."""

    def __init__(self, recipe: dict[str, Any], folder: Path, threads: int) -> None:
        how = recipe["face"]["input"]
        self.network = session(folder / f"{stem(recipe, recipe['face']['model'])}.onnx", threads)
        (picture,) = self.network.get_inputs()
        self.input, self.names = picture.name, [output.name for output in self.network.get_outputs()]
        self.takes_bytes = picture.type == "tensor(uint8)"
        scales = how["range"] != "0-255" or how.get("mean") is not None or how.get("std") is not None
        if self.takes_bytes and (scales or how.get("resize", "opencv-linear") not in BYTES):
            raise ValueError("a network that takes bytes gets them as they are")
        channels = CHANNELS[how.get("color", "rgb")]
        _, second, _, last = picture.shape
        found = "channelsLast" if last == channels and second != channels else "channelsFirst"
        self.is_last = (how.get("layout") or found) == "channelsLast"

    def given(self, numbers: np.ndarray) -> np.ndarray:
        """float32 [channels, height, width] → the same as the network takes it, a batch of one."""
        batch = (numbers.transpose(1, 2, 0) if self.is_last else numbers)[np.newaxis]
        return np.ascontiguousarray(batch, np.uint8 if self.takes_bytes else np.float32)

    def __call__(self, given: np.ndarray) -> dict[str, np.ndarray]:
        """The outputs by name, in the network's order."""
        return dict(zip(self.names, self.network.run(self.names, {self.input: given}), strict=True))


def members(recipe: dict[str, Any], folder: Path, engine: str, threads: int) -> list[Member]:
    """One function for each member, in the recipe's order."""
    if engine == ONNX_RUNTIME:
        return [_with_onnx_runtime(recipe, member, folder, threads) for member in recipe["members"]]
    return [_with_pytorch(stem(recipe, member["model"]), folder, threads) for member in recipe["members"]]


def _with_onnx_runtime(recipe: dict[str, Any], member: dict[str, Any], folder: Path, threads: int) -> Member:
    network = session(folder / f"{stem(recipe, member['model'])}.onnx", threads)
    (picture,) = network.get_inputs()
    wanted = member.get("output", {}).get("name") or network.get_outputs()[0].name
    return lambda numbers: network.run([wanted], {picture.name: numbers})[0]


def _with_pytorch(name: str, folder: Path, threads: int) -> Member:
    import torch  # noqa: PLC0415 -- not where the pipeline is measured beside ferry

    from detect.members import load  # noqa: PLC0415

    torch.set_num_threads(threads)
    network = load(name, folder)

    def run(numbers: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return network(torch.from_numpy(numbers)).numpy()

    return run
