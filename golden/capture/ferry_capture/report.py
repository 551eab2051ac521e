"""What a capture tells when it is done."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ferry_capture.case import FLOAT32_NOISE, Array
from ferry_capture.errors import counted
from ferry_capture.inputs import Inputs, shape_text
from ferry_capture.selection import LeftOut


@dataclass(frozen=True)
class Value:
    """An input or output: its name, shape and type, and for an input where it is from."""

    name: str
    shape: tuple[int, ...]
    type: str
    about: str = ""


@dataclass(frozen=True)
class Report:
    """What was captured. `total` counts the floating-point values inside the graph that depend on what the inputs hold,
    `captured` those that were stored of them. `noise` is how far the framework's own float32 is from its float64 at the
    outputs, as a part of the largest element, where both were computed."""

    folder: Path
    source: str
    source_sha256: str
    framework: str
    seconds: float
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    captured: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    byte_count: int
    noise: float | None = None
    checked: str | None = None
    warnings: tuple[str, ...] = ()
    next_step: str = ""

    @property
    def total(self) -> int:
        return len(self.captured) + sum(len(part.names) for part in self.left_out if part.counts)

    def text(self) -> str:
        """For people, over several lines."""
        lines = [f"{self.source}, computed by {self.framework} in {self.seconds:.1f} s"]
        width = max(len(value.name) for value in (*self.inputs, *self.outputs))
        for role, values in (("input", self.inputs), ("output", self.outputs)):
            for value in values:
                about = f"  {value.about}" if value.about else ""
                lines.append(f"  {role:6}  {value.name:{width}}  {shape_text(value.shape)} {value.type}{about}")
        lines.append(
            f"  layers  {len(self.captured)} of {counted(self.total, 'floating-point value')} inside the graph"
        )
        for part in sorted(self.left_out, key=lambda part: not part.counts):
            lines.append(f"          {'not' if part.counts else 'not counted'}: {len(part.names)} {part.reason}")
        if self.checked:
            lines.append(f"  checked {self.checked}")
        if self.noise is not None:
            lines.append(f"  noise   its float32 outputs are {self.noise:.1e} of the largest element from these")
        lines.append(f"  golden  {self.folder}, {size_text(self.byte_count)}")
        lines += [f"warning: {warning}" for warning in self.warnings]
        if self.next_step:
            lines.append(f"next: {self.next_step}")
        return "\n".join(lines)

    def json(self) -> str:
        """For programs."""

        def value(entry: Value) -> dict[str, Any]:
            about = {"about": entry.about} if entry.about else {}
            return {"name": entry.name, "shape": list(entry.shape), "type": entry.type, **about}

        return json.dumps(
            {
                "folder": str(self.folder),
                "source": self.source,
                "sourceSHA256": self.source_sha256,
                "framework": self.framework,
                "seconds": round(self.seconds, 3),
                "inputs": [value(entry) for entry in self.inputs],
                "outputs": [value(entry) for entry in self.outputs],
                "captured": list(self.captured),
                "total": self.total,
                "leftOut": [
                    {"reason": part.reason, "counted": part.counts, "names": list(part.names)} for part in self.left_out
                ],
                "bytes": self.byte_count,
                "noise": self.noise,
                "warnings": list(self.warnings),
            },
            indent=2,
            ensure_ascii=False,
        )


def input_values(inputs: Inputs) -> tuple[Value, ...]:
    return tuple(
        Value(name, array.shape, array.dtype.name, inputs.about.get(name, "")) for name, array in inputs.arrays.items()
    )


def output_values(outputs: dict[str, Array]) -> tuple[Value, ...]:
    return tuple(Value(name, array.shape, array.dtype.name) for name, array in outputs.items())


def verification(source: Path, bundle: str, folder: Path, options: str = "") -> str:
    """What to type next."""
    model, name, case = shlex.quote(str(source)), shlex.quote(f"{bundle}.ferry"), shlex.quote(str(folder))
    return f"ferry convert {model} -o {name}{options} && ferry verify {name} --golden {case}"


def size_text(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return counted(count, "byte")


def not_finite_warning(names: list[str]) -> list[str]:
    if not names:
        return []
    return [f'{counted(len(names), "layer")} with NaN or infinities, the first of them "{names[0]}"']


def noise_warning(framework: str, noise: float | None) -> list[str]:
    """What is to be said where single precision itself is far from the truth."""
    if noise is None or noise <= FLOAT32_NOISE:
        return []
    return [
        f"{framework}'s own float32 is {noise:.1e} of the largest element from its float64, more than half of what the "
        "tolerance allows: no runtime in float32 can be relied on to pass. A trained network is closer"
    ]
