"""Files made twice have the same bytes: TensorFlow in one thread, no time of day, which Keras stamps archives with."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
