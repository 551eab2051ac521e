"""HDF5 files that Keras would not write, or that ask for much."""

from __future__ import annotations

import h5py
import numpy as np

from hdf5.checksum import checksummed_parts, with_checksums
from invalid.registry import fault
from invalid.sound_keras import NEW, hdf5, kernel, replaced

REFUSED = "unsupported-hdf5"


@fault("not-keras", "neither", ending="h5")
def hdf5_text() -> bytes:
    """A web page under the name of a model."""
    return b"<!DOCTYPE html><title>404</title>\n" * 40


@fault("not-keras", "neither", ending="h5")
def hdf5_empty() -> bytes:
    """A file of no bytes."""
    return b""


@fault("damaged-hdf5", "truncated", ending="h5")
def hdf5_truncated() -> bytes:
    """The last byte is missing."""
    return hdf5()[:-1]


@fault("damaged-hdf5", "open the file", ending="h5")
def hdf5_header_alone() -> bytes:
    """The signature and nothing behind it."""
    return hdf5()[:8]


@fault("damaged-hdf5", "conv1", ending="h5")
def hdf5_damaged_group() -> bytes:
    """The list of a group's members has lost its signature."""
    data = hdf5()
    last = data.rindex(b"SNOD")
    return data[:last] + b"SNAD" + data[last + 4 :]


@fault("damaged-hdf5", "conv1/conv1/kernel:0", ending="h5")
def hdf5_damaged_object() -> bytes:
    """The checksum of an array's header is wrong."""
    data = hdf5(libver=NEW)
    last = data.rindex(b"OHDR")
    return data[: last + 20] + bytes([data[last + 20] ^ 1]) + data[last + 21 :]


@fault("helper-failed", "the HDF5 library crashed (signal", ending="h5")
def hdf5_crash() -> bytes:
    """A text that is longer than the heap it lies in: version 1.10.8 of the library reads on, and crashes."""
    data = hdf5(lambda file: file.attrs.__setitem__("model_config", "{}"))
    # The heap's header is 16 bytes; number, references and reserved bytes of its first object take 8 more.
    size = data.index(b"GCOL") + 16 + 8
    return data[: size + 4] + b"\x90" + data[size + 5 :]


@fault(REFUSED, "external link", "conv1/bias", ending="h5")
def hdf5_external_link() -> bytes:
    """A weight that another file holds."""
    return hdf5(lambda file: file["conv1"].__setitem__("bias", h5py.ExternalLink("other.h5", "/bias")))


@fault(REFUSED, "soft link", "conv1/bias", ending="h5")
def hdf5_soft_link() -> bytes:
    """A weight that is another one's path."""
    return hdf5(lambda file: file["conv1"].__setitem__("bias", h5py.SoftLink("/conv1/conv1/kernel:0")))


@fault(REFUSED, "user-defined link of kind 99", "bias", ending="h5")
def hdf5_user_defined_link() -> bytes:
    """A link of a kind that a program defined for itself."""
    data = hdf5(lambda file: file.__setitem__("bias", h5py.ExternalLink("other.h5", "/bias")), NEW)
    # Version, flags, kind; flags tell that the kind stands there.
    place = data.index(b"\x04bias") - 1
    if data[place - 1 : place + 1] != b"\x08\x40":
        raise ValueError(f"no link stands where it should: {data[place - 8 : place + 14]!r}")
    return with_checksums(data[:place] + bytes([99]) + data[place + 1 :], checksummed_parts(data))


@fault(REFUSED, "hard link", "the root group", "conv1/again", ending="h5")
def hdf5_cycle() -> bytes:
    """A group whose member is the root group."""
    return hdf5(lambda file: file["conv1"].__setitem__("again", file))


@fault(REFUSED, "hard link", "conv1/conv1/kernel:0", "zebra", ending="h5")
def hdf5_two_names() -> bytes:
    """An array with a second name."""
    return hdf5(lambda file: file.__setitem__("zebra", file["conv1/conv1/kernel:0"]))


def dataset(file: h5py.File, properties: h5py.h5p.PropDCID) -> None:
    """Two numbers stored as the properties say, without the time of day, which only h5py's short form leaves out."""
    properties.set_obj_track_times(False)
    h5py.h5d.create(file.id, b"bias", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((2,)), properties)


def virtual(file: h5py.File) -> None:
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    space = h5py.h5s.create_simple((2,))
    properties.set_virtual(space, b"other.h5", b"bias", space)
    dataset(file, properties)


@fault(REFUSED, "virtual dataset", "bias", ending="h5")
def hdf5_virtual() -> bytes:
    """An array made of another file's."""
    return hdf5(virtual, NEW)


@fault(REFUSED, "external storage", "bias", ending="h5")
def hdf5_external_storage() -> bytes:
    """An array whose numbers lie in another file."""
    return hdf5(lambda file: file.create_dataset("bias", (2,), "<f4", external=[("numbers.bin", 0, 8)]))


