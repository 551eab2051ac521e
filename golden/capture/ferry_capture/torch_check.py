"""The second opinion: ONNX Runtime runs the exported file, too, and every value is compared under its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ferry_capture import onnx_graph
from ferry_capture.capture_onnx import Session
from ferry_capture.case import Array, Arrays, CaseWriter, peak_error
from ferry_capture.errors import CaptureError, counted, required

# Two runtimes that compute the same in float32 stay far below this part of the largest element, in networks that
# amplify rounding, too; another value is far above.
SAME_VALUE = 1e-3


@dataclass(frozen=True)
class Check:
    """What came of it, in words; `doubted` are the layers that ONNX Runtime has otherwise."""

    text: str | None
    warnings: tuple[str, ...] = ()
    doubted: frozenset[str] = frozenset()


def check(path: Path, inputs: Mapping[str, Array], outputs: Arrays, layers: Sequence[str], writer: CaseWriter) -> Check:
    """Compares outputs and stored layers with ONNX Runtime, where that is installed."""
    try:
        required("onnxruntime", "onnx", "checking")
    except CaptureError:
        return Check("nothing: onnxruntime, which would be a second opinion on every name, is not installed")
    try:
        answers = Session(path, onnx_graph.load(path), inputs).run([*outputs, *layers])
    except CaptureError as problem:
        return Check("nothing", (problem.message,))
    errors = {
        name: peak_error(np.asarray(answers.pop(name)), outputs[name] if name in outputs else writer.layer(name))
        for name in (*outputs, *layers)
    }
    doubted = {name for name, error in errors.items() if error > SAME_VALUE}
    warnings = [
        f'the file computes another "{name}" than the module, says ONNX Runtime: {_distance(errors[name])}'
        for name in outputs
        if name in doubted
    ]
    left_out = [name for name in layers if name in doubted]
    if left_out:
        warnings.append(
            f'{counted(len(left_out), "layer")} left out, the first of them "{left_out[0]}": ONNX Runtime has '
            f"something else under that name ({_distance(errors[left_out[0]])})"
        )
    text = f"{counted(len(errors) - len(doubted), 'value')} against ONNX Runtime"
    for role, names in (("outputs", outputs), ("layers", layers)):
        agreed = [errors[name] for name in names if name not in doubted]
        if agreed:
            text += f", {role} at most {max(agreed):.1e}"
    return Check(f"{text} of the largest element away", tuple(warnings), frozenset(left_out))


def _distance(error: float) -> str:
    return f"{error:.1e} of the largest element away" if np.isfinite(error) else "of another shape, or not finite"
