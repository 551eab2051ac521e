"""Makes each network of the matrix once, exports it in all ways, and checks each file while it is there."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ferrygolden.case import Case, Producer, sha256_of
from ferrygolden.exports import INPUT, OUTPUT, Variant, export
from ferrygolden.families import Network
from ferrygolden.network_cases import TOLERANCE
from ferrygolden.pictures import normalised_batch
from ferrygolden.truth import peak_error, pytorch
from parity.calibration import calibrated
from parity.check import Result, check, input_shapes
from parity.ferry import Ferry
from parity.weights import expected_weights

LONGEST_REASON = 110


def run(network: Network, variants: list[Variant], command: str, folder: Path) -> list[Result]:
    """One network's lines of the table, printed as they are made. Files live only while they are checked."""
    torch.set_num_threads(1)
    ferry, start = Ferry(command), time.monotonic()
    module = calibrated(network, folder)
    expected = expected_weights(module, network.golden_pictures(1))
    answers = {}
    for batch in sorted({batch for variant in variants for batch in variant.batches}):
        answers[batch] = answered(network, module, batch)
    results = []
    for variant in variants:
        result = Result(network.name, variant.name, exact=variant.unfolded)
        scratch = folder / f"{network.name}-{variant.name}"
        shutil.rmtree(scratch, ignore_errors=True)
        if write(module, network, variant, scratch, answers, result):
            check(ferry, result, scratch, input_shapes(network, variant), expected)
        shutil.rmtree(scratch, ignore_errors=True)
        results.append(result)
        print(result, *shortened_failures(result), sep="\n  ", flush=True)
    print(f"{network.name}: {len(variants)} exports in {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    return results


def answered(network: Network, module: nn.Module, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures, and what the network must answer, computed in float64.

    Where the answer is one number, it may be what is left of large terms that cancel each other. Pictures on which PyTorch's
    own float32 is further from the truth than half the tolerance say nothing about anyone; the next ones are taken.
    """
    for draw in range(16):
        seed = 77_000 + 10_000 * draw + 100 * batch + network.seed
        pictures = normalised_batch(seed, batch, network.height, network.width)
        truth = pytorch(module, pictures, torch.float64)
        if peak_error(pytorch(module, pictures, torch.float32), truth) <= TOLERANCE.peak / 2:
            return pictures, truth
    raise ValueError(f"{network.name}: no pictures on which PyTorch's own float32 is close to float64")


def write(  # noqa: PLR0913, PLR0917 -- a file is that many things
    module: nn.Module,
    network: Network,
    variant: Variant,
    folder: Path,
    answers: dict,
    result: Result,
) -> bool:
    """Exports the file and writes its golden cases; false when the exporter itself refuses."""
    model = folder / "model.onnx"
    try:
        export(module, network.height, network.width, variant, model)
    except Exception as problem:
        result.not_exported = shortened(problem)
        return False
    for batch in variant.batches:
        pictures, truth = answers[batch]
        Case(
            name=f"{network.name} {variant.name}, batch {batch}",
            source=None,
            source_sha256=sha256_of(model),
            producer=Producer.of("pytorch", "torch", "pytorchcv", "onnx"),
            seed=network.seed,
            layout="NCHW",
            inputs={INPUT: pictures},
            outputs={OUTPUT: truth},
            tolerance=TOLERANCE,
        ).write(folder / f"batch-{batch}")
    return True


def shortened(problem: Exception) -> str:
    """The first sentence of an exporter's message, without the graph that it prints."""
    text = " ".join(str(problem).split("\n", 1)[0].split("  [Caused", 1)[0].split())
    text = text if len(text) <= LONGEST_REASON else text[:LONGEST_REASON].rsplit(" ", 1)[0] + " …"
    return f"{type(problem).__name__}: {text}"


def shortened_failures(result: Result) -> list[str]:
    """The first lines of each: a refused file may have a hundred findings."""
    return ["\n  ".join(failure.splitlines()[:6]) for failure in result.failures]
