"""Damage to bundles behind right digests: what a reader meets once the checksums let it through."""

from __future__ import annotations

import hashlib
import json
import struct
from random import Random
from typing import Any

from fuzz.mutate_bytes import NUMBERS, mutate_bytes

HEADER, ALIGNMENT = 128, 64


def mutate_bundle(data: bytes, random: Random) -> bytes:
    """Changes the manifest or a blob and computes every digest anew."""
    size = struct.unpack_from("<Q", data, 32)[0]
    manifest = json.loads(data[HEADER : HEADER + size])
    area = padded(HEADER + size)
    blobs = [data[area + blob["offset"] :][: blob["length"]] for blob in manifest["blobs"]]
    if random.random() < 0.5:
        # The first blobs hold graphs and names.
        index = random.randrange(len(blobs)) if random.random() < 0.3 else random.choice([0, 0, 0, len(blobs) - 2, -1])
        blobs[index] = mutate_bytes(blobs[index], random)
        lay_out(manifest, blobs)
    else:
        lay_out(manifest, blobs)
        for _ in range(random.randint(1, 3)):
            mutate_json(manifest, random)
    return written(data, manifest, blobs)


def lay_out(manifest: dict, blobs: list[bytes]) -> None:
    offset = 0
    for entry, blob in zip(manifest["blobs"], blobs, strict=True):
        entry["sha256"] = hashlib.sha256(blob).hexdigest()
        entry["offset"], entry["length"] = offset, len(blob)
        offset = padded(offset + len(blob))


def written(data: bytes, manifest: dict, blobs: list[bytes]) -> bytes:
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(errors="replace")
    body = text + bytes(padded(HEADER + len(text)) - HEADER - len(text))
    for blob in blobs:
        body += blob + bytes(padded(len(blob)) - len(blob))
    header = bytearray(data[:HEADER])
    struct.pack_into("<QQQ", header, 16, HEADER + len(body), HEADER, len(text))
    header[40:72] = hashlib.sha256(text).digest()
    struct.pack_into("<QQ", header, 72, 0, 0)
    return bytes(header) + body


def mutate_json(value: Any, random: Random) -> None:
    """Changes one thing somewhere below a list or an object."""
    while True:
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not places:
            return
        place = random.choice(places)
        if isinstance(value[place], dict | list) and value[place] and random.random() < 0.85:
            value = value[place]
            continue
        choice = random.randrange(6)
        if choice == 0:
            del value[place]
        elif choice == 1:
            value[place] = random.choice([None, "", [], {}, -1, 0.5, "panel16", "rowMajor", "x" * 3000])
        elif choice == 2 and isinstance(value, list):
            value.append(value[place])
        elif isinstance(value[place], int):
            value[place] = random.choice([value[place] + 1, value[place] - 1, abs(random.choice(NUMBERS)) % 2**53])
        elif isinstance(value[place], str):
            value[place] = value[place] + random.choice(["", "\u202e", "x", "\n"])
        return


def padded(number: int) -> int:
    return -(-number // ALIGNMENT) * ALIGNMENT
