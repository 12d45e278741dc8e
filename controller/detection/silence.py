"""When silence is a fault (trust.md R6, R10): pure, the time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.severity import Severity
from controller.detection.hours.week import Hours
from controller.fleet.machine import GoodbyeReason, MachineRole

# A beat each 15 s, two missed make it suspect; this confirms it, so that the incident stands within 3 min.
SERVER_QUIET_S = 150.0
OFFICE_QUIET_S = 900.0
# Two beats missed: suspect. A neighbour may be asked; what it says may confirm it.
SUSPECT_S = 35.0
# Even a neighbour's word waits for this: an agent whose line was cut for a moment is back by then (R7a).
CONFIRMED_S = 60.0
# A goodbye without a return time is believed for so long; STOPPED, until the return.
RETURN_WITHIN = timedelta(minutes=30)

GRACE_S = 120.0
GRACE_LIMIT_S = 300.0
MOST = 0.8


@dataclass(frozen=True, slots=True)
class Standing:
    """How a machine stands. `heard_at`: its last sign of life. `quiet_s`: how long nothing was heard while
    we ourselves were well; `away_s`: how long ago it said goodbye (both monotonic). `returns_in_s`: what it
    said then of its return. `confirmed`: a neighbour saw that the machine does not answer."""

    role: MachineRole
    zone: str
    heard_at: datetime
    quiet_s: float
    goodbye_reason: GoodbyeReason | None = None
    away_s: float = 0.0
    returns_in_s: float | None = None
    confirmed: bool = False


def is_silent(standing: Standing, now: datetime, hours: Hours | None) -> bool:
    """Whether the silence is a fault at `now`. `hours`: when a desktop or laptop is expected; None: never."""
    if standing.role is not MachineRole.SERVER:
        # An office that went home is no fault: the silence must begin and last inside the hours.
        return (
            standing.goodbye_reason is None
            and standing.quiet_s >= OFFICE_QUIET_S
            and hours is not None
            and hours.hold_throughout(standing.heard_at, now, standing.zone)
        )
    if standing.goodbye_reason is None:
        return standing.quiet_s >= (CONFIRMED_S if standing.confirmed else SERVER_QUIET_S)
    if standing.quiet_s < SERVER_QUIET_S:
        return False
    if standing.returns_in_s is not None:
        return standing.away_s > standing.returns_in_s
    if standing.goodbye_reason is GoodbyeReason.STOPPED:
        return False
    return standing.away_s > RETURN_WITHIN.total_seconds()


def severity(role: MachineRole) -> Severity:
    """What the silence of such a machine is worth, as far as this room can tell."""
    return Severity.CRITICAL if role is MachineRole.SERVER else Severity.HIGH


def holds_judgement(well_for_s: float, expected: int, back: int) -> bool:
    """Whether judgement waits, after our start or stall `well_for_s` ago: 2 minutes at least, until 80 % of
    the agents expected are back, but never longer than 5 minutes."""
    if well_for_s < GRACE_S:
        return True
    return well_for_s < GRACE_LIMIT_S and back < MOST * expected
