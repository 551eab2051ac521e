"""Makes one tiny golden case for each edge of an operator.

    golden/make operators [FOLDER]

Expected values come from float64 mathematics (ferrygolden.mathematics). ONNX Runtime computes every case too, and a
case on which the two disagree stops the script: a golden that only one of them believes is no golden.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import torch

from ferrygolden.case import Case, Producer, sha256_of
from ferrygolden.mathematics import evaluate
from ferrygolden.truth import onnx_runtime, peak_error
from operators.definition import Definition
from operators.definitions import ALL


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    names = [definition.name for definition in ALL]
    if len(set(names)) != len(names):
        sys.exit("error: two operator cases have the same name")
    worst = max(write_case(definition, folder / definition.name) for definition in ALL)
    print(f"{folder}: {len(ALL)} cases, ONNX Runtime at most {worst:.1e} of the largest output away")


def write_case(definition: Definition, folder: Path) -> float:
    """Writes one case and returns how far ONNX Runtime is from it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    inputs = definition.input_arrays()
    values = evaluate(definition.model(), inputs)
    outputs = {name: values[name] for name in definition.outputs}
    path = folder / "model.onnx"
    save(definition, outputs, path)
    answers = onnx_runtime(path, inputs)
    worst = max(peak_error(answers[name], expected) for name, expected in outputs.items())
    if worst > definition.tolerance.peak:
        sys.exit(f"error: {definition.name}: ONNX Runtime is {worst:.1e} away")
    Case(
        name=definition.name,
        source="model.onnx",
        source_sha256=sha256_of(path),
        producer=Producer.of("ferrygolden.mathematics in float64", "numpy", "torch", "onnx", "onnxruntime"),
        seed=definition.seed,
        layout="NCHW" if any(array.ndim == 4 for array in inputs.values()) else None,
        inputs=inputs,
        outputs=outputs,
        tolerance=definition.tolerance,
        references={"onnxruntime": answers},
    ).write(folder)
    return worst


def save(definition: Definition, outputs: dict[str, np.ndarray], path: Path) -> None:
    model = definition.model(outputs)
    onnx.checker.check_model(model)
    if definition.external_data:
        onnx.save(model, path, save_as_external_data=True, location=f"{path.name}.data", size_threshold=0)
    else:
        onnx.save(model, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "cases")
