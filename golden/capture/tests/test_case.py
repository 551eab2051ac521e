"""Case folders: what is written, what is removed again, what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import Case
from ferry_capture.case import CaseWriter, Producer, Tolerance, peak_error
from ferry_capture.errors import CaptureError


def finish(writer: CaseWriter, name: str = "a case") -> None:
    writer.finish(
        name=name,
        source=None,
        source_sha256="0" * 64,
        producer=Producer("somebody", {"package": "1.0"}, "a machine"),
        tolerance=Tolerance("because"),
        seed=None,
        layout=None,
    )


def write(folder: Path, *, overwrite: bool = False, layers: int = 2) -> None:
    with CaseWriter(folder, overwrite=overwrite) as writer:
        writer.add_inputs({"x": np.zeros((2, 3), np.float32)})
        writer.add_outputs({"y": np.float64(3).reshape(()), "z": np.arange(3)})
        for number in range(layers):
            writer.add_layer(f"/layer/{number}", np.full(4, number, np.float32))
        finish(writer)


def test_a_case_is_what_the_specification_says(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "case")
    case = Case(tmp_path / "deep" / "case")
    assert case.json["producer"] == {"name": "somebody", "versions": {"package": "1.0"}, "platform": "a machine"}
    assert case.json["tolerance"] == {"atol": 0, "rtol": 0, "peak": 2e-5, "reason": "because"}
    assert case.json["inputs"] == {"x": "input.npy"}
    assert case.outputs["y"].shape == ()
    assert case.outputs["z"].dtype == np.int64
    assert case.layers["/layer/1"].tolist() == [1, 1, 1, 1]
    assert "preprocessing" not in case.json


def test_equal_layers_share_a_file(tmp_path: Path) -> None:
    with CaseWriter(tmp_path / "case") as writer:
        writer.add_layer("a", np.ones((2, 2), np.float32))
        writer.add_layer("b", np.ones((2, 2), np.float32))
        writer.add_layer("c", np.ones(4, np.float32))
        writer.add_layer("d", np.ones((2, 2), np.float64))
        finish(writer)
    files = Case(tmp_path / "case").json["layers"]
    assert files["a"] == files["b"]
    assert len(set(files.values())) == 3


def test_a_layer_that_is_taken_back_leaves_the_others_files(tmp_path: Path) -> None:
    with CaseWriter(tmp_path / "case") as writer:
        for name in ("a", "b"):
            writer.add_layer(name, np.ones(2, np.float32))
        writer.add_layer("c", np.zeros(2, np.float32))
        writer.remove_layer("a")
        writer.remove_layer("c")
        finish(writer)
    case = Case(tmp_path / "case")
    assert case.layers.keys() == {"b"}
    assert [path.name for path in (tmp_path / "case" / "layers").iterdir()] == ["0000.npy"]


def test_half_precision_is_stored_in_single(tmp_path: Path) -> None:
    with CaseWriter(tmp_path / "case") as writer:
        writer.add_layer("half", np.float16([1.5, 65504]))
        finish(writer)
    assert Case(tmp_path / "case").layers["half"].tolist() == [1.5, 65504]


def test_big_endian_and_transposed_arrays_are_stored_in_order(tmp_path: Path) -> None:
    array = np.arange(6, dtype=">f4").reshape(2, 3).T
    with CaseWriter(tmp_path / "case") as writer:
        writer.add_layer("turned", array)
        finish(writer)
    assert Case(tmp_path / "case").layers["turned"].tolist() == array.tolist()


def test_other_types_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match='"name" is complex64'), CaseWriter(tmp_path / "case") as writer:
        writer.add_layer("name", np.zeros(2, np.complex64))


def test_nothing_is_left_when_something_fails(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "case"
    with pytest.raises(RuntimeError), CaseWriter(folder) as writer:
        writer.add_inputs({"x": np.zeros(3, np.float32)})
        writer.add_layer("layer", np.zeros(3, np.float32))
        raise RuntimeError
    assert not (tmp_path / "new").exists()


def test_files_of_others_survive_a_failure(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RuntimeError), CaseWriter(tmp_path) as writer:
        writer.add_inputs({"x": np.zeros(3, np.float32)})
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_case_is_replaced_only_when_asked_to(tmp_path: Path) -> None:
    write(tmp_path, layers=3)
    with pytest.raises(CaptureError, match="holds a golden case already"):
        write(tmp_path)
    write(tmp_path / "batch-3")
    (tmp_path / "notes.npy").write_text("mine")
    write(tmp_path, overwrite=True, layers=1)
    assert len(Case(tmp_path).layers) == 1
    assert len(list((tmp_path / "layers").iterdir())) == 1
    assert len(Case(tmp_path / "batch-3").layers) == 2
    assert (tmp_path / "notes.npy").exists()


def test_a_case_survives_a_failure_to_replace_it(tmp_path: Path) -> None:
    write(tmp_path, layers=3)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(RuntimeError), CaseWriter(tmp_path, overwrite=True) as writer:
        writer.add_layer("other", np.ones(9, np.float32))
        raise RuntimeError
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert not any(path.name.startswith(".") for path in tmp_path.iterdir())


def test_what_a_killed_run_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".ferry-capture" / "layers").mkdir(parents=True)
    (tmp_path / ".ferry-capture" / "layers" / "0000.npy").write_text("part")
    write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "case.json", "input.npy", "layers", "output-0.npy", "output-1.npy",
    ]  # fmt: skip


def test_a_case_without_layers_leaves_no_folder_for_them(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, overwrite=True, layers=0)
    assert not (tmp_path / "layers").exists()


def test_replacing_never_leaves_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    write(folder)
    (tmp_path / "precious.npy").write_text("mine")
    description = json.loads((folder / "case.json").read_text())
    description["layers"] = {"a": "../precious.npy", "b": str(tmp_path / "precious.npy")}
    (folder / "case.json").write_text(json.dumps(description))
    write_over = CaseWriter(folder, overwrite=True)
    with write_over as writer:
        finish(writer)
    assert (tmp_path / "precious.npy").exists()


def test_what_is_no_case_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text('{"something": "else"}')
    with pytest.raises(CaptureError, match="no golden case"):
        write(tmp_path, overwrite=True)
    assert (tmp_path / "case.json").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CaptureError, match="cannot be written"):
        write(tmp_path / "file" / "case")


@pytest.mark.parametrize(
    ("actual", "expected", "error"),
    [
        ([1, 2], [1, 4], 0.5),
        ([], [], 0),
        ([0, 0], [0, 0], 0),
        ([np.nan, 1], [np.nan, 1], 0),
        ([np.nan, 1], [0, 1], np.inf),
        ([np.inf, 1], [np.inf, 1], 0),
        ([1, 2], [1, 2, 3], np.inf),
    ],
)
def test_peak_error(actual: list[float], expected: list[float], error: float) -> None:
    assert peak_error(np.array(actual, np.float32), np.array(expected, np.float64)) == error
