"""Files that end too early, and files that are no ONNX at all."""

from __future__ import annotations

from invalid.registry import fault
from invalid.sound import sound_model, weight

# Every cut leaves a prefix of the sound file.


def prefix(marker: bytes, offset: int) -> bytes:
    data = sound_model().SerializeToString()
    return data[: data.index(marker) + offset]


@fault("truncated-file")
def truncated_in_header() -> bytes:
    """The file ends inside the producer's name."""
    return prefix(b"ferry-golden", 5)


@fault("truncated-file")
def truncated_in_node() -> bytes:
    """The file ends inside the first node's name."""
    return prefix(b"enc/conv1", 4)


@fault("truncated-file")
def truncated_in_weights() -> bytes:
    """The file ends inside the raw bytes of the first weight."""
    return prefix(weight().tobytes(), 100)


@fault("truncated-file")
def truncated_by_one_byte() -> bytes:
    """The last byte is missing."""
    return sound_model().SerializeToString()[:-1]


@fault("invalid-model", "graph")
def truncated_before_graph() -> bytes:
    """The file ends exactly where the graph would begin: well-formed, but nothing is in it."""
    broken = sound_model()
    broken.ClearField("graph")
    return broken.SerializeToString()


@fault("not-onnx")
def empty() -> bytes:
    """A file of no bytes, which as a protocol buffer is a well-formed message."""
    return b""


@fault("not-onnx")
def text() -> bytes:
    """Plain text."""
    return b"This file is not a network.\nIt only has a network's name.\n"


@fault("not-onnx")
def large_file_pointer() -> bytes:
    """A Git LFS pointer, as a clone without LFS leaves it in place of a model."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 7304518\n"


@fault("not-onnx")
def picture() -> bytes:
    """A PNG of one pixel."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d494844520000000100000001080200000090"
        "7753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
    )
