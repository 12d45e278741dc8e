"""Snapshots as few bytes: what goes in comes out, and nothing swells."""

import math
import zlib

from hypothesis import given
from hypothesis import strategies as st

from controller.fleet.series.packing import VALUES_LIMIT, Channel, layout, pack, unpack


@given(st.lists(st.floats(allow_infinity=False), max_size=300))
def test_what_is_packed_comes_back(values: list[float]) -> None:
    back = unpack(pack(values))
    assert len(back) == len(values)
    assert all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(back, values, strict=True))


def test_a_bomb_gives_no_more_than_the_limit() -> None:
    assert len(unpack(zlib.compress(b"\0" * 10_000_000))) == VALUES_LIMIT


def test_equal_layouts_are_one_whatever_the_order_of_attributes() -> None:
    one = layout([Channel("a", "1", {"x": "1", "y": "2"})])
    same = layout([Channel("a", "1", {"y": "2", "x": "1"})])
    other = layout([Channel("a", "1", {"x": "1", "y": "3"})])
    assert one.digest == same.digest != other.digest
