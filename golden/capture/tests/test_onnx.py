"""Capturing ONNX files: which values, with which elements; external data, shapes, kinds of outputs, refusals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import onnx_models
from conftest import Case, Ferry, Finished
from ferry_capture import CaptureError, InputRequest, LayerSelection, capture_onnx
from ferry_capture.capture_onnx import Options

Run = Callable[..., Finished]
NOISE = InputRequest(noise=True, seed=3)
LAYERS = ["conv", "relu", "gate", "gated", "doubled", "scaled", "flat", "logits", "best as float"]
node = helper.make_node


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return onnx_models.save(onnx_models.network(), tmp_path / "network.onnx")


def test_every_value_that_depends_on_the_inputs_is_captured(network: Path, tmp_path: Path) -> None:
    report = capture_onnx.capture(network, tmp_path / "golden", NOISE)
    case = Case(tmp_path / "golden")
    assert list(case.layers) == list(report.captured) == LAYERS
    assert list(case.outputs) == ["probabilities", "last"]
    expected = onnx_models.runtime_values(network, case.inputs, [*LAYERS, "probabilities", "last"])
    for name, array in {**case.layers, **case.outputs}.items():
        assert np.array_equal(array, expected[name]), name
        assert array.dtype == np.float32
    assert case.json["source"] == {"file": None, "sha256": hashlib.sha256(network.read_bytes()).hexdigest()}
    assert case.json["seed"] == 3
    assert case.json["layout"] == "NCHW"
    assert case.json["producer"]["name"] == "onnxruntime"
    assert case.json["producer"]["versions"].keys() >= {"onnxruntime", "onnx", "numpy", "python", "ferry-capture"}
    assert case.json["tolerance"]["peak"] == 2e-5


def test_what_is_left_out_is_counted_with_the_reason(network: Path, tmp_path: Path) -> None:
    report = capture_onnx.capture(network, tmp_path / "golden", NOISE)
    reasons = {part.reason: part.names for part in report.left_out}
    assert reasons == {
        "that depend on no input": ("also one", "two"),
        "that follow from the inputs' shapes alone": (
            "shape", "broken shape", "batch size", "batch axis", "target", "size sum",
        ),
        "whole numbers and truth values inside the graph": ("best",),
    }  # fmt: skip
    assert not any(part.counts for part in report.left_out)
    assert report.total == len(LAYERS)
    assert "layers  9 of 9 floating-point values inside the graph" in report.text()
    assert "not counted: 6 that follow from the inputs' shapes alone" in report.text()


def test_the_file_is_not_touched_and_leaves_no_others(network: Path, tmp_path: Path) -> None:
    before = network.read_bytes()
    capture_onnx.capture(network, tmp_path / "golden", NOISE)
    assert network.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["golden", "network.onnx"]


def test_layers_are_chosen(network: Path, tmp_path: Path) -> None:
    for selection, expected in (
        (LayerSelection(["none"]), []),
        (LayerSelection(["ga*", "logits"]), ["gate", "gated", "logits"]),
        (LayerSelection(largest=5), ["logits", "best as float"]),
    ):
        report = capture_onnx.capture(network, tmp_path / "golden", NOISE, Options(layers=selection, overwrite=True))
        assert list(Case(tmp_path / "golden").layers) == expected
        assert report.total == len(LAYERS)
    assert "not: 7 of more than 5 elements" in report.text()


def test_whole_numbers_are_outputs(tmp_path: Path) -> None:
    made = onnx_models.model(
        [
            node("TopK", ["x", "k"], ["values", "places"], axis=1),
            node("ArgMax", ["x"], ["best"], axis=1),
            node("Greater", ["x", "zero"], ["positive"]),
            node("Cast", ["x"], ["bytes"], to=TensorProto.UINT8),
        ],
        [onnx_models.value("x", (2, 6))],
        [
            onnx_models.value("values", (2, 3)),
            onnx_models.value("places", (2, 3), TensorProto.INT64),
            onnx_models.value("best", (2, 1), TensorProto.INT64),
            onnx_models.value("positive", (2, 6), TensorProto.BOOL),
            onnx_models.value("bytes", (2, 6), TensorProto.UINT8),
        ],
        {"k": np.array([3]), "zero": np.zeros(1, np.float32)},
    )  # fmt: skip
    capture_onnx.capture(onnx_models.save(made, tmp_path / "m.onnx"), tmp_path / "golden", NOISE)
    outputs = Case(tmp_path / "golden").outputs
    kinds = {name: array.dtype.str for name, array in outputs.items()}
    assert kinds == {"values": "<f4", "places": "<i8", "best": "<i8", "positive": "|b1", "bytes": "|u1"}


def test_weights_in_external_files(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    onnx.save(
        onnx_models.network(), str(folder / "network.onnx"), save_as_external_data=True, location="weights.bin",
        size_threshold=0,
    )  # fmt: skip
    assert (folder / "weights.bin").stat().st_size > 256 * 5 * 4
    plain = onnx_models.save(onnx_models.network(), tmp_path / "plain.onnx")
    # Another folder is the current one.
    capture_onnx.capture(folder / "network.onnx", tmp_path / "external", NOISE)
    capture_onnx.capture(plain, tmp_path / "golden", NOISE)
    external, golden = Case(tmp_path / "external"), Case(tmp_path / "golden")
    assert all(np.array_equal(external.layers[name], array) for name, array in golden.layers.items())
    assert len(external.layers) == len(LAYERS)


def test_external_files_that_are_missing(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "network.onnx"
    onnx.save(onnx_models.network(), str(path), save_as_external_data=True, location="weights.bin", size_threshold=0)
    (tmp_path / "weights.bin").unlink()
    finished = run("onnx", path, "-o", tmp_path / "golden", "--noise")
    assert finished.code == 2
    assert 'the data of "w" cannot be read' in finished.err
    assert "belongs beside the model" in finished.err
    assert not (tmp_path / "golden").exists()


def test_files_beyond_two_gigabytes_are_refused(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate((1 << 31) + 5)  # a hole: it takes no room
    finished = run("onnx", path, "-o", tmp_path / "golden", "--noise")
    assert finished.code == 2
    assert "large.onnx has 2.1 GB" in finished.err
    assert "external data" in finished.err


def test_a_declared_shape_can_be_replaced(tmp_path: Path, run: Run) -> None:
    """PyTorch 1.2 declares the example's size, although the network takes any."""
    made = onnx_models.model(
        [node("Conv", ["x", "w"], ["conv"]), node("GlobalAveragePool", ["conv"], ["y"])],
        [onnx_models.value("x", (10, 3, 32, 32))],
        [onnx_models.value("y", (10, 4, 1, 1))],
        {"w": onnx_models.weights(4, 3, 3, 3)},
    )  # fmt: skip
    made.graph.value_info.append(onnx_models.value("conv", (10, 4, 30, 30)))
    path = onnx_models.save(made, tmp_path / "m.onnx")
    finished = run("onnx", path, "-o", tmp_path / "golden", "--noise", "--shape", "x=1x3x40x48")
    assert finished.code == 0
    assert "--input-shape x=1x3x40x48" in finished.out
    case = Case(tmp_path / "golden")
    assert case.layers["conv"].shape == (1, 4, 38, 46)
    assert case.outputs["y"].shape == (1, 4, 1, 1)
    finished = run("onnx", path, "-o", tmp_path / "other", "--noise", "--shape", "x=1x4x40x48")
    assert finished.code == 2
    assert "ONNX Runtime cannot run m.onnx" in finished.err


