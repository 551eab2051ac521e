"""The list of broken files, filled by the functions that make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Maker = Callable[[], bytes]


@dataclass(frozen=True)
class Fault:
    """A function that gives the bytes of a broken file, and what its refusal must say."""

    make: Maker
    code: str
    message: tuple[str, ...]
    about: str
    link: dict[str, str] | None
    ending: str

    @property
    def file(self) -> str:
        return self.make.__name__.replace("_", "-") + "." + self.ending

    def expectation(self) -> dict:
        entry = {"file": self.file, "code": self.code, "exitCode": 2, "message": self.message, "about": self.about}
        return entry | ({"link": self.link} if self.link else {})


FAULTS: list[Fault] = []


def fault(
    code: str, *message: str, link: dict[str, str] | None = None, ending: str = "onnx"
) -> Callable[[Maker], Maker]:
    """Registers a function as a broken file; its first docstring line says what is wrong."""

    def register(make: Maker) -> Maker:
        about = (make.__doc__ or "").strip().splitlines()[0]
        FAULTS.append(Fault(make, code, message, about, link, ending))
        return make

    return register
