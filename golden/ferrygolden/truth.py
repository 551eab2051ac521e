"""The answers that goldens hold: PyTorch in float64, and for information PyTorch in float32 and ONNX Runtime."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from ferrygolden.case import Arrays


def pytorch(network: nn.Module, pictures: np.ndarray, kind: torch.dtype) -> np.ndarray:
    """The network's output on `pictures`, computed in `kind` (the weights stay those of the float32 network)."""
    with torch.no_grad():
        return copy.deepcopy(network).to(kind)(torch.from_numpy(pictures).to(kind)).numpy()


def onnx_runtime(model: Path | bytes, inputs: Arrays) -> dict[str, np.ndarray]:
    """ONNX Runtime's outputs by name, on one thread and without its graph optimisations: the file as it stands."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else str(model)
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(inputs)), strict=True))


def peak_error(actual: np.ndarray, expected: np.ndarray) -> float:
    """max|actual − expected| as a part of max|expected|: the measure that a case's `peak` bounds."""
    if actual.shape != expected.shape:
        raise ValueError(f"shapes differ: {actual.shape} and {expected.shape}")
    if expected.size == 0:
        return 0.0
    expected = expected.astype(np.float64)
    return float(np.abs(actual - expected).max() / max(np.abs(expected).max(), np.finfo(np.float64).tiny))
