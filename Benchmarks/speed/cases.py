"""What is measured: networks in .cache/bench, each with the shape of its input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TINY = "tiny_300"
"""Many nodes that compute next to nothing: speed/tiny.py"""
PRODUCTS = "products"
"""Matrix products alone: speed/products.py"""


@dataclass(frozen=True)
class Case:
    """A network at one size. `quick` cases are those that CI measures."""

    name: str
    network: str
    shape: tuple[int, int, int, int]
    quick: bool = False

    def onnx(self, folder: Path) -> Path:
        return folder / f"{self.network}.onnx"

    def bundle(self, folder: Path) -> Path:
        return folder / f"{self.network}.ferry"

    @property
    def shape_text(self) -> str:
        return "x".join(map(str, self.shape))


CASES = (
    Case("MobileNet-224", "mobilenet_w1", (1, 3, 224, 224), quick=True),
    Case("Xception-299", "xception_299", (1, 3, 299, 299)),
    Case("Xception-150", "member_xception_512", (1, 3, 150, 150), quick=True),
    Case("EfficientNet-B1-240", "efficientnet_b1_240", (1, 3, 240, 240)),
    Case("B1-150", "member_b1_512", (1, 3, 150, 150), quick=True),
    Case("CenterFace-512", "centerface_512", (1, 3, 512, 512)),
    Case("Xception-150, batch 30", "member_xception_512", (30, 3, 150, 150)),
    Case("B1-150, batch 30", "member_b1_512", (30, 3, 150, 150)),
)


def chosen(quick: bool, networks: list[str]) -> list[Case]:
    """The cases asked for, by network or by name."""
    cases = [case for case in CASES if case.quick or not quick]
    if not networks:
        return cases
    found = [case for case in CASES if case.network in networks or case.name in networks]
    known = {name for case in CASES for name in (case.network, case.name)}
    if unknown := [name for name in networks if name not in known]:
        supported = ", ".join(dict.fromkeys(case.network for case in CASES))
        raise SystemExit(f"error: there is no network {', '.join(unknown)} here\n  supported: {supported}")
    return found
