"""Files made twice have the same bytes: TensorFlow in one thread, archives without the hour and places in memory."""

from __future__ import annotations

import datetime
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import tensorflow as tf

STAMP = datetime.datetime(2026, 1, 1, 12, 0, 0)


def settle() -> None:
    """To be called before TensorFlow computes anything."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


class _Stopped(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return STAMP


@contextmanager
def fixed_time() -> Iterator[None]:
    """Within it, zip entries and Keras's metadata carry `STAMP`."""
    with (
        mock.patch("time.localtime", lambda *_: time.struct_time(STAMP.timetuple())),
        mock.patch("datetime.datetime", _Stopped),
    ):
        yield


def renumber(path: Path) -> None:
    """Objects that a configuration shares are called by where they lay in memory: here 1, 2, 3 in order."""
    with zipfile.ZipFile(path) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    numbers: dict[bytes, int] = {}

    def number(match: re.Match[bytes]) -> bytes:
        return match[1] + str(numbers.setdefault(match[2], len(numbers) + 1)).encode()

    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in entries:
            is_text = entry.filename == "config.json"
            archive.writestr(entry, re.sub(rb'("shared_object_id": )(\d+)', number, content) if is_text else content)
