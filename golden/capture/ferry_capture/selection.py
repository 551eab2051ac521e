"""Which values inside the graph are stored, and what is said about those that are not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ferry_capture.errors import UsageError

ALL, NONE = "all", "none"


@dataclass(frozen=True)
class LayerSelection:
    """`names` is ("all",), ("none",), or names, where * stands for anything. `largest` bounds a value's elements."""

    names: Sequence[str] = (ALL,)
    largest: int | None = None

    def wanted(self, available: Iterable[str]) -> list[str]:
        """Those of the available names that are asked for, in their order.

        Raises:
            UsageError: for a name that is not there, with those that are like it.
        """
        available = list(available)
        if list(self.names) == [ALL]:
            return available
        if list(self.names) == [NONE]:
            return []
        wanted, known = set(), set(available)
        for name in self.names:
            found = {name} if name in known else set()
            if not found and "*" in name:
                pattern = name.replace("[", "[[]")  # the brackets of a name are no pattern
                found = {candidate for candidate in available if fnmatchcase(candidate, pattern)}
            if not found:
                close = difflib.get_close_matches(name, available, 3, 0.3) or available[:3]
                raise UsageError(
                    f'the model has no value "{name}" that can be captured as a layer',
                    supported="all, none, or names such as " + ", ".join(f'"{other}"' for other in close)
                    if close
                    else "all, none",
                    hint="* stands for anything in a name",
                )
            wanted |= found
        return [name for name in available if name in wanted]

    def is_too_large(self, elements: int) -> bool:
        return self.largest is not None and elements > self.largest


@dataclass(frozen=True)
class LeftOut:
    """Values that are not stored. `counts` says whether they belong to what was to be captured: floating-point values
    inside the graph that depend on what the inputs hold."""

    reason: str
    names: tuple[str, ...]
    counts: bool = True


@dataclass
class Account:
    """What became of a graph's values."""

    captured: list[str] = field(default_factory=list)
    left_out: dict[tuple[str, bool], list[str]] = field(default_factory=dict)

    def leave_out(self, name: str, reason: str, *, counts: bool = True) -> None:
        self.left_out.setdefault((reason, counts), []).append(name)

    def result(self) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(reason, tuple(names), counts) for (reason, counts), names in self.left_out.items())
