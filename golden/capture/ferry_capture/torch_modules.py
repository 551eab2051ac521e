"""PyTorch modules: what is asked of them, what goes in, and running them."""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ferry_capture.case import Array
from ferry_capture.errors import CaptureError, UsageError, counted, first_line, required
from ferry_capture.inputs import InputRequest, Inputs, InputSpec, resolve
from ferry_capture.pictures import PictureInput


def pytorch() -> Any:
    return required("torch", "torch", "capturing a PyTorch module")


def check_module(module: Any) -> None:
    """A module must be in evaluation mode, on the CPU, in single precision.

    Raises:
        CaptureError: saying which part of it is not.
    """
    torch = pytorch()
    if not isinstance(module, torch.nn.Module):
        raise CaptureError(
            f"a {type(module).__name__} is given in place of a module",
            supported="torch.nn.Module",
            hint="a file of weights (state dictionary) must be loaded into the module that it was saved from",
        )
    for name, part in module.named_modules():
        if part.training:
            raise CaptureError(
                f"the module is in training mode ({name or type(module).__name__})",
                hint="call eval() on it before: in training mode BatchNormalization and Dropout compute something else",
            )
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if tensor.device.type != "cpu":
            raise CaptureError(f'"{name}" lies on {tensor.device}', supported="cpu", hint="call cpu() on the module")
        if tensor.is_floating_point() and tensor.dtype != torch.float32:
            kind = str(tensor.dtype).removeprefix("torch.")
            raise CaptureError(f'"{name}" is {kind}', supported="float32", hint="call float() on the module")


# What goes in


def input_names(module: Any, count: int, chosen: Sequence[str] = ()) -> list[str]:
    """The chosen names; else `input` for one, and for several the names that `forward` gives its arguments."""
    if chosen:
        if len(chosen) != count:
            raise UsageError(
                f"{counted(len(chosen), 'input name')} {'is' if len(chosen) == 1 else 'are'} given for "
                f"{counted(count, 'input')}"
            )
        return list(chosen)
    if count == 1:
        return ["input"]
    stated = [parameter.name for parameter in _parameters(module)][:count]
    return stated if len(stated) == count else [f"input_{number}" for number in range(count)]


def required_inputs(module: Any) -> int:
    """How many arguments `forward` must be given."""
    return sum(parameter.default is inspect.Parameter.empty for parameter in _parameters(module))


def _parameters(module: Any) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [entry for entry in inspect.signature(module.forward).parameters.values() if entry.kind in kinds]


def example_specs(module: Any, examples: Any, chosen: Sequence[str] = ()) -> tuple[list[InputSpec], list[Any]]:
    """The inputs that examples show, and the examples as arrays or pictures."""
    listed = list(examples) if isinstance(examples, list | tuple) else [examples]
    arrays = [example if isinstance(example, PictureInput) else _example(example) for example in listed]
    names = input_names(module, len(arrays), chosen)
    plain = [array.array if isinstance(array, PictureInput) else array for array in arrays]
    specs = [InputSpec(name, array.shape, array.dtype) for name, array in zip(names, plain, strict=True)]
    return specs, arrays


def example_inputs(module: Any, examples: Any, chosen: Sequence[str] = ()) -> Inputs:
    """Examples as inputs by name."""
    specs, arrays = example_specs(module, examples, chosen)
    request = InputRequest(arrays={spec.name: array for spec, array in zip(specs, arrays, strict=True)})
    return resolve(specs, request)


def _example(example: Any) -> Array:
    if isinstance(example, pytorch().Tensor):
        return as_array(example)
    if isinstance(example, np.ndarray):
        return example
    raise CaptureError(
        f"an example input is a {type(example).__name__}",
        supported="tensors, arrays, pictures: one for each argument",
    )


# Running


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch's sums depend on how many threads share the work."""
    torch = pytorch()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def outputs(module: Any, tensors: Sequence[Any]) -> list[Any]:
    """The module's outputs, in the order in which the exporters list them."""
    torch = pytorch()
    try:
        with torch.no_grad():
            result = module(*(tensor.clone() for tensor in tensors))
    except Exception as problem:
        shapes = ", ".join("×".join(map(str, tensor.shape)) for tensor in tensors)
        raise CaptureError(
            f"the module fails on these inputs ({shapes}): {first_line(problem)}",
            hint="another size can be given with --shape",
        ) from problem
    flat = list(flattened(result))
    strangers = {type(entry).__name__ for entry in flat if not isinstance(entry, torch.Tensor)}
    if strangers or not flat:
        raise CaptureError(
            f"the module gives {', '.join(sorted(strangers)) or 'nothing'}",
            supported="tensors, and tuples, lists and dictionaries of them",
        )
    return flat


def outputs_in_double(module: Any, tensors: Sequence[Any]) -> list[Any] | None:
    """The outputs of a copy of the module in float64, on the same inputs; None where its code states float32."""
    torch = pytorch()
    double = copy.deepcopy(module).double()
    try:
        found = outputs(double, [tensor.double() if tensor.dtype == torch.float32 else tensor for tensor in tensors])
    except CaptureError:
        return None
    is_double = all(tensor.dtype == torch.float64 for tensor in found if tensor.is_floating_point())
    return found if is_double else None


def flattened(value: Any) -> Iterator[Any]:
    """The tensors of a result, from within tuples, lists and dictionaries."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from flattened(part)
    elif value is not None:
        yield value


def as_array(tensor: Any) -> Array:
    if tensor.dtype == pytorch().bfloat16:
        tensor = tensor.float()
    array: Array = tensor.detach().resolve_neg().resolve_conj().cpu().numpy()
    return array
