"""Python files of the user's own."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from ferry_capture.errors import CaptureError, UsageError, first_line


def import_file(path: Path) -> ModuleType:
    """Runs a Python file as a module. What lies beside it can be imported from it."""
    if not path.is_file():
        raise CaptureError(f"{path} is not there", supported="a Python file")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise CaptureError(f"{path} is no Python file", supported="a file whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules.setdefault(path.stem, module)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as problem:
        raise CaptureError(
            f"{path.name} fails when it is imported: {first_line(problem)}", at=_place(problem)
        ) from problem
    return module


def made_by(text: str) -> Any:
    """What the function of `FILE.py:FUNCTION` returns; FUNCTION may also be the object itself."""
    file, colon, name = text.rpartition(":")
    if not colon or not file or not name.isidentifier():
        raise UsageError(f'"{text}" names no function', supported="FILE.py:FUNCTION")
    module = import_file(Path(file))
    if not hasattr(module, name):
        functions = [entry for entry in vars(module) if not entry.startswith("_")]
        raise UsageError(f'{Path(file).name} has no "{name}"', supported=", ".join(functions[:20]) or "nothing")
    factory = getattr(module, name)
    if not callable(factory) or getattr(factory, "training", None) is not None:
        return factory  # a module itself is callable, too
    try:
        return factory()
    except (Exception, SystemExit) as problem:
        raise CaptureError(
            f"{name}() of {Path(file).name} fails: {first_line(problem)}", at=_place(problem)
        ) from problem


def _place(problem: BaseException) -> str | None:
    """Where in the user's code an exception comes from: the innermost line outside of installed packages."""
    if isinstance(problem, SyntaxError):
        return f"{Path(problem.filename or '?').name}, line {problem.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(problem.__traceback__)
        if "site-packages" not in frame.filename and not frame.filename.startswith("<")
        and Path(frame.filename).parent != Path(__file__).parent
    ]  # fmt: skip
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else None
