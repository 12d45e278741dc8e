"""What is new, known and missing in one lane (trust.md R2)."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from controller.fleet.intake.cursor import GAPS_LIMIT, PATIENCE, Cursor
from tests.support.clocks import NOON


def test_in_order_everything_is_new_once() -> None:
    cursor = Cursor()
    assert [cursor.take(n, NOON) for n in (1, 2, 2, 3, 1)] == [True, True, False, True, False]
    assert cursor.acknowledged(NOON) == 3


def test_a_gap_holds_the_acknowledgement_for_a_while_and_no_longer() -> None:
    """Until then an agent that still has the records sends them; afterwards nothing waits for them."""
    cursor = Cursor()
    cursor.take(1, NOON)
    cursor.take(5, NOON)
    assert cursor.acknowledged(NOON) == 1
    assert [(gap.first, gap.last) for gap in cursor.wanted(NOON)] == [(2, 4)]
    assert cursor.acknowledged(NOON + PATIENCE) == 5
    assert cursor.take(3, NOON + timedelta(hours=1)), "late, but new all the same"
    assert not cursor.take(3, NOON + timedelta(hours=1))


def test_what_the_agent_gave_up_is_no_gap() -> None:
    cursor = Cursor()
    cursor.take(10, NOON)
    assert cursor.forgive(1, 9) == 9
    assert cursor.acknowledged(NOON) == 10


@given(st.lists(st.integers(1, 40), max_size=120))
def test_in_any_order_each_is_taken_once_and_an_acknowledgement_never_lies(sequences: list[int]) -> None:
    """Every sequence is new exactly at its first coming; all up to the acknowledged one have come."""
    cursor, come = Cursor(), set[int]()
    for sequence in sequences:
        assert cursor.take(sequence, NOON) == (sequence not in come)
        come.add(sequence)
        assert set(range(1, cursor.acknowledged(NOON) + 1)) <= come
    assert cursor.high == max(come, default=0)


def test_a_hostile_agent_cannot_make_gaps_without_end() -> None:
    cursor = Cursor()
    for n in range(1, 1_000):
        cursor.take(2 * n, NOON)
    assert len(cursor.gaps) == GAPS_LIMIT
