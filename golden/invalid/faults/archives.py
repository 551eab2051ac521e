"""Archives (.keras) that are damaged, crafted, or not as Keras writes them."""

from __future__ import annotations

import struct
import zipfile

from invalid.registry import fault
from invalid.sound_keras import PARTS, archive, directory_field, entry, hdf5, local_field, replaced

CODE = "invalid-archive"


@fault(CODE, "compressed (deflate)", "model.weights.h5", "stored", ending="keras")
def archive_compressed() -> bytes:
    """Written by a zip program that compresses."""
    return archive(method=zipfile.ZIP_DEFLATED)


@fault(CODE, "encrypted", "config.json", ending="keras")
def archive_encrypted() -> bytes:
    """The directory says that an entry is encrypted."""
    return directory_field(archive(), "config.json", 8, "<H", 1)


@fault(CODE, "checksum", "config.json", ending="keras")
def archive_wrong_checksum() -> bytes:
    """A byte of an entry has changed."""
    return replaced(archive(), b'"Functional"', b'"functional"')


@fault(CODE, "checksum", "model.weights.h5", ending="keras")
def archive_wrong_checksum_of_weights() -> bytes:
    """A byte of a weight has changed."""
    data = archive()
    place = data.index(PARTS["model.weights.h5"]) + len(PARTS["model.weights.h5"]) - 100
    return data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]


@fault(CODE, "end record", ending="keras")
def archive_truncated() -> bytes:
    """The last byte is missing."""
    return archive()[:-1]


@fault(CODE, "end record", ending="keras")
def archive_with_more_behind() -> bytes:
    """Bytes behind the end."""
    return archive() + b"more"


@fault(CODE, "end record", ending="keras")
def archive_with_comment() -> bytes:
    """A comment at the end, in which anything could hide."""
    data = archive()
    return data[:-2] + struct.pack("<H", 4) + b"more"


@fault(CODE, "two entries", "config.json", ending="keras")
def archive_one_name_twice() -> bytes:
    """Two configurations, of which programs take one or the other."""
    return archive([*PARTS.items(), ("config.jsom", b"{}")]).replace(b"config.jsom", b"config.json")


@fault(CODE, "leads out of the archive", "../config.json", ending="keras")
def archive_name_above() -> bytes:
    """A name in the folder above."""
    return archive(PARTS | {"../config.json": b"{}"})


@fault(CODE, "leads out of the archive", "/config.json", ending="keras")
def archive_absolute_name() -> bytes:
    """A name from the root on."""
    return archive(PARTS | {"/config.json": b"{}"})


@fault(CODE, "overlaps", "config.json", ending="keras")
def archive_overlap() -> bytes:
    """Two entries over the same bytes."""
    inner = archive({"config.json": b"{}"})
    data = archive(
        {"metadata.json": inner[: inner.index(b"PK\x01\x02")], "config.json": b"{}", "model.weights.h5": hdf5()}
    )
    return directory_field(data, "config.json", 42, "<I", 30 + len("metadata.json"))


@fault(CODE, "gap", "metadata.json", ending="keras")
def archive_gap() -> bytes:
    """Bytes before the first entry, as in a program that unpacks itself; the offsets allow for them."""
    data = bytearray(b"PK\x03\x04" + bytes(60) + archive())
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<I", data, end + 16, struct.unpack_from("<I", data, end + 16)[0] + 64)
    changed = bytes(data)
    offset = 0
    for name, content in PARTS.items():
        changed = directory_field(changed, name, 42, "<I", 64 + offset)
        offset += 30 + len(name) + len(content)
    return changed


@fault(CODE, "another one in its own header", "config.json", ending="keras")
def archive_two_stories_of_a_name() -> bytes:
    """An entry with another name in its own header."""
    data = archive()
    place = data.index(b"config.json")
    return data[:place] + b"Config.json" + data[place + 11 :]


@fault(CODE, "another size or checksum", "config.json", ending="keras")
def archive_two_stories_of_a_size() -> bytes:
    """An entry with another size in its own header."""
    return local_field(archive(), "config.json", 22, "<I", 5)


