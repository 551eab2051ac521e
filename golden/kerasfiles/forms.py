"""The file forms by name: which Keras writes them, and whether they hold the network's configuration."""

from __future__ import annotations

from dataclasses import dataclass

from kerasfiles.containers import REWRITTEN


@dataclass(frozen=True)
class Form:
    """`suffix` follows the form's name in a file's name; `rewritten` names another physical form of `of`."""

    name: str
    keras: int
    suffix: str
    whole: bool
    about: str
    of: str | None = None
    rewritten: str | None = None

    @property
    def file(self) -> str:
        return self.name + self.suffix


FULL2 = Form("keras2-full", 2, ".h5", True, "full .h5 of Keras 2.15")
LEGACY = Form("keras2-legacy-weights", 2, ".h5", False, "weights alone, .h5 of Keras 2, names of any length")
WEIGHTS2 = Form("keras2", 2, ".weights.h5", False, ".weights.h5 of Keras 2.15")
ARCHIVE2 = Form("keras2", 2, ".keras", True, ".keras of Keras 2.15")
FULL3 = Form("keras3-full", 3, ".h5", True, "full .h5 of Keras 3")
WEIGHTS3 = Form("keras3", 3, ".weights.h5", False, ".weights.h5 of Keras 3")
ARCHIVE3 = Form("keras3", 3, ".keras", True, ".keras of Keras 3")
IMITATED = Form("keras205-full-imitated", 2, ".h5", True, "full .h5 in the form of Keras 2.0.5, imitated")

ABOUT = {
    "h5py2": "names of fixed length, as h5py 2 wrote them",
    "split-names": "names of the layers split over three attributes",
    "superblock1": "superblock 1",
    "superblock2": "superblock 2",
    "superblock3": "superblock 3",
    "gzip-shuffle": "chunked, gzip and shuffle",
    "superblock3-gzip": "superblock 3, chunked, gzip and shuffle",
}


def rewritten(form: Form) -> tuple[Form, ...]:
    """The physical forms of a file that Keras writes in one form only."""
    stem, kind = ("weights", "weights alone, .h5 of Keras 2") if form is LEGACY else ("full", form.about)
    return tuple(
        Form(f"{name}-{stem}", form.keras, form.suffix, form.whole, f"{kind}; {ABOUT[name]}", form.name, name)
        for name in REWRITTEN
    )


PLAIN = (FULL2, LEGACY, WEIGHTS2, ARCHIVE2, FULL3, WEIGHTS3, ARCHIVE3)
OF_WEIGHTS, OF_FULL = rewritten(LEGACY), rewritten(FULL2)
EVERY = (*PLAIN, *OF_WEIGHTS, *OF_FULL, IMITATED)

# What is written of every full-size network: physical forms of whole files say no more than those of weights.
FULL_SIZE_FORMS = (*PLAIN, *OF_WEIGHTS, *(form for form in OF_FULL if form.rewritten in ("h5py2", "superblock3-gzip")))
