"""Which layers are captured."""

from __future__ import annotations

import pytest

from ferry_capture.errors import UsageError
from ferry_capture.selection import LayerSelection

NAMES = ["/stem/conv", "/stage/1/conv", "/stage/1/add", "odd[0]", "odd[1]"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["all"], NAMES),
        (["none"], []),
        (["/stage/1/add", "/stem/conv"], ["/stem/conv", "/stage/1/add"]),
        (["/stage/*"], ["/stage/1/conv", "/stage/1/add"]),
        (["*conv", "odd[0]"], ["/stem/conv", "/stage/1/conv", "odd[0]"]),
        (["odd[*"], ["odd[0]", "odd[1]"]),
    ],
)
def test_names_and_patterns(asked: list[str], found: list[str]) -> None:
    assert LayerSelection(asked).wanted(NAMES) == found


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(UsageError, match='no value "/stem/cnov"') as problem:
        LayerSelection(["/stem/cnov"]).wanted(NAMES)
    assert '"/stem/conv"' in str(problem.value.supported)
    with pytest.raises(UsageError):
        LayerSelection(["*pool"]).wanted(NAMES)


def test_size() -> None:
    assert LayerSelection(largest=10).is_too_large(11)
    assert not LayerSelection(largest=10).is_too_large(10)
    assert not LayerSelection().is_too_large(1 << 40)
