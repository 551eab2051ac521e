"""Damage to files whose form does not matter."""

from __future__ import annotations

from random import Random

INTERESTING = [0, 1, 0x7F, 0x80, 0xFF]
NUMBERS = [0, 1, -1, 2, 7, 255, 65536, 2**31 - 1, 2**31, -(2**31), 2**32, 2**40, 2**53, 2**62, 2**63 - 1, -(2**63)]


def mutate_bytes(data: bytes, random: Random) -> bytes:
    """Does one to four small things to the bytes."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        if not changed:
            break
        random.choice(MUTATIONS)(changed, random)
    return bytes(changed)


def place(data: bytearray, random: Random) -> int:
    """Headers and the beginnings of messages are more telling than the numbers of weights."""
    limit = len(data) if random.random() < 0.5 else min(len(data), 2048)
    return random.randrange(limit)


def flip_bit(data: bytearray, random: Random) -> None:
    data[place(data, random)] ^= 1 << random.randrange(8)


def set_byte(data: bytearray, random: Random) -> None:
    data[place(data, random)] = random.choice(INTERESTING)


def truncate(data: bytearray, random: Random) -> None:
    del data[place(data, random) :]


def remove(data: bytearray, random: Random) -> None:
    start = place(data, random)
    del data[start : start + random.choice([1, 2, 4, 8, 64, 1000])]


def repeat(data: bytearray, random: Random) -> None:
    start = place(data, random)
    part = data[start : start + random.choice([1, 2, 8, 100, 1000])]
    data[start:start] = part * random.choice([1, 2, 50])


def exchange(data: bytearray, random: Random) -> None:
    size = random.choice([1, 4, 16, 100])
    first, second = place(data, random), place(data, random)
    a, b = bytes(data[first : first + size]), bytes(data[second : second + size])
    data[first : first + len(a)], data[second : second + len(b)] = (b + a)[: len(a)], (a + b)[: len(b)]


def write_number(data: bytearray, random: Random) -> None:
    number = random.choice(NUMBERS).to_bytes(8, "little", signed=True) if random.random() < 0.8 else b"\xff" * 8
    size, start = random.choice([2, 4, 8]), place(data, random)
    data[start : start + size] = number[:size]


def grow_length(data: bytearray, random: Random) -> None:
    """Adds to a byte, which in most formats is the length of something."""
    start = place(data, random)
    data[start] = (data[start] + random.choice([-2, -1, 1, 2, 16])) & 0xFF


MUTATIONS = [flip_bit, set_byte, truncate, remove, repeat, exchange, write_number, grow_length]
