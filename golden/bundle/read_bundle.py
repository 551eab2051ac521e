#!/usr/bin/env python3
"""Reads a Ferry bundle as Sources/Model/Bundle/FORMAT.md specifies it; plain Python, no packages, no code of Ferry's.

    read_bundle.py FILE.ferry            one line a tensor: model, name, element type, shape, layout, SHA-256 in logical order
    read_bundle.py FILE.ferry --hex      the elements in place of the digest
"""
import hashlib
import json
import struct
import sys

SIZES = {"float16": 2, "float32": 4, "float64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8,
         "uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8, "bool": 1}


def require(condition, message):
    if not condition:
        raise SystemExit("damaged bundle: " + message)


def padded(number, multiple):
    return -(-number // multiple) * multiple


def read(path):
    """Returns the manifest and the blobs' bytes, every digest and all padding checked."""
    with open(path, "rb") as file:
        data = file.read()
    require(data[:8] == b"\x89FERRY\r\n", "magic")
    major, minor, header, length, start, size = struct.unpack_from("<HHIQQQ", data, 8)
    signature, signature_size = struct.unpack_from("<QQ", data, 72)
    require((major, header, start, length) == (1, 128, 128, len(data)), "header")
    require(not any(data[88:128]) and signature + signature_size in (0, length), "header")
    text = data[start:start + size]
    require(hashlib.sha256(text).digest() == data[40:72], "digest of the manifest")
    manifest = json.loads(text)
    canonical = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    require(canonical.encode() == text, "canonical form")
    require(manifest["format"] == {"major": major, "minor": minor}, "version")
    area = padded(start + size, 64)
    require(not any(data[start + size:area]), "padding of the manifest")
    blobs, end = [], 0
    for blob in manifest["blobs"]:
        require(blob["offset"] == end, "offset of a blob")
        begin, behind = area + end, area + end + blob["length"]
        end = padded(end + blob["length"], 64)
        require(not any(data[behind:area + end]), "padding of a blob")
        blobs.append(data[begin:behind])
        require(hashlib.sha256(blobs[-1]).hexdigest() == blob["sha256"], "digest of a blob")
    require(area + end == (signature or length), "end of the blobs")
    require(not signature or signatures(data[signature:]), "signature block")
    return manifest, blobs


def signatures(block):
    """Returns the algorithm, key and signature of each entry of a signature block."""
    entries, at = [], 16
    for _ in range(struct.unpack_from("<I", block, 12)[0]):
        algorithm, key, size = struct.unpack_from("<HHI", block, at)
        entries.append((algorithm, block[at + 8:at + 8 + key], block[at + 8 + key:at + 8 + key + size]))
        at += 8 + key + size
    require(block[:12] == b"FERRYSIG\x01\0\0\0" and at == len(block) and entries == sorted(entries), "signature block")
    return entries


def place(layout, shape, index):
    """Where the element of that index lies, counted in elements, in a layout other than rowMajor."""
    (a, b), (u, v) = index[:2], (index[2:] if len(index) == 4 else (0, 0))
    width = shape[3] if len(shape) == 4 else 1
    height = shape[2] if len(shape) == 4 else 1
    if layout == "panel16":
        return (((a // 16 * height + u) * width + v) * shape[1] + b) * 16 + a % 16
    if layout == "tapPanel16":
        return (((u * width + v) * (padded(shape[1], 16) // 16) + b // 16) * shape[0] + a) * 16 + b % 16
    require(layout == "depthwise16", "unknown layout " + layout)
    return (u * width + v) * padded(shape[0], 16) + a


def indexes(shape):
    return [()] if not shape else [head + (k,) for head in indexes(shape[:-1]) for k in range(shape[-1])]


def elements(tensor, blob):
    """The bytes of a tensor in logical order."""
    size, layout, shape = SIZES[tensor["elementType"]], tensor["layout"], tensor["shape"]
    if layout == "rowMajor":
        return blob
    places = [place(layout, shape, index) * size for index in indexes(shape)]
    return b"".join(blob[at:at + size] for at in places)


if __name__ == "__main__":
    manifest, blobs = read(sys.argv[1])
    for model in manifest["models"]:
        for tensor in model["tensors"]:
            content = elements(tensor, blobs[tensor["blob"]])
            shown = content.hex() if "--hex" in sys.argv[2:] else hashlib.sha256(content).hexdigest()
            shape = "×".join(map(str, tensor["shape"])) or "scalar"
            print(model["name"], tensor["name"], tensor["elementType"], shape, tensor["layout"], shown, sep="\t")
