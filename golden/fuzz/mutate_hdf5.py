"""Damage to HDF5 files and to archives around them: their structure more than their numbers."""

from __future__ import annotations

import io
import zipfile
from random import Random

from fuzz.mutate_bytes import MUTATIONS, NUMBERS, mutate_bytes
from hdf5.checksum import checksummed_parts, with_checksums

# What the parts of a file's structure begin with.
SIGNATURES = b"\x89HDF TREE SNOD HEAP GCOL OHDR OCHK FRHP FHDB BTHD BTLF FSHD FADB FAHD EAHD".split()


def mutate_hdf5(data: bytes, random: Random) -> bytes:
    """Changes one to four places of the structure.

    What has a checksum mostly gets one that fits, so that the library reads on; where they stand is looked up before.
    """
    parts = checksummed_parts(data)
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        if random.random() < 0.15:
            return mutate_bytes(bytes(changed), random)
        change_structure(changed, random)
    return with_checksums(bytes(changed), parts) if random.random() < 0.9 else bytes(changed)


def change_structure(data: bytearray, random: Random) -> None:
    place = structural_place(data, random)
    choice = random.randrange(6)
    if choice == 0:
        data[place] ^= 1 << random.randrange(8)
    elif choice == 1:
        data[place] = random.choice([0, 1, 2, 3, 0x10, 0x7F, 0x80, 0xFF])
    elif choice == 2:
        size = random.choice([2, 4, 8])
        data[place : place + size] = random.choice(NUMBERS).to_bytes(8, "little", signed=True)[:size]
    elif choice == 3:
        # Addresses and lengths: those of this file are the ones that lead somewhere.
        other = structural_place(data, random)
        data[place : place + 8] = other.to_bytes(8, "little")
    elif choice == 4:
        other, size = structural_place(data, random), random.choice([4, 8, 16, 40])
        part = bytes(data[other : other + size])
        data[place : place + len(part)] = part
    else:
        data[place] = (data[place] + random.choice([-2, -1, 1, 2, 8])) & 0xFF


def structural_place(data: bytearray, random: Random) -> int:
    """A place close behind the beginning of some part."""
    starts = []
    for signature in random.sample(SIGNATURES, 4):
        start = data.find(signature)
        while start >= 0 and len(starts) < 200:
            starts.append(start)
            start = data.find(signature, start + 1)
    if not starts or random.random() < 0.1:
        return random.randrange(len(data))
    return min(len(data) - 1, random.choice(starts) + random.choice([random.randrange(32), random.randrange(400)]))


def mutate_archive(data: bytes, random: Random) -> bytes:
    """Changes the weights within a sound archive, or the archive's own records."""
    if random.random() < 0.4:
        changed = bytearray(data)
        for _ in range(random.randint(1, 3)):
            change_archive(changed, random)
        return bytes(changed)
    parts = read_archive(data)
    name = random.choice([*parts, "model.weights.h5", "model.weights.h5"])
    if name not in parts:
        return mutate_bytes(data, random)
    mutate = mutate_hdf5 if name.endswith(".h5") else mutate_bytes
    parts[name] = mutate(parts[name], random)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def read_archive(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return {entry.filename: file.read(entry) for entry in file.infolist()}
    except Exception:  # damaged on purpose
        return {}


def change_archive(data: bytearray, random: Random) -> None:
    """A change close behind the beginning of a record."""
    if not data:
        return
    starts = [0]
    for signature in (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        start = data.find(signature)
        while start >= 0:
            starts.append(start)
            start = data.find(signature, start + 1)
    place = min(len(data) - 1, random.choice(starts) + random.randrange(64))
    if random.random() < 0.3:
        return random.choice(MUTATIONS)(data, random)
    size = random.choice([1, 2, 4])
    number = random.choice([random.choice(NUMBERS), random.randrange(len(data) + 1)])
    data[place : place + size] = number.to_bytes(8, "little", signed=True)[:size]