def test_a_symbolic_batch_is_one_or_as_many_as_there_are_pictures(network: Path, tmp_path: Path, picture: Path) -> None:
    capture_onnx.capture(network, tmp_path / "one", NOISE)
    capture_onnx.capture(network, tmp_path / "three", InputRequest(pictures=[picture] * 3))
    assert Case(tmp_path / "one").outputs["probabilities"].shape == (1, 5)
    assert Case(tmp_path / "three").outputs["probabilities"].shape == (3, 5)


def test_pictures_are_recorded(network: Path, tmp_path: Path, run: Run, picture: Path) -> None:
    finished = run(
        "onnx", network, "-o", tmp_path / "golden", "--picture", picture, "--color", "bgr", "--range", "-1-1",
        "--mean", "0.1,0.2,0.3", "--std", "2",
    )  # fmt: skip
    assert finished.code == 0, finished.err
    assert "bird.png (BGR, -1-1, mean 0.1,0.2,0.3, std 2)" in finished.out
    case = Case(tmp_path / "golden")
    entry = case.json["preprocessing"]["x"]
    assert entry.keys() == {"picture", "pictureFiles", "color", "range", "mean", "std", "stages"}
    assert entry["pictureFiles"] == [{"name": "bird.png", "sha256": hashlib.sha256(picture.read_bytes()).hexdigest()}]
    assert (entry["color"], entry["range"]) == ("bgr", "-1-1")
    pixels, scaled = case.array(entry["picture"]), case.array(entry["stages"]["scaled"])
    assert (pixels.shape, pixels.dtype) == ((1, 8, 8, 3), np.uint8)
    expected = (pixels[..., ::-1].astype(np.float32) / np.float32(255) - np.float32(0.5)) * np.float32(2)
    assert np.array_equal(scaled, expected)
    normalised = (scaled - np.float32(entry["mean"])) / np.float32(entry["std"])
    assert np.array_equal(case.inputs["x"], normalised.transpose(0, 3, 1, 2))
    assert case.json["seed"] is None
    assert str(tmp_path) not in case.text


