"""The checksum of HDF5's newer metadata: Bob Jenkins' lookup3, in its little-endian form, seed 0."""

from __future__ import annotations

import struct

MASK = 0xFFFFFFFF


def rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & MASK


def lookup3(data: bytes) -> int:
    a = b = c = (0xDEADBEEF + len(data)) & MASK
    if not data:
        return c
    words = struct.unpack(f"<{-(-len(data) // 12) * 3}I", data + bytes(-len(data) % 12))
    for start in range(0, len(words) - 3, 3):
        a, b, c = (a + words[start]) & MASK, (b + words[start + 1]) & MASK, (c + words[start + 2]) & MASK
        a, c = (a - c) & MASK ^ rotated(c, 4), (c + b) & MASK
        b, a = (b - a) & MASK ^ rotated(a, 6), (a + c) & MASK
        c, b = (c - b) & MASK ^ rotated(b, 8), (b + a) & MASK
        a, c = (a - c) & MASK ^ rotated(c, 16), (c + b) & MASK
        b, a = (b - a) & MASK ^ rotated(a, 19), (a + c) & MASK
        c, b = (c - b) & MASK ^ rotated(b, 4), (b + a) & MASK
    a, b, c = (a + words[-3]) & MASK, (b + words[-2]) & MASK, (c + words[-1]) & MASK
    c = ((c ^ b) - rotated(b, 14)) & MASK
    a = ((a ^ c) - rotated(c, 11)) & MASK
    b = ((b ^ a) - rotated(a, 25)) & MASK
    c = ((c ^ b) - rotated(b, 16)) & MASK
    a = ((a ^ c) - rotated(c, 4)) & MASK
    b = ((b ^ a) - rotated(a, 14)) & MASK
    return ((c ^ b) - rotated(b, 24)) & MASK


def checksummed_parts(data: bytes) -> list[tuple[int, int]]:
    """Where a file's parts with a checksum begin, and where their checksums stand, for object headers and the superblock."""
    parts = []
    if data[8:9] in (b"\x02", b"\x03"):
        parts.append((0, 44))
    start = data.find(b"OHDR")
    while start >= 0:
        if (end := header_end(data, start)) is not None and end + 4 <= len(data):
            parts.append((start, end))
        start = data.find(b"OHDR", start + 1)
    return parts


def header_end(data: bytes, start: int) -> int | None:
    """Where the first part of an object header ends and its checksum begins."""
    if start + 40 > len(data):
        return None
    flags = data[start + 5]
    position = start + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    return position + width + int.from_bytes(data[position : position + width], "little")


def with_checksums(data: bytes, parts: list[tuple[int, int]]) -> bytes:
    """A file whose parts were changed, with checksums that fit."""
    changed = bytearray(data)
    for start, end in parts:
        if end + 4 <= len(changed):
            struct.pack_into("<I", changed, end, lookup3(bytes(changed[start:end])))
    return bytes(changed)
