"""Nearly everybody gone at once, at places that share nothing but us: then it is us."""

from collections.abc import Sequence
from uuid import UUID

from controller.detection.our_line import LIMIT_S, Ages, OurLine


def fleet(ages: Sequence[float], customers: int = 5) -> list[Ages]:
    return [
        Ages(UUID(int=number), (UUID(int=number % customers), None), age)
        for number, age in enumerate(ages, 1000)
    ]


def test_we_are_blind_when_most_go_together_and_see_again_when_half_are_back() -> None:
    line = OurLine()
    assert not line.look(fleet([5] * 20), 0)
    assert line.look(fleet([40] * 18 + [5] * 2), 40)
    assert line.look(fleet([300] * 12 + [5] * 8), 300)
    assert not line.look(fleet([310] * 8 + [5] * 12), 310)
    assert line.gone == frozenset()


def test_it_is_not_us_when_some_are_there_or_all_are_of_one_customer_or_left_long_ago() -> None:
    """A quarter is still heard; the sites of one customer share a line; an office went home hours ago."""
    assert not OurLine().look(fleet([40] * 15 + [5] * 5), 40)
    assert not OurLine().look(fleet([40] * 20, customers=1), 40)
    assert not OurLine().look(fleet([7200] * 18 + [5] * 2), 7200)
    assert not OurLine().look(fleet([40] * 4), 40)


def test_after_a_quarter_of_an_hour_nobody_believes_it_any_more() -> None:
    line = OurLine()
    assert line.look(fleet([40] * 20), 0)
    assert line.look(fleet([40 + LIMIT_S - 1] * 20), LIMIT_S - 1)
    assert not line.look(fleet([40 + LIMIT_S] * 20), LIMIT_S)
    assert len(line.gone) == 20
