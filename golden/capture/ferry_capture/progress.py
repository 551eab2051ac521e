"""One line that tells what goes on, on a terminal only."""

from __future__ import annotations

import sys


class Progress:
    """Writes over its own last line on standard error; says nothing where that is no terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = 0
        self._active = not quiet and sys.stderr is not None and sys.stderr.isatty()

    def say(self, text: str) -> None:
        if not self._active:
            return
        text = text[:100]
        sys.stderr.write("\r" + text + " " * max(self._shown - len(text), 0))
        sys.stderr.flush()
        self._shown = len(text)

    def clear(self) -> None:
        if self._active and self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
        self._shown = 0