@fault(REFUSED, "lzf", "number 32000", "bias", ending="h5")
def hdf5_lzf() -> bytes:
    """A filter that h5py brings along."""
    return hdf5(lambda file: file.create_dataset("bias", data=np.zeros(64, "<f4"), compression="lzf"))


@fault(REFUSED, "scaleoffset", "bias", ending="h5")
def hdf5_scale_offset() -> bytes:
    """A filter of the library's own that rounds."""
    return hdf5(lambda file: file.create_dataset("bias", data=np.zeros(64, "<f4"), scaleoffset=2))


def foreign_filter(file: h5py.File) -> None:
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((2,))
    properties.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
    dataset(file, properties)


@fault(REFUSED, "zstd", "number 32015", "bias", ending="h5")
def hdf5_zstd() -> bytes:
    """A filter that would be loaded as a plug-in."""
    return hdf5(foreign_filter)


@fault(REFUSED, "committed datatype", "real", ending="h5")
def hdf5_committed_type() -> bytes:
    """A type as an object beside the weights."""
    return hdf5(lambda file: file.__setitem__("real", np.dtype("<f4")))


def nested(file: h5py.File) -> None:
    group = file["conv1"]
    for _ in range(32):
        group = group.create_group("a")


@fault("too-deep", "32", ending="h5")
def hdf5_deep() -> bytes:
    """33 groups within groups, one more than is allowed."""
    return hdf5(nested, NEW)


@fault("damaged-hdf5", 'a name is "b/as"', ending="h5")
def hdf5_name_with_slash() -> bytes:
    """A name that would be a path."""
    return replaced(hdf5(lambda file: file.create_dataset("bias", data=kernel())), b"bias", b"b/as")


@fault("damaged-hdf5", 'a name is ""', ending="h5")
def hdf5_empty_name() -> bytes:
    """A weight without a name."""
    return replaced(hdf5(lambda file: file.create_dataset("bias", data=kernel())), b"bias", b"\x00ias")


@fault("damaged-hdf5", "not UTF-8", ending="h5")
def hdf5_name_not_text() -> bytes:
    """A name that is no UTF-8."""
    return replaced(hdf5(lambda file: file.create_dataset("bias", data=kernel())), b"bias", b"bi\xffs")


def twins(file: h5py.File) -> None:
    file.create_dataset("bias1", data=kernel())
    file.create_dataset("bias2", data=kernel())


@fault("damaged-hdf5", 'two members have the name "bias1"', ending="h5")
def hdf5_one_name_twice() -> bytes:
    """Two weights of one name."""
    return replaced(hdf5(twins), b"bias2", b"bias1")


@fault("damaged-hdf5", "the attribute's text is not UTF-8", "layer_names", ending="h5")
def hdf5_attribute_not_text() -> bytes:
    """A layer's name that is no UTF-8."""
    return hdf5(lambda file: file.attrs.__setitem__("layer_names", np.array([b"conv\xff"])))


@fault("memory-budget", "4611686018427387976 bytes", "67365376 bytes", ending="h5")
def hdf5_bomb() -> bytes:
    """An array of 2^60 numbers, none of which is there."""
    return hdf5(lambda file: file.create_dataset("bias", (2**30, 2**30), "<f4", chunks=(64, 64)))


@fault("memory-budget", "a chunk of an array takes 1073741824 bytes", "bias", ending="h5")
def hdf5_large_chunk() -> bytes:
    """Two numbers in a chunk of 1 GiB."""
    return hdf5(lambda file: file.create_dataset("bias", (2,), "<f4", chunks=(2**28,), maxshape=(None,)))


@fault("memory-budget", "16777216 chunks", ending="h5")
def hdf5_many_chunks() -> bytes:
    """16 MiB in chunks of one byte, for each of which the library would keep a record."""
    return hdf5(lambda file: file.create_dataset("bias", (2**24,), "u1", chunks=(1,)))


@fault("damaged-hdf5", "a boolean is 2", "flags", ending="h5")
def hdf5_boolean_2() -> bytes:
    """A boolean that is neither true nor false."""
    kind = h5py.enum_dtype({"FALSE": 0, "TRUE": 1}, "i1")
    return hdf5(lambda file: file.create_dataset("flags", data=np.array([0, 2], "i1"), dtype=kind))


def several(file: h5py.File) -> None:
    file["conv1/bias"] = h5py.SoftLink("/conv1/conv1/kernel:0")
    file["conv2"] = h5py.ExternalLink("other.h5", "/conv2")
    file.create_dataset("scale", data=np.zeros(64, "<f4"), compression="lzf")


@fault(REFUSED, "3 things", "conv1/bias", "soft link", "conv2", "external link", "scale", "lzf", ending="h5")
def hdf5_several() -> bytes:
    """Three things that cannot be read, told at once."""
    return hdf5(several)
