"""Errors in Ferry's form: what was found, what is allowed, what to do."""

from __future__ import annotations

import importlib
from types import ModuleType

BAD_INPUT, USAGE, DEFECT, INTERRUPTED = 2, 64, 70, 130


class CaptureError(Exception):
    """Something about the user's files, module or arguments is not as it must be.

    `at` is where (a file's name, a value), `supported` what is allowed, `hint` what to do. `str` gives all of it over
    several lines, as the command prints it behind "error: ".
    """

    exit_code = BAD_INPUT

    def __init__(
        self, message: str, *, at: str | None = None, supported: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.supported = supported
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.message]
        if self.at:
            lines.append(f"  at {self.at}")
        if self.supported:
            lines.append(f"  supported: {self.supported}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class UsageError(CaptureError):
    """The arguments themselves make no sense, whatever the files hold."""

    exit_code = USAGE


def required(module: str, extra: str, needed_for: str) -> ModuleType:
    """Imports a package that only some of the tools need.

    Raises:
        CaptureError: naming the extra of ferry-capture that brings the package.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name is None or problem.name.partition(".")[0] != module.partition(".")[0]:
            # The package is there, and something that it needs itself is not.
            raise CaptureError(f"{module} cannot be imported: {problem}", hint=_installation(extra)) from problem
        package = "Pillow" if module.startswith("PIL") else module
        raise CaptureError(
            f"{needed_for} needs the package {package}, which is not installed",
            hint=_installation(extra),
        ) from problem
    except Exception as problem:  # a broken installation
        raise CaptureError(f"{module} cannot be imported: {first_line(problem)}") from problem


def _installation(extra: str) -> str:
    return f'pip install "./golden/capture[{extra}]" in a checkout of Ferry brings it'


def first_line(problem: BaseException) -> str:
    """The class of an exception and the first line of its message."""
    text = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {text[0].strip()}" if text else type(problem).__name__


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """`1 value`, `2 values`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
