"""Capturing PyTorch modules: every name that is claimed is held against ONNX Runtime's value of that name."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

import onnx_models
import torch_models
from conftest import Case, Ferry, Finished, peak_error
from ferry_capture import CaptureError, LayerSelection, capture_torch, torch_script
from ferry_capture import torch_modules as modules
from ferry_capture.capture_torch import Options
from ferry_capture.report import Report

Run = Callable[..., Finished]
HERE = Path(__file__).parent
EXPORTERS = ("dynamo", "torchscript")


def capture(name: str, folder: Path, exporter: str = "torchscript", **options: object) -> Report:
    """Without the tool's own second opinion, so that the tests are the only one."""
    module, inputs = torch_models.made(name)
    chosen = Options(**{"exporter": exporter, "check": False, **options})  # type: ignore[arg-type]
    return capture_torch.capture(module, inputs, folder, chosen)


def hold_against_runtime(folder: Path, tolerance: float = 1e-4) -> None:
    """Every layer and output that is stored is what ONNX Runtime has under that name."""
    case = Case(folder)
    stored = {**case.layers, **case.outputs}
    expected = onnx_models.runtime_values(folder / "model.onnx", case.inputs, list(stored))
    for name, array in stored.items():
        assert peak_error(expected[name], array) <= tolerance, name


CASES: list[tuple[str, str, dict[str, object]]] = [
    *((name, exporter, {}) for name in torch_models.MODULES for exporter in EXPORTERS),
    *((name, "torchscript", {"float64": True}) for name in torch_models.MODULES),
    ("residual", "torchscript", {"folded": False, "dynamic_batch": True}),
    ("residual", "torchscript", {"opset": 9}),
    ("same-size", "torchscript", {"opset": 11}),
    ("residual", "dynamo", {"folded": False}),
    ("residual", "dynamo", {"dynamic_batch": True, "opset": 18}),
    ("shapes", "dynamo", {"float64": True}),
    ("two-inputs", "dynamo", {"dynamic_batch": True, "float64": True}),
]


@pytest.mark.parametrize(
    ("name", "exporter", "options"), CASES, ids=lambda value: "-".join(value) if isinstance(value, dict) else value
)
def test_every_name_is_the_right_one(tmp_path: Path, name: str, exporter: str, options: dict[str, object]) -> None:
    report = capture(name, tmp_path, exporter, **options)
    case = Case(tmp_path)
    assert len(case.layers) == len(report.captured) >= 3
    hold_against_runtime(tmp_path)
    module, inputs = torch_models.made(name)
    kind = torch.float64 if options.get("float64") else torch.float32
    with torch.no_grad():
        answers = list(modules.flattened(module(*inputs)))
    for expected, found in zip(answers, case.outputs.values(), strict=True):
        assert torch.from_numpy(found).dtype == (kind if expected.is_floating_point() else expected.dtype)
        assert peak_error(found, expected.numpy()) <= 1e-5
    floats = {array.dtype.str for array in case.layers.values()}
    assert floats == {"<f8" if kind == torch.float64 else "<f4"}


