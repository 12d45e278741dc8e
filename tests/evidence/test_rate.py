"""A rate says how sure it is: few tries make a wide interval, and no tries say nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rate import Rate, wilson


def test_seven_of_twenty_is_said_as_people_write_it() -> None:
    assert str(Rate(7, 20)) == "7 of 20, 18-57 %"


@pytest.mark.parametrize(
    ("seen", "tried", "low", "high"),
    # Computed apart with 50 digits from the closed form.
    [(0, 5, 0.0, 0.4345), (5, 5, 0.5655, 1.0), (1, 2, 0.0945, 0.9055), (50, 1000, 0.0381, 0.0653)],
)
def test_the_interval_is_wilsons(seen: int, tried: int, low: float, high: float) -> None:
    assert wilson(seen, tried) == pytest.approx((low, high), abs=5e-5)


def test_nothing_tried_says_nothing() -> None:
    assert Rate(0, 0).interval == (0.0, 1.0)
    assert str(Rate(0, 0)) == "0 of 0"


def test_more_seen_than_tried_is_a_bug() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


@given(st.integers(1, 5_000).flatmap(lambda tried: st.tuples(st.integers(0, tried), st.just(tried))))
def test_the_share_lies_inside_and_the_other_verdict_mirrors_it(pair: tuple[int, int]) -> None:
    seen, tried = pair
    low, high = wilson(seen, tried)
    assert 0.0 <= low <= seen / tried <= high <= 1.0
    assert wilson(tried - seen, tried) == pytest.approx((1 - high, 1 - low), abs=1e-9)
