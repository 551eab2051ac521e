"""Exports a network in several ways and writes the golden cases of each file."""

from __future__ import annotations

import shutil
import sys
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import torch

from ferrygolden.case import Arrays, Case, Producer, Tolerance, sha256_of
from ferrygolden.exports import INPUT, OUTPUT, Variant, export
from ferrygolden.families import Network
from ferrygolden.mathematics import evaluate
from ferrygolden.truth import onnx_runtime, peak_error, pytorch

TOLERANCE = Tolerance(
    "float32 networks of this depth differ from their float64 truth by at most 1e-5 of the largest output in PyTorch "
    "and ONNX Runtime; twice that is a defect"
)


class NetworkCases:
    """One calibrated network. PyTorch's answers are computed once for each batch and serve all files."""

    def __init__(self, network: Network, calibration: torch.dtype = torch.float64) -> None:
        self.network = network
        self.module = network.make(calibration)
        self.answers = cache(self._answers)

    def write(self, variant: Variant, folder: Path, largest_layer: int = 0) -> None:
        """Exports model.onnx into `folder` (which is emptied) with a case of one picture; where the batch is dynamic,
        the folder batch-3 below it gets a case of three. Values inside the graph of at most `largest_layer` elements
        become layers.
        """
        shutil.rmtree(folder, ignore_errors=True)
        model = folder / "model.onnx"
        export(self.module, self.network.height, self.network.width, variant, model)
        first, *others = variant.batches
        self._write_case(model, folder, first, largest_layer)
        for batch in others:
            self._write_case(model, folder / f"batch-{batch}", batch, largest_layer=0)

    def _answers(self, batch: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pictures, and PyTorch's outputs in float64 and float32."""
        pictures = self.network.golden_pictures(batch)
        return pictures, pytorch(self.module, pictures, torch.float64), pytorch(self.module, pictures, torch.float32)

    def _write_case(self, model: Path, folder: Path, batch: int, largest_layer: int) -> None:
        pictures, truth, single = self.answers(batch)
        references = {"pytorch-float32": {OUTPUT: single}, "onnxruntime": onnx_runtime(model, {INPUT: pictures})}
        errors = {framework: peak_error(outputs[OUTPUT], truth) for framework, outputs in references.items()}
        name = f"{model.parent.name}, batch {batch}"
        figures = ", ".join(f"{framework} {error:.1e}" for framework, error in errors.items())
        print(f"{name}: {model.stat().st_size // 1024} KiB, {figures}", flush=True)
        if max(errors.values()) > TOLERANCE.peak / 2:
            sys.exit(f"error: {name}: the frameworks themselves are further from the truth than half the tolerance")
        Case(
            name=name,
            source=model.name if model.parent == folder else None,
            source_sha256=sha256_of(model),
            producer=Producer.of("pytorch", "torch", "pytorchcv", "onnx", "onnxscript", "onnxruntime"),
            seed=self.network.seed,
            layout="NCHW",
            inputs={INPUT: pictures},
            outputs={OUTPUT: truth},
            layers=small_layers(model, pictures, truth, largest_layer) if largest_layer else {},
            tolerance=TOLERANCE,
            references=references,
        ).write(folder)


def small_layers(path: Path, pictures: np.ndarray, truth: np.ndarray, largest: int) -> Arrays:
    """The small floating-point values inside the graph, computed in float64 and rounded to float32."""
    model = onnx.load(path)
    values = evaluate(model, {INPUT: pictures})
    if peak_error(values[OUTPUT], truth) > 1e-9:
        sys.exit(f"error: {path}: the mathematics of ferrygolden and PyTorch in float64 disagree")
    layers = {}
    for node in model.graph.node:
        name, value = node.output[0], values[node.output[0]]
        if node.op_type != "Constant" and name != OUTPUT and value.dtype == np.float64 and value.size <= largest:
            layers[name] = value.astype(np.float32)
    return layers