def test_weights_that_are_inputs_too_need_not_be_given(tmp_path: Path) -> None:
    made = onnx_models.network()
    made.graph.input.extend(
        onnx_models.value(tensor.name, tuple(tensor.dims), tensor.data_type) for tensor in made.graph.initializer
    )
    capture_onnx.capture(onnx_models.save(made, tmp_path / "m.onnx"), tmp_path / "golden", NOISE)
    case = Case(tmp_path / "golden")
    assert list(case.inputs) == ["x"]
    assert list(case.layers) == LAYERS


def test_branches_are_run_and_what_is_in_them_is_counted(tmp_path: Path) -> None:
    then = helper.make_graph([node("Relu", ["a"], ["inner"])], "then", [], [onnx_models.value("inner", None)])
    otherwise = helper.make_graph([node("Neg", ["a"], ["other"])], "else", [], [onnx_models.value("other", None)])
    made = onnx_models.model(
        [
            node("Abs", ["x"], ["a"]),
            # Reads the input only from within its branches.
            node("If", ["yes"], ["chosen"], then_branch=then, else_branch=otherwise),
            node("Neg", ["chosen"], ["y"]),
        ],
        [onnx_models.value("x", (4,))], [onnx_models.value("y", (4,))], {"yes": np.array(True)},
    )  # fmt: skip
    report = capture_onnx.capture(onnx_models.save(made, tmp_path / "m.onnx"), tmp_path / "golden", NOISE)
    assert list(report.captured) == ["a", "chosen"]
    (part,) = report.left_out
    assert part.reason == "in the branches and bodies of If, Loop and Scan"
    assert set(part.names) == {"inner", "other"}


def test_values_that_are_no_numbers_are_told(tmp_path: Path) -> None:
    made = onnx_models.model(
        [node("Log", ["x"], ["log"]), node("Relu", ["log"], ["y"])],
        [onnx_models.value("x", (50,))], [onnx_models.value("y", (50,))],
    )  # fmt: skip
    report = capture_onnx.capture(onnx_models.save(made, tmp_path / "m.onnx"), tmp_path / "golden", NOISE)
    assert report.warnings == ('1 layer with NaN or infinities, the first of them "log"',)


