"""Small files that ask for much, written byte by byte."""

from __future__ import annotations

from invalid.registry import fault
from invalid.sound import sound_model


def field(number: int, payload: bytes) -> bytes:
    """A length-delimited field of a protocol buffer."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])


def bomb(payload: bytes) -> bytes:
    """The sound network with more fields in its graph."""
    rest = sound_model()
    graph = rest.graph.SerializeToString()
    rest.ClearField("graph")
    return rest.SerializeToString() + field(7, graph + payload)


def nested_graphs(levels: int) -> bytes:
    """A node with an attribute with a graph with a node … : three messages a level."""
    graph = b""
    for _ in range(levels):
        graph = field(1, field(5, field(6, graph)))
    return graph


@fault("too-deep", "64")
def deep_graphs() -> bytes:
    """30 KB of graphs within graphs, which overflow the stack of a reader without a limit."""
    return bomb(nested_graphs(2700))


@fault("too-deep", "64")
def deep_by_one() -> bytes:
    """65 messages within messages, one more than is allowed: the model, its graph, and 63 below it."""
    return bomb(nested_graphs(21))


@fault("too-deep", "64")
def deep_types() -> bytes:
    """An input whose type is a sequence of sequences of sequences …"""
    kind = b""
    for _ in range(2000):
        kind = field(4, field(1, kind))
    return bomb(field(11, field(1, b"nested") + field(2, kind)))


@fault("memory-budget")
def many_small_messages() -> bytes:
    """128 KiB of empty attributes, two bytes each, which take a hundred times as much when they are unpacked."""
    return bomb(field(1, field(5, b"") * 65_536))
