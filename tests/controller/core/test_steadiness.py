"""A wall clock that somebody sets is seen, and is not believed at once when it was set forward."""

from datetime import datetime, timedelta

from controller.core.steadiness import GRACE_S, Steadiness
from tests.support.clocks import JumpingClock

MINUTE = timedelta(minutes=1)


class SetClock(JumpingClock):
    """Its wall clock can be `put` forward or back while time itself goes on."""

    put = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.put

    def pass_by(self, time: timedelta) -> None:
        self.set(super().now() + time)


def test_time_that_passes_and_a_time_server_are_no_jump() -> None:
    """An hour's sleep, and half a minute of correction."""
    clock = SetClock()
    steadiness = Steadiness(clock)
    for passed, put in ((60, 0), (3_600, 0), (5, 30), (5, 5)):
        clock.pass_by(timedelta(seconds=passed))
        clock.put = timedelta(seconds=put)
        assert steadiness.look() is None
        assert steadiness.held_s() == 0


def test_forward_it_is_held_for_two_minutes_and_then_believed() -> None:
    clock = SetClock()
    steadiness = Steadiness(clock)
    clock.put = 60 * MINUTE
    assert steadiness.look() == 60 * MINUTE
    assert steadiness.held_s() == GRACE_S
    clock.pass_by(MINUTE)
    assert steadiness.look() is None
    assert steadiness.held_s() == GRACE_S - 60
    clock.pass_by(MINUTE)
    assert steadiness.look() is None
    assert steadiness.held_s() == 0


def test_set_back_in_time_it_is_believed_at_once() -> None:
    """An error of an hour, mended ten seconds later; and a jump back alone makes nothing early."""
    clock = SetClock()
    steadiness = Steadiness(clock)
    clock.put = 60 * MINUTE
    assert steadiness.look() == 60 * MINUTE
    clock.put = timedelta(0)
    assert steadiness.look() == -60 * MINUTE
    assert steadiness.held_s() == 0
    clock.put = -5 * MINUTE
    assert steadiness.look() == -5 * MINUTE
    assert steadiness.held_s() == 0
