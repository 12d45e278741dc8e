"""Pure: machines of one place that vanish together have one cause, the line or the power (trust.md R6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from controller.detection.silence import SUSPECT_S
from controller.fleet.machine import MachineRole

# Power and lines fail for all within a moment; beats come every 15 s, and a UPS holds some a little longer.
TOGETHER = timedelta(seconds=60)
# After the first is back the others have so long to come as well, before each is judged by itself: agents
# try again after 60 s at most (R7a).
COMING_BACK = timedelta(seconds=150)
# An office that goes home early goes within so long.
LEAVING = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A machine of the place that should be talking to us. `quiet_s` as in `Standing`."""

    machine_id: UUID
    role: MachineRole
    heard_at: datetime
    quiet_s: float


def vanished_together(first: Neighbour, place: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    """All who went with `first`, itself among them; empty when it went alone, or somebody is still there.

    A laptop that left with the others belongs to them, but proves nothing: it goes when its owner goes.
    """
    there = [one for one in place if one.heard_at > first.heard_at - TOGETHER]
    settled = [one for one in there if one.role is not MachineRole.LAPTOP]
    if len(settled) < 2 or any(one.quiet_s < SUSPECT_S for one in settled):
        return ()
    return tuple(one for one in there if one.quiet_s >= SUSPECT_S)


def office_leaves(first: Neighbour, place: Iterable[Neighbour], said_goodbye: int) -> bool:
    """Whether desktops and laptops are leaving one by one, a third of them or more: people go home early, or
    to lunch. What goes in one moment (a switch, a line) is something else. `said_goodbye`: how many of them
    shut down in the same time."""
    near = [one for one in place if one.role is not MachineRole.SERVER and one.machine_id != first.machine_id]
    lately = [one for one in near if one.heard_at > first.heard_at - LEAVING]
    gone = [
        one for one in lately if one.quiet_s >= SUSPECT_S and abs(one.heard_at - first.heard_at) > TOGETHER
    ]
    left = len(gone) + said_goodbye
    return left >= 2 and 3 * left >= len(lately) + said_goodbye
