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

PYTORCH, ONNX_RUNTIME = "pytorch", "onnxruntime"

Member = Callable[[np.ndarray], np.ndarray]
"""float32 [faces, 3, height, width] → float32 [faces, classes]"""


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


def detector(recipe: dict[str, Any], folder: Path, threads: int) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """float32 [1, 3, height, width] → the outputs by name, in the network's order."""
    network = session(folder / f"{stem(recipe, recipe['face']['model'])}.onnx", threads)
    (picture,) = network.get_inputs()
    names = [output.name for output in network.get_outputs()]
    return lambda numbers: dict(zip(names, network.run(names, {picture.name: numbers}), strict=True))


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
    import torch

    from detect.members import load

    torch.set_num_threads(threads)
    network = load(name, folder)

    def run(numbers: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return network(torch.from_numpy(numbers)).numpy()

    return run
