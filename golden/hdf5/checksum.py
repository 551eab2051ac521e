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
    """Where the superblock and the parts of object headers begin, and where their checksums stand."""
    parts = []
    if data[8:9] in (b"\x02", b"\x03"):
        parts.append((0, 44))
    start = data.find(b"OHDR")
    while start >= 0:
        if (place := header_messages(data, start)) is not None and place[1] + 4 <= len(data):
            parts += [(start, place[1]), *continuations(data, *place, with_order=bool(data[start + 5] & 4))]
        start = data.find(b"OHDR", start + 1)
    return parts


def header_messages(data: bytes, start: int) -> tuple[int, int] | None:
    """Where the messages of an object header's first part begin and end; its checksum follows."""
    if start + 40 > len(data):
        return None
    flags = data[start + 5]
    position = start + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    first = position + width
    return first, first + int.from_bytes(data[position:first], "little")


def continuations(data: bytes, position: int, end: int, with_order: bool) -> list[tuple[int, int]]:
    """The further parts of an object header that messages between `position` and `end` point to."""
    parts = []
    while position + 4 <= end:
        kind, size = data[position], int.from_bytes(data[position + 1 : position + 3], "little")
        position += 6 if with_order else 4
        if kind == 0x10 and size == 16 and position + 16 <= len(data):
            start, length = struct.unpack_from("<QQ", data, position)
            if data[start : start + 4] == b"OCHK" and (start, start + length - 4) not in parts:
                parts.append((start, start + length - 4))
                parts += continuations(data, start + 4, start + length - 4, with_order)
        position += size
    return parts


def with_checksums(data: bytes, parts: list[tuple[int, int]]) -> bytes:
    """A file whose parts were changed, with checksums that fit."""
    changed = bytearray(data)
    for start, end in parts:
        if end + 4 <= len(changed):
            struct.pack_into("<I", changed, end, lookup3(bytes(changed[start:end])))
    return bytes(changed)