@fault(CODE, "reaches beyond", "model.weights.h5", ending="keras")
def archive_beyond_the_directory() -> bytes:
    """An entry longer than the archive."""
    data = archive()
    for offset in (18, 22):
        data = local_field(data, "model.weights.h5", offset, "<I", 2**31)
    for offset in (20, 24):
        data = directory_field(data, "model.weights.h5", offset, "<I", 2**31)
    return data


@fault(CODE, "link or a device", "config.json", ending="keras")
def archive_link() -> bytes:
    """An entry that stands for a symbolic link."""
    return directory_field(archive(), "config.json", 38, "<I", 0o120777 << 16)


@fault(CODE, "part of several", ending="keras")
def archive_of_several_parts() -> bytes:
    """The second part of two."""
    data = bytearray(archive())
    struct.pack_into("<H", data, len(data) - 18, 1)
    return bytes(data)


@fault(CODE, "contradicts", "config.json", ending="keras")
def archive_wrong_descriptor() -> bytes:
    """Sizes behind an entry's bytes that are not the directory's."""
    data = archive(PARTS | {"config.json": PARTS["config.json"] + struct.pack("<IIII", 0x08074B50, 1, 2, 3)})
    size = len(PARTS["config.json"])
    checksum = zipfile.crc32(PARTS["config.json"])
    for change, offsets in ((local_field, (6, 14, 18)), (directory_field, (8, 16, 20))):
        flags, sums, sizes = offsets
        data = change(data, "config.json", flags, "<H", 8)
        data = change(data, "config.json", sums, "<I", checksum)
        for place in (sizes, sizes + 4):
            data = change(data, "config.json", place, "<I", size)
    return data


@fault(CODE, '"model.weights.npz"', "supported", ending="keras")
def archive_unknown_entry() -> bytes:
    """Weights in a form that Keras does not read by default."""
    return archive(PARTS | {"model.weights.npz": b"PK"})


@fault(CODE, '"assets/_layer/vocabulary.txt"', ending="keras")
def archive_asset() -> bytes:
    """A layer's own file, of whose meaning nothing is known."""
    return archive(PARTS | {"assets/_layer/vocabulary.txt": b"a\nb\n"})


@fault(CODE, "no model.weights.h5", "no metadata.json", ending="keras")
def archive_without_weights() -> bytes:
    """A configuration alone."""
    return archive({"config.json": b"{}"})


@fault(CODE, "PyTorch checkpoint", "torch.onnx.export", ending="keras")
def archive_of_pytorch() -> bytes:
    """A PyTorch checkpoint under another name."""
    return archive({"archive/data.pkl": b"\x80\x02}q\x00.", "archive/version": b"3\n"})


@fault(CODE, "config.json is not UTF-8", ending="keras")
def archive_configuration_not_text() -> bytes:
    """A configuration that is no text."""
    return archive(PARTS | {"config.json": b'{"name": "\xff"}'})


@fault("damaged-hdf5", "truncated", ending="keras")
def archive_weights_truncated() -> bytes:
    """A sound archive of an HDF5 file that ends early."""
    return archive(PARTS | {"model.weights.h5": PARTS["model.weights.h5"][:-4]})


@fault("damaged-hdf5", "open the file", ending="keras")
def archive_weights_missing() -> bytes:
    """A sound archive whose weights are text."""
    return archive(PARTS | {"model.weights.h5": b"version https://git-lfs.github.com/spec/v1\n"})


@fault(CODE, "1001 entries", ending="keras")
def archive_many_entries() -> bytes:
    """One entry more than is allowed, by the end record."""
    data = bytearray(archive([]))
    struct.pack_into("<HH", data, 8, 1001, 1001)
    return bytes(entry_bytes() + data)


def entry_bytes() -> bytes:
    """The header that makes a file an archive by its first bytes."""
    data = archive([(entry("a").filename, b"")])
    return data[: data.index(b"PK\x01\x02")]
