"""When we could have known (contract.md T2)."""

from datetime import timedelta

from controller.fleet.intake.blindness import Blindness, opened_at
from tests.support.clocks import NOON


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


AWAY = Blindness(NOON, NOON + minutes(11))
RECEIVED = NOON + minutes(12)


def test_what_was_found_while_we_were_away_opened_when_it_was_found() -> None:
    assert opened_at(NOON + minutes(3), RECEIVED, [AWAY]) == NOON + minutes(3)


def test_what_was_found_before_or_after_opened_when_it_was_received() -> None:
    """The agent's own line was down: that is not our absence."""
    assert opened_at(NOON - minutes(30), RECEIVED, [AWAY]) == RECEIVED
    assert opened_at(NOON + minutes(11.5), RECEIVED, [AWAY]) == RECEIVED
    assert opened_at(NOON + minutes(3), RECEIVED, []) == RECEIVED


def test_what_was_on_its_way_when_we_went_belongs_to_our_absence() -> None:
    just_before = NOON - timedelta(seconds=2)
    assert opened_at(just_before, RECEIVED, [AWAY]) == just_before


def test_it_never_opens_after_its_receipt() -> None:
    assert opened_at(NOON + minutes(5), NOON + minutes(4), [AWAY]) == NOON + minutes(4)
