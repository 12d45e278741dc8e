"""When silence is a fault (trust.md R6, R10): pure, the time is an argument."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from controller.core.severity import Severity
from controller.fleet.machine import GoodbyeReason, MachineRole

# A beat each 15 s, two missed make it suspect; this confirms it, so that the incident stands within 3 min.
SERVER_QUIET_S = 150.0
OFFICE_QUIET_S = 900.0
# A goodbye without a return time is believed for so long; STOPPED, until the return.
RETURN_WITHIN = timedelta(minutes=30)

GRACE_S = 120.0
GRACE_LIMIT_S = 300.0
MOST = 0.8


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When desktops and laptops are expected: on the customer's wall clock, Monday (0) to Sunday (6)."""

    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    opens: time = time(9)
    closes: time = time(18)

    def both_inside(self, first: datetime, second: datetime, zone: str) -> bool:
        """Whether both instants lie in the same day's hours."""
        here = ZoneInfo(zone)
        one, other = first.astimezone(here), second.astimezone(here)
        return (
            one.date() == other.date()
            and one.weekday() in self.weekdays
            and all(self.opens <= local.time() < self.closes for local in (one, other))
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a machine stands. `heard_at`: its last sign of life. `quiet_s`: how long nothing was heard while
    we ourselves were well (monotonic)."""

    role: MachineRole
    zone: str
    heard_at: datetime
    quiet_s: float
    goodbye_reason: GoodbyeReason | None = None
    goodbye_at: datetime | None = None
    expected_return_at: datetime | None = None


def is_silent(standing: Standing, now: datetime, hours: OfficeHours) -> bool:
    """Whether the silence is a fault at `now`."""
    if standing.role is not MachineRole.SERVER:
        # An office that went home is no fault: the silence must begin and last inside the hours.
        return (
            standing.goodbye_reason is None
            and standing.quiet_s >= OFFICE_QUIET_S
            and hours.both_inside(standing.heard_at, now, standing.zone)
        )
    if standing.quiet_s < SERVER_QUIET_S:
        return False
    if standing.goodbye_reason is None:
        return True
    if standing.expected_return_at is not None:
        return now > standing.expected_return_at
    if standing.goodbye_reason is GoodbyeReason.STOPPED or standing.goodbye_at is None:
        return False
    return now > standing.goodbye_at + RETURN_WITHIN


def severity(role: MachineRole) -> Severity:
    """What the silence of such a machine is worth, as far as this room can tell."""
    return Severity.CRITICAL if role is MachineRole.SERVER else Severity.HIGH


def holds_judgement(well_for_s: float, expected: int, back: int) -> bool:
    """Whether judgement waits, after our start or stall `well_for_s` ago: 2 minutes at least, until 80 % of
    the agents expected are back, but never longer than 5 minutes."""
    if well_for_s < GRACE_S:
        return True
    return well_for_s < GRACE_LIMIT_S and back < MOST * expected