def test_half_precision_is_stored_exactly(tmp_path: Path) -> None:
    made = onnx_models.model(
        [node("Cast", ["x"], ["half"], to=TensorProto.FLOAT16), node("Cast", ["half"], ["y"], to=TensorProto.FLOAT)],
        [onnx_models.value("x", (50,))], [onnx_models.value("y", (50,))],
    )  # fmt: skip
    capture_onnx.capture(onnx_models.save(made, tmp_path / "m.onnx"), tmp_path / "golden", NOISE)
    case = Case(tmp_path / "golden")
    assert np.array_equal(case.layers["half"], case.inputs["x"].astype(np.float16).astype(np.float32))


def test_the_model_may_lie_in_the_cases_folder(tmp_path: Path) -> None:
    folder = tmp_path / "golden"
    folder.mkdir()
    path = onnx_models.save(onnx_models.network(), folder / "network.onnx")
    for _ in range(2):
        capture_onnx.capture(path, folder, NOISE, Options(overwrite=True))
    assert Case(folder).json["source"]["file"] == "network.onnx"
    assert path.exists()


def test_a_second_run_writes_the_same_bytes(network: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        capture_onnx.capture(network, tmp_path / name, NOISE)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) == 13
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "no ONNX model"), (b"\x00\x01\x02 not a model", "cannot be read as an ONNX file"), (None, "is not there")],
)
def test_files_that_are_no_models(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "m.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CaptureError, match=message):
        capture_onnx.capture(path, tmp_path / "golden", NOISE)


def test_an_operator_that_the_runtime_does_not_know(tmp_path: Path, run: Run) -> None:
    made = onnx_models.network()
    made.graph.node[1].op_type = "GridWarp"
    finished = run("onnx", onnx_models.save(made, tmp_path / "m.onnx"), "-o", tmp_path / "golden", "--noise")
    assert finished.code == 2
    assert "ONNX Runtime does not open m.onnx" in finished.err
    assert "GridWarp" in finished.err
    assert "Traceback" not in finished.err


def test_json(network: Path, tmp_path: Path, run: Run) -> None:
    told = json.loads(run("onnx", network, "-o", tmp_path / "golden", "--noise", "--json").out)
    assert told["captured"] == LAYERS
    assert told["total"] == len(LAYERS)
    assert told["inputs"] == [{"name": "x", "shape": [1, 3, 8, 8], "type": "float32", "about": "noise, seed 0"}]
    assert sum(len(part["names"]) for part in told["leftOut"]) == 9
    stored = sum(path.stat().st_size for path in (tmp_path / "golden").rglob("*.npy"))
    assert told["bytes"] == stored


def test_a_tolerance_of_ones_own(network: Path, tmp_path: Path, run: Run) -> None:
    run("onnx", network, "-o", tmp_path / "golden", "--noise", "--peak", "1e-4", "--reason", "deep", "--name", "mine")
    case = Case(tmp_path / "golden")
    assert case.json["tolerance"] == {"atol": 0, "rtol": 0, "peak": 1e-4, "reason": "deep"}
    assert case.json["name"] == "mine"


@pytest.mark.ferry
def test_ferry_accepts_the_case(tmp_path: Path, ferry: Ferry, picture: Path) -> None:
    made = onnx_models.network()
    del made.graph.node[17:], made.graph.output[1:]  # whole numbers stay inside Ferry's edges
    path = onnx_models.save(made, tmp_path / "network.onnx")
    capture_onnx.capture(path, tmp_path / "golden", InputRequest(pictures=[picture] * 2))
    ferry.accepts(path, tmp_path / "golden", tmp_path)
