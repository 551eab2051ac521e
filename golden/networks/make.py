"""Makes the small relatives of the three families: export, goldens from PyTorch in float64, references.

    golden/make networks [FOLDER]

Each folder FOLDER/<network>-<variant> holds model.onnx and a case of one picture; where the batch is dynamic, a folder
batch-3 beside them holds a case of three pictures for the same model. One variant of each network also carries what the
values inside the graph must be.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import torch

from ferrygolden.case import Case, Producer, Tolerance, sha256_of
from ferrygolden.exports import INPUT, OUTPUT, Variant, export
from ferrygolden.families import SMALL, Network
from ferrygolden.mathematics import evaluate
from ferrygolden.truth import onnx_runtime, peak_error, pytorch

VARIANTS = (
    Variant.torchscript(13, folded=True, dynamic_batch=False),
    Variant.torchscript(13, folded=False, dynamic_batch=True),
    Variant.torchscript(17, folded=False, dynamic_batch=False),
    Variant.torchscript(17, folded=True, dynamic_batch=True),
    Variant.dynamo(dynamic_batch=False),
)

ENSEMBLE_VARIANTS = (
    Variant.torchscript(13, folded=False, dynamic_batch=True),
    Variant.torchscript(17, folded=True, dynamic_batch=False),
    Variant.dynamo(dynamic_batch=True),
)

# Nothing is folded in this one, so its values are those of the network as it was written down.
LAYERS_OF = Variant.torchscript(17, folded=False, dynamic_batch=False)
LARGEST_LAYER = 1000  # elements: the later half of each network, a few KB a value

TOLERANCE = Tolerance(
    reason="float32 networks of this depth differ from their float64 truth by at most 1e-5 of the largest output in "
    "PyTorch and ONNX Runtime; twice that is a defect"
)


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    for network in SMALL:
        module = network.make()
        for variant in ENSEMBLE_VARIANTS if network.name == "ensemble-member" else VARIANTS:
            make_cases(network, module, variant, folder / f"{network.name}-{variant.name}")


def make_cases(network: Network, module: torch.nn.Module, variant: Variant, folder: Path) -> None:
    """Exports one variant and writes its cases."""
    shutil.rmtree(folder, ignore_errors=True)
    model = folder / "model.onnx"
    export(module, network.height, network.width, variant, model)
    write_case(network, module, model, folder, batch=1, layers=variant == LAYERS_OF)
    if variant.dynamic_batch:
        write_case(network, module, model, folder / "batch-3", batch=3)


def write_case(
    network: Network, module: torch.nn.Module, model: Path, folder: Path, batch: int, layers: bool = False
) -> None:
    pictures = network.golden_pictures(batch)
    truth = pytorch(module, pictures, torch.float64)
    references = {
        "pytorch-float32": {OUTPUT: pytorch(module, pictures, torch.float32)},
        "onnxruntime": onnx_runtime(model, {INPUT: pictures}),
    }
    errors = {name: peak_error(outputs[OUTPUT], truth) for name, outputs in references.items()}
    print(f"{folder}: {model.stat().st_size // 1024} KiB,", ", ".join(f"{n} {e:.1e}" for n, e in errors.items()))
    if max(errors.values()) > TOLERANCE.peak / 2:
        sys.exit(f"error: {folder}: the frameworks themselves are further from the truth than half the tolerance")
    Case(
        name=f"{model.parent.name}, batch {batch}",
        source="model.onnx" if model.parent == folder else None,
        source_sha256=sha256_of(model),
        producer=Producer.of("pytorch", "torch", "pytorchcv", "onnx", "onnxscript", "onnxruntime"),
        seed=network.seed,
        layout="NCHW",
        inputs={INPUT: pictures},
        outputs={OUTPUT: truth},
        layers=small_layers(model, pictures, truth) if layers else {},
        tolerance=TOLERANCE,
        references=references,
    ).write(folder)


def small_layers(path: Path, pictures: np.ndarray, truth: np.ndarray) -> dict[str, np.ndarray]:
    """The small floating-point values inside the graph, computed in float64 and rounded to float32."""
    model = onnx.load(path)
    values = evaluate(model, {INPUT: pictures})
    if peak_error(values[OUTPUT], truth) > 1e-9:
        sys.exit(f"error: {path}: the mathematics of ferrygolden and PyTorch in float64 disagree")
    layers = {}
    for node in model.graph.node:
        name, value = node.output[0], values[node.output[0]]
        if node.op_type != "Constant" and name != OUTPUT and value.dtype == np.float64 and value.size <= LARGEST_LAYER:
            layers[name] = value.astype(np.float32)
    return layers


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
