"""Which promise presses now: what every list of incidents is ordered by."""

from datetime import datetime

from controller.sla.state import BREACHED, PENDING, Clock, State


def still_owed(clock: Clock, state: State) -> bool:
    """Whether a missed promise still burns: nobody has done yet what was promised."""
    if clock.state != BREACHED or state.status != "open":
        return False
    if clock.name == "first_response":
        return state.answered_at is None
    if clock.name in ("escalate_l2", "escalate_l3"):
        return state.level < int(clock.name[-1])
    return True


def next_promise(state: State) -> Clock | None:
    """The promise that ends first, or ended longest ago and is still owed; None when none presses.

    Of the update windows the last one speaks. A paused clock has no due and presses nobody.
    """
    speaking = [*state.clocks.values(), *state.updates[-1:]]
    pressing = [
        (clock.due, position, clock)
        for position, clock in enumerate(speaking)
        if clock.due is not None and (clock.state == PENDING or still_owed(clock, state))
    ]
    return min(pressing)[2] if pressing else None


def due_of_pressing(state: State) -> datetime | None:
    """When that promise ends; in the past when it is still owed. It changes with what happens and with what
    the engine does, and by no passing of time alone: so it may be kept as an index."""
    clock = next_promise(state)
    return clock.due if clock is not None else None