def precise(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> list[torch.Tensor]:
    with torch.no_grad():
        double = copy.deepcopy(module).double()
        return list(modules.flattened(double(*(tensor.double() for tensor in inputs))))


def test_the_truth_is_that_of_the_module_in_double(tmp_path: Path) -> None:
    capture("shapes", tmp_path, float64=True)
    answers = precise(*torch_models.made("shapes"))
    for expected, found in zip(answers, Case(tmp_path).outputs.values(), strict=True):
        assert np.array_equal(found, expected.numpy())
        assert not np.array_equal(found, found.astype(np.float32))


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_single_precision_that_the_code_states_is_none_in_the_truth(tmp_path: Path, exporter: str) -> None:
    capture("states-float32", tmp_path, exporter, float64=True)
    module, (x,) = torch_models.made("states-float32")
    x, conv, mix = x.double(), copy.deepcopy(module.conv).double(), copy.deepcopy(module.mix).double()
    with torch.no_grad():
        x = nn.functional.softplus(x)
        features = torch.tanh(conv(x)) + nn.functional.conv2d(x, module.kernel.double())[:, :, 1:-1, 1:-1]
        tenth = torch.full((4, 4, 1, 1), 0.1).double()  # as the file has it
        mixed = nn.functional.conv2d(features, tenth)
        expected = torch.log(mixed.mean((2, 3)) + 1.75) + mix((mixed > 0).double().mean((2, 3)))
    case = Case(tmp_path)
    assert peak_error(case.outputs["output"], expected.numpy()) < 1e-12
    assert any(
        layer.shape == features.shape and peak_error(layer, features.numpy()) < 1e-12 for layer in case.layers.values()
    )
    hold_against_runtime(tmp_path)


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_what_is_captured_and_what_is_not(tmp_path: Path, exporter: str) -> None:
    """The network's own operations are all there; what is left out belongs to the inside of one."""
    report = capture("residual", tmp_path, exporter, folded=False)
    module, inputs = torch_models.made("residual")
    hooked: dict[str, np.ndarray] = {}
    for name, part in module.named_modules():
        if not list(part.children()) and name != "head":

            def keep(_module: nn.Module, _inputs: object, result: torch.Tensor, name: str = name) -> None:
                hooked.setdefault(name, result.detach().numpy().copy())

            part.register_forward_hook(keep)
    with torch.no_grad():
        module(*inputs)
    layers = Case(tmp_path).layers
    assert len(hooked) == 15
    for name, array in hooked.items():
        assert any(layer.shape == array.shape and peak_error(layer, array) < 1e-6 for layer in layers.values()), name
    inside = [part for part in report.left_out if part.counts]
    assert [part.reason for part in inside] == ["that PyTorch computes inside one operation (1 Sigmoid)"]
    assert report.total == len(report.captured) + 1


def test_modules_name_their_values(tmp_path: Path) -> None:
    """What TorchScript's names say is what they hold."""
    capture("residual", tmp_path, folded=False)
    module, inputs = torch_models.made("residual")
    layers = Case(tmp_path).layers
    with torch.no_grad():
        stem = module.stem.conv(inputs[0])
        normalised = module.stem.bn(stem)
        activated = torch.relu(normalised)
    for name, expected in (
        ("/stem/conv/Conv_output_0", stem),
        ("/stem/bn/BatchNormalization_output_0", normalised),
        ("/stem/activ/Relu_output_0", activated),
    ):
        assert peak_error(layers[name], expected.numpy()) < 1e-6, name


def test_a_folded_convolution_holds_the_normalization(tmp_path: Path) -> None:
    """Folding moves BatchNormalization's result to the convolution's name."""
    capture("residual", tmp_path, folded=True)
    module, inputs = torch_models.made("residual")
    with torch.no_grad():
        expected = module.stem.bn(module.stem.conv(inputs[0])).numpy()
    layers = Case(tmp_path).layers
    assert "/stem/bn/BatchNormalization_output_0" not in layers
    assert peak_error(layers["/stem/conv/Conv_output_0"], expected) < 1e-5


@pytest.mark.parametrize("options", [{}, {"folded": False, "dynamic_batch": True}, {"opset": 11}], ids=str)
def test_torchscript_files_are_what_pytorch_writes_by_itself(tmp_path: Path, options: dict[str, object]) -> None:
    capture("residual", tmp_path / "golden", **options)
    module, inputs = torch_models.made("residual")
    axes = {"input": {0: "batch"}, "output": {0: "batch"}} if options.get("dynamic_batch") else None
    with capture_torch.silence():
        torch.onnx.export(
            module, inputs, str(tmp_path / "plain.onnx"), dynamo=False, opset_version=options.get("opset", 17),
            do_constant_folding=options.get("folded", True), input_names=["input"], output_names=["output"],
            dynamic_axes=axes,
        )  # fmt: skip
    assert (tmp_path / "golden" / "model.onnx").read_bytes() == (tmp_path / "plain.onnx").read_bytes()


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_no_folder_of_this_machine_is_written(tmp_path: Path, exporter: str) -> None:
    capture("residual", tmp_path / "golden", exporter, folded=False)
    folders = [str(HERE), str(Path(torch.__file__).parent), str(tmp_path), str(Path.home()) + "/"]
    for path in (tmp_path / "golden").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(folder.encode() in data for folder in folders), path.name
            assert not re.search(rb'File "[^"]*/', data), path.name
    if exporter == "dynamo":
        model = onnx.load(str(tmp_path / "golden" / "model.onnx"))
        traces = [entry.value for node in model.graph.node for entry in node.metadata_props if "stack" in entry.key]
        assert any('File "torch_models.py"' in trace for trace in traces)


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_a_dynamic_batch_takes_another_one(tmp_path: Path, exporter: str) -> None:
    module, (pictures,) = torch_models.made("residual")
    options = Options(exporter=exporter, dynamic_batch=True, check=False)
    capture_torch.capture(module, pictures[:1], tmp_path, options)
    assert Case(tmp_path).inputs["input"].shape[0] == 1
    model = onnx.load(str(tmp_path / "model.onnx"))
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    three = torch.cat([pictures, pictures[:1]]).numpy()
    found = onnx_models.runtime_values(tmp_path / "model.onnx", {"input": three}, ["output"])["output"]
    with torch.no_grad():
        assert peak_error(found, module(torch.from_numpy(three)).numpy()) < 1e-5


def test_external_data(tmp_path: Path) -> None:
    capture("residual", tmp_path, "dynamo", external_data=True)
    assert (tmp_path / "model.onnx.data").stat().st_size > 1000
    hold_against_runtime(tmp_path)


def test_the_case(tmp_path: Path) -> None:
    report = capture("two-inputs", tmp_path, float64=True)
    case = Case(tmp_path)
    digest = hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest()
    assert case.json["source"] == {"file": "model.onnx", "sha256": digest}
    assert case.json["producer"]["name"] == "pytorch"
    assert case.json["producer"]["versions"]["torch"] == torch.__version__
    assert list(case.inputs) == ["picture", "numbers"]
    assert list(case.outputs) == ["output_0", "output_1"]
    assert case.outputs["output_1"].dtype == np.int64
    assert case.json["layout"] == "NCHW"
    references = case.json["references"]["pytorch-float32"]
    assert case.array(references["output_0"]).dtype == np.float32
    assert report.noise is not None
    assert 0 < report.noise < 1e-6
    assert f"{report.noise:.1e}" in case.json["tolerance"]["reason"]


def test_names_of_ones_own(tmp_path: Path) -> None:
    capture("two-inputs", tmp_path, input_names=["a", "b"], output_names=["score", "best"])
    case = Case(tmp_path)
    assert (list(case.inputs), list(case.outputs)) == (["a", "b"], ["score", "best"])
    hold_against_runtime(tmp_path)
    with pytest.raises(CaptureError, match='the output name "conv2d" is that of another value'):
        capture("two-inputs", tmp_path, "dynamo", output_names=["conv2d", "best"], overwrite=True)
    with pytest.raises(CaptureError, match="1 output name is given, and the module has 2 outputs"):
        capture("two-inputs", tmp_path, output_names=["score"], overwrite=True)
    with pytest.raises(CaptureError, match='the name "a" is given twice'):
        capture("two-inputs", tmp_path, input_names=["a", "a"], overwrite=True)


def test_layers_are_chosen(tmp_path: Path) -> None:
    report = capture("residual", tmp_path, layers=LayerSelection(["/stem/*"]))
    assert list(report.captured) == ["/stem/conv/Conv_output_0", "/stem/activ/Relu_output_0"]
    reasons = {part.reason: len(part.names) for part in report.left_out if part.counts}
    assert reasons.pop("that were not asked for") > 10
    assert list(reasons) == ["that PyTorch computes inside one operation (1 Sigmoid)"]
    report = capture("residual", tmp_path, layers=LayerSelection(largest=16), overwrite=True)
    assert all(array.size <= 16 for array in Case(tmp_path).layers.values())
    assert any(part.reason == "of more than 16 elements" and part.counts for part in report.left_out)


def test_the_module_is_not_changed(tmp_path: Path) -> None:
    module, inputs = torch_models.made("residual")
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    threads = torch.get_num_threads()
    given = inputs[0].clone()
    capture_torch.capture(module, inputs, tmp_path, Options(float64=True))
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert module.head.weight.dtype == torch.float32
    assert torch.equal(inputs[0], given)
    assert torch.get_num_threads() == threads


# The second opinion


def test_a_wrong_name_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the exporter worked otherwise than this tool believes, ONNX Runtime would say so."""
    right = torch_script.export

    def exchanged(*arguments: object, **options: object) -> torch_script.TracedGraph:
        graph = right(*arguments, **options)  # type: ignore[arg-type]
        first, second = [mark for mark, names in graph.names.items() if "/shared" in names[0]][:2]
        graph.names = {**graph.names, first: graph.names[second], second: graph.names[first]}
        return graph

    monkeypatch.setattr(torch_script, "export", exchanged)
    report = capture("residual", tmp_path, check=True)
    assert not any("/shared" in name for name in report.captured)
    assert any("2 layers left out" in warning for warning in report.warnings)
    assert [len(part.names) for part in report.left_out if "ONNX Runtime has otherwise" in part.reason] == [2]
    hold_against_runtime(tmp_path)


def test_a_file_that_computes_something_else_is_found_out(tmp_path: Path) -> None:
    torch.manual_seed(0)
    report = capture_torch.capture(
        torch_models.Mistranslated().eval(), torch.ones(1, 3, 15, 22), tmp_path, Options(exporter="torchscript")
    )
    assert any('the file computes another "output" than the module' in warning for warning in report.warnings)
    assert any("left out" in warning and "of another shape" in warning for warning in report.warnings)


def test_agreement_is_told(tmp_path: Path) -> None:
    report = capture("residual", tmp_path, check=True)
    assert report.checked is not None
    assert report.checked.startswith(f"{len(report.captured) + 1} values against ONNX Runtime, outputs at most")
    assert report.warnings == ()


# Refusals


class Decides(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2 if x.sum().item() > 0 else x / 3


class Random(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x) + torch.rand_like(x)


class States(nn.Module):
    def forward(self, x: torch.Tensor) -> str:
        return "no tensor"


def half() -> nn.Module:
    return torch_models.made("residual")[0].half()


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (torch_models.in_training, "the module is in training mode"),
        (half, '"stem.conv.weight" is float16'),
        (States, "the module gives str"),
        (lambda: {"a": 1}, "a dict is given in place of a module"),
        (lambda: torch_models.made("two-inputs")[0], "the module fails on these inputs (2×3×16×20): TypeError"),
        (Random, 'gives another "output" than the module itself'),
    ],
)
def test_modules_that_are_refused(tmp_path: Path, module: Callable[[], object], message: str) -> None:
    made = module()
    if isinstance(made, States | Random):
        made.eval()
    with pytest.raises(CaptureError) as problem:
        capture_torch.capture(made, torch.ones(2, 3, 16, 20), tmp_path / "golden", Options(exporter="torchscript"))
    assert message in problem.value.message
    assert not (tmp_path / "golden").exists()


def test_dynamo_refuses_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="dynamo exporter refuses the module") as problem:
        capture_torch.capture(Decides().eval(), torch.ones(2, 3), tmp_path, Options())
    assert "--exporter torchscript" in str(problem.value.hint)
    assert len(problem.value.message) < 450


def test_what_the_tracer_took_for_a_constant_is_told(tmp_path: Path) -> None:
    report = capture_torch.capture(
        Decides().eval(), torch.ones(2, 3), tmp_path, Options(exporter="torchscript", check=False)
    )
    assert len(report.warnings) == 1
    assert "the tracer said 1 thing" in report.warnings[0]


def test_an_opset_that_the_exporter_does_not_write(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="dynamo wrote opset 18 in place of 13"):
        capture("two-inputs", tmp_path, "dynamo", opset=13)
    assert list(tmp_path.iterdir()) == []


# The command


def test_the_command(tmp_path: Path, run: Run, picture: Path) -> None:
    finished = run(
        "torch", f"{HERE / 'torch_models.py'}:residual", "-o", tmp_path / "golden", "--exporter", "torchscript",
        "--shape", "1x3x16x20", "--picture", picture, "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225",
    )  # fmt: skip
    assert finished.code == 0, finished.err
    assert finished.err == ""
    assert "bird.png (RGB, 0-1, mean 0.485,0.456,0.406, std 0.229,0.224,0.225)" in finished.out
    case = Case(tmp_path / "golden")
    assert case.inputs["input"].shape == (1, 3, 16, 20)
    assert case.json["preprocessing"].keys() == {"input"}
    assert str(tmp_path) not in case.text
    hold_against_runtime(tmp_path / "golden")


def test_example_inputs_of_the_factory(tmp_path: Path, run: Run) -> None:
    source = f"{HERE / 'torch_models.py'}:with_examples"
    finished = run("torch", source, "-o", tmp_path / "a", "--exporter", "torchscript")
    assert finished.code == 0, finished.err
    assert Case(tmp_path / "a").inputs["numbers"].shape == (2, 6)
    # Noise in their place, of another size.
    finished = run(
        "torch", source, "-o", tmp_path / "b", "--exporter", "torchscript", "--noise", "--seed", 9,
        "--shape", "picture=1x3x11x12", "--shape", "numbers=1x6",
    )  # fmt: skip
    assert finished.code == 0, finished.err
    assert Case(tmp_path / "b").inputs["picture"].shape == (1, 3, 11, 12)
    assert Case(tmp_path / "b").json["seed"] == 9


def test_mistakes_on_the_command_line(tmp_path: Path, run: Run) -> None:
    source = f"{HERE / 'torch_models.py'}"
    for words, code, message in (
        ([f"{source}:residual", "--noise"], 64, "the shape of 1 input is not known: input (of any shape float32)"),
        ([f"{source}:residual", "--noise", "--shape", "1x4x16x16"], 2, "the module fails on these inputs (1×4×16×16)"),
        ([f"{source}:in_training", "--noise", "--shape", "1x3x8x8"], 2, "in training mode"),
        ([f"{source}:absent", "--noise"], 64, 'has no "absent"'),
        ([f"{source}:with_examples", "--shape", "picture=1x3x8x8"], 64, "gives its own example inputs"),
        ([f"{source}:residual", "--noise", "--shape", "1x3x8x8", "--layers", "x", "--exporter", "torchscript"], 64,
         'no value "x"'),
    ):  # fmt: skip
        finished = run("torch", *words, "-o", tmp_path / "golden")
        assert finished.code == code, finished.err
        assert message in finished.err
        assert "Traceback" not in finished.err
        assert not (tmp_path / "golden").exists()


@pytest.mark.ferry
@pytest.mark.parametrize("exporter", EXPORTERS)
def test_ferry_accepts_the_case(tmp_path: Path, ferry: Ferry, exporter: str) -> None:
    capture("residual", tmp_path / "golden", exporter, float64=True)
    ferry.accepts(tmp_path / "golden" / "model.onnx", tmp_path / "golden", tmp_path)
