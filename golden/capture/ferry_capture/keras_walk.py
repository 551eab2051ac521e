"""Runs a Keras model layer by layer, models within it too, and names every value as Ferry does.

A layer's result bears the layer's name, within a model behind that model's (`xception/block1_conv1`). The second call
of a shared layer is `LAYER:1`, the second result of a model within a model `MODEL#1`. What a layer applies its own
activation to is `LAYER/linear`. docs/keras-layers.md says the same from Ferry's side.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

Observer = Callable[[str, Any], None]

# The layers that hold an activation of their own, applied to what they compute.
WITH_ACTIVATION = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "Dense")


@dataclass(frozen=True)
class ModelValue:
    """A value inside a model: its name, and the name of its element type."""

    name: str
    type: str


def graph_of(layer: Any) -> Any | None:
    """The graph of calls that a functional or sequential model is; None for anything else."""
    inner = getattr(layer, "_functional", None)  # what a sequential model of Keras 3 holds
    if inner is not None:
        return inner
    # A subclassed model has layers, but no such graph.
    return layer if getattr(layer, "_nodes_by_depth", None) and hasattr(layer, "get_layer") else None


def values(model: Any) -> list[ModelValue]:
    """Every value that `run` would show, without computing anything; the model's outputs are not among them."""
    graph: Any = graph_of(model)
    outputs = {id(tensor) for tensor in graph.outputs}
    return list(_values(graph, "", outputs))


def _values(graph: Any, prefix: str, outputs: Collection[int]) -> Iterator[ModelValue]:
    for node, call in _calls(graph):
        operation = _operation(node)
        path = _path(prefix, operation, call)
        nested = graph_of(operation)
        if nested is not None:
            yield from _values(nested, path + "/", ())
        symbols = _flat(_outputs_of(node))
        if _has_linear(operation):
            yield ModelValue(f"{path}/linear", type_name(symbols[0].dtype))
        for number, symbol in enumerate(symbols):
            if id(symbol) not in outputs:
                yield ModelValue(_result(path, number), type_name(symbol.dtype))


def run(model: Any, inputs: Sequence[Any], wanted: Collection[str], observe: Observer) -> list[Any]:
    """Computes the model on tensors and shows the values of the names that are wanted to `observe`.

    Returns the outputs.
    """

    def show(name: str, compute: Callable[[], Any]) -> None:
        if name in wanted:
            observe(name, compute())

    return _run(graph_of(model), inputs, "", show)


def _run(graph: Any, inputs: Sequence[Any], prefix: str, show: Callable[[str, Callable[[], Any]], None]) -> list[Any]:
    values: dict[int, Any] = {id(symbol): tensor for symbol, tensor in zip(graph.inputs, inputs, strict=True)}
    uses = _use_counts(graph)
    for node, call in _calls(graph):
        operation = _operation(node)
        symbols = _flat(_inputs_of(node))
        if any(id(symbol) not in values for symbol in symbols):
            continue  # not between the inputs and the outputs
        arguments, named = _arguments(node, values)
        path = _path(prefix, operation, call)
        nested = graph_of(operation)
        if nested is not None:
            results = _run(nested, _operands(arguments, named), path + "/", show)
        else:
            _training_off(operation, named)
            if _has_linear(operation):
                show(f"{path}/linear", partial(_without_activation, operation, arguments, named))
            results = _flat(operation(*arguments, **named))
        for number, (symbol, result) in enumerate(zip(_flat(_outputs_of(node)), results, strict=True)):
            values[id(symbol)] = result
            show(_result(path, number), partial(_same, result))
        for symbol in symbols:
            uses[id(symbol)] -= 1
            if uses[id(symbol)] == 0:
                del values[id(symbol)]
    return [values[id(symbol)] for symbol in graph.outputs]


def _path(prefix: str, operation: Any, call: int) -> str:
    return prefix + str(operation.name) + (f":{call}" if call else "")


def _result(path: str, number: int) -> str:
    return path if number == 0 else f"{path}#{number}"


def _same(value: Any) -> Any:
    return value


def _calls(graph: Any) -> Iterator[tuple[Any, int]]:
    """The graph's calls in an order in which they can be computed; each with its number among the calls of its layer.

    Calls are counted as the configuration lists them: a layer's calls that belong to this graph.
    """
    depths = sorted(graph._nodes_by_depth, reverse=True)
    nodes = [node for depth in depths for node in graph._nodes_by_depth[depth] if not node.is_input]
    members = {id(node) for node in nodes}
    for node in nodes:
        of_layer = [other for other in _operation(node)._inbound_nodes if id(other) in members]
        yield node, next(number for number, other in enumerate(of_layer) if other is node)


def _use_counts(graph: Any) -> dict[int, int]:
    """How often each value is read; outputs once more."""
    counts: dict[int, int] = {}
    for node, _ in _calls(graph):
        for symbol in _flat(_inputs_of(node)):
            counts[id(symbol)] = counts.get(id(symbol), 0) + 1
    for symbol in graph.outputs:
        counts[id(symbol)] = counts.get(id(symbol), 0) + 1
    return counts


# Keras 2 and 3 call things otherwise.


def _operation(node: Any) -> Any:
    return node.operation if hasattr(node, "operation") else node.layer


def _inputs_of(node: Any) -> Any:
    return node.input_tensors if hasattr(node, "operation") else node.keras_inputs


def _outputs_of(node: Any) -> Any:
    return node.outputs


def _arguments(node: Any, values: Mapping[int, Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    if hasattr(node, "operation"):
        arguments, named = node.arguments.fill_in(dict(values))
    else:
        # Keras 2 takes one from each list.
        lists = {str(key): [value] * 64 for key, value in values.items()}
        arguments, named = node.map_arguments(lists)
    return arguments, dict(named)


def _training_off(operation: Any, named: dict[str, Any]) -> None:
    """As Keras does for model(x, training=False)."""
    if getattr(operation, "_call_has_training_arg", False):
        named["training"] = False
    elif getattr(operation, "_expects_training_arg", False):
        named.setdefault("training", False)


def _operands(arguments: Sequence[Any], named: Mapping[str, Any]) -> list[Any]:
    """What a model within the model is applied to, in the order of its inputs."""
    return _flat(arguments[0] if arguments else named.get("inputs"))


def _has_linear(layer: Any) -> bool:
    """Whether a layer applies an activation of its own to what it computes."""
    activation = getattr(layer, "activation", None)
    return (
        type(layer).__name__ in WITH_ACTIVATION
        and activation is not None
        and getattr(activation, "__name__", "") != "linear"
    )


def _without_activation(layer: Any, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What the layer applies its activation to."""
    activation = layer.activation
    layer.activation = None
    try:
        return layer(*arguments, **named)
    finally:
        layer.activation = activation


def type_name(kind: Any) -> str:
    """TensorFlow's types, and the names that Keras 3 has for types."""
    return str(getattr(kind, "name", kind)).rpartition(".")[-1]


def _flat(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [part for key in sorted(value) for part in _flat(value[key])]
    if isinstance(value, list | tuple):
        return [part for entry in value for part in _flat(entry)]
    return [] if value is None else [value]
