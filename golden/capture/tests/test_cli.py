"""The command: usage, exit codes, and what it says where a package is missing. No framework is needed here."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ferry_capture
from conftest import Finished
from ferry_capture import machine, user_code
from ferry_capture.errors import CaptureError, UsageError
from ferry_capture.version import VERSION

Run = Callable[..., Finished]


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == f"ferry-capture {VERSION}\n"
    for words in (["--help"], ["torch", "--help"], ["onnx", "--help"], ["keras", "--help"]):
        finished = run(*words)
        assert finished.code == 0
        assert "Exit codes:" in finished.out


def test_it_runs_as_a_module() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "ferry_capture", "--version"], capture_output=True, text=True, check=True
    )
    assert finished.stdout == f"ferry-capture {VERSION}\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bake"], "invalid choice"),
        (["onnx", "m.onnx"], "-o/--output"),
        (["onnx", "m.onnx", "-o", "g", "--shape", "1xtwo"], '"1xtwo" is no shape'),
        (["onnx", "m.onnx", "-o", "g", "--mean", "a,b"], "no list of numbers"),
        (["onnx", "m.onnx", "-o", "g", "--range", "0-2"], "invalid choice"),
        (["onnx", "m.onnx", "-o", "g", "--peak", "1e-4"], "belong together"),
        (["onnx", "m.onnx", "-o", "g", "--peak", "-1", "--reason", "x"], "--peak is -1"),
        (["onnx", "m.onnx", "-o", "g", "--largest", "0"], "--largest is 0"),
        (["onnx", "m.onnx", "-o", "g", "--input", "a=1.npy", "--input", "a=2.npy"], "given twice"),
        (["onnx", "m.onnx", "-o", "g", "--float64"], "unrecognized arguments"),
    ],
)
def test_wrong_usage(run: Run, words: list[str], message: str) -> None:
    finished = run(*words)
    assert finished.code == 64
    assert finished.err.startswith("error: ")
    assert message in finished.err
    assert "Traceback" not in finished.err
    assert finished.out == ""


def test_values_that_begin_with_a_minus_sign(run: Run) -> None:
    # The file is looked for, so the options were understood.
    finished = run("onnx", "absent.onnx", "-o", "g", "--range", "-1-1", "--mean", "-0.5,0.5,0", "--noise")
    assert finished.code == 2
    assert "usage" not in finished.err


def test_nothing_given_is_help(run: Run) -> None:
    finished = run()
    assert finished.code == 64
    assert "ferry-capture torch" in finished.err


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="the frameworks are installed here")
@pytest.mark.parametrize(
    ("words", "package", "extra"),
    [
        (["torch", "n.py:f"], "torch", "torch"),
        (["onnx", "m.onnx"], "onnxruntime", "onnx"),
        (["keras", "m.h5"], "keras", "keras"),
    ],
)
def test_a_missing_framework_is_named_with_its_extra(run: Run, words: list[str], package: str, extra: str) -> None:
    finished = run(*words, "-o", "g", "--noise")
    assert finished.code == 2
    assert f"needs the package {package}, which is not installed" in finished.err
    assert f'pip install "./golden/capture[{extra}]"' in finished.err


def test_missing_pillow_is_named(monkeypatch: pytest.MonkeyPatch, picture: Path) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(CaptureError, match="reading pictures needs the package Pillow") as problem:
        ferry_capture.pictures.load([picture], height=8, width=8)
    assert "golden/capture[pictures]" in str(problem.value.hint)


def test_a_defect_is_called_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ferry_capture.cli._request", broken)
    finished = run("onnx", "m.onnx", "-o", "g")
    assert finished.code == 70
    assert "defect of ferry-capture" in finished.err


def test_an_interruption(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ferry_capture.cli._request", stopped)
    assert run("onnx", "m.onnx", "-o", "g").code == 130


# A user's own Python


@pytest.mark.parametrize(
    ("code", "name", "message", "place"),
    [
        ("def build():\n    raise ValueError('no weights')", "build", "build() of own.py fails: ValueError: no weights",
         "own.py, line 2"),
        ("x = 1 +", "build", "fails when it is imported: SyntaxError", "own.py, line 1"),
        ("import sys; sys.exit(3)", "build", "fails when it is imported: SystemExit", "own.py, line 1"),
        ("from absent_package import x", "build", "ModuleNotFoundError: No module named 'absent_package'",
         "own.py, line 1"),
    ],
)  # fmt: skip
def test_mistakes_in_a_factory(tmp_path: Path, code: str, name: str, message: str, place: str) -> None:
    (tmp_path / "own.py").write_text(code)
    with pytest.raises(CaptureError) as problem:
        user_code.made_by(f"{tmp_path / 'own.py'}:{name}")
    assert message in problem.value.message
    assert problem.value.at == place


def test_a_factory_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def build(): return 5\nvalue = 7")
    assert user_code.made_by(f"{tmp_path / 'own.py'}:build") == 5
    assert user_code.made_by(f"{tmp_path / 'own.py'}:value") == 7
    with pytest.raises(UsageError, match='has no "make"') as problem:
        user_code.made_by(f"{tmp_path / 'own.py'}:make")
    assert problem.value.supported == "build, value"
    for text in ("own.py", "own.py:", ":build", "own.py:a-b"):
        with pytest.raises(UsageError, match="names no function"):
            user_code.made_by(text)
    with pytest.raises(CaptureError, match="is not there"):
        user_code.made_by(f"{tmp_path / 'other.py'}:build")


def test_a_factory_imports_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside_it.py").write_text("number = 11")
    (tmp_path / "own.py").write_text("from beside_it import number\ndef build(): return number")
    assert user_code.made_by(f"{tmp_path / 'own.py'}:build") == 11


# What is recorded


def test_the_machine_is_described() -> None:
    parts = machine.description().split(", ")
    assert len(parts) >= 2
    assert all(parts)


def test_versions_are_of_what_is_installed() -> None:
    found = machine.versions("no-such-package", "pytest")
    assert found.keys() == {"pytest", "numpy", "python", "ferry-capture"}
    assert found["pytest"] == pytest.__version__


def test_it_is_typed() -> None:
    assert (Path(ferry_capture.__file__).parent / "py.typed").is_file()
