"""A plan: what is promised, by severity, and how its clocks are counted (contract.md, "The default plan").

A plan is data with versions. The version in force at `opened` governs the whole incident (T14).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from controller.sla.calendar import ALWAYS, Calendar
from controller.sla.durations import Duration, duration

CLOCKS = ("first_response", "update_every", "escalate_l2", "escalate_l3", "resolution")
ESCALATION_ORIGINS = ("response_or_deadline", "response")
SEVERITY_CHANGES = ("fair", "from_origin", "restart")
ALL_HOURS = "24x7"


@dataclass(frozen=True, slots=True)
class Severity:
    """`promises` maps a clock's name to its duration; a clock that is not there is not promised.

    `contact_counts`: channels that count as an answer, empty for all; `contact_recommended` is advice.
    """

    name: str
    promises: Mapping[str, Duration]
    contact_recommended: tuple[str, ...] = ()
    contact_counts: tuple[str, ...] = ()

    def more_severe_than(self, other: "Severity") -> bool:
        """More severe is the shorter first response (T6); equal ones are not."""
        mine, theirs = self.promises.get("first_response"), other.promises.get("first_response")
        if mine is None or theirs is None:
            return theirs is None and mine is not None
        return mine.nominal < theirs.nominal


@dataclass(frozen=True, slots=True)
class Plan:
    """`hours` maps a clock to a calendar's name; one that is not there runs on 24x7.

    `warn_at`: fractions (0..1, ascending) of a deadline at which those who can still save it are told.
    `pause_max` is elapsed time. `zone` is where days begin in reports (T12). `first_response_target` and
    `escalation_and_update_target` are ratios (0..1] of incidents.
    """

    name: str
    severities: Mapping[str, Severity]
    zone: str = "UTC"
    effective_from: datetime | None = None
    escalation_origin: str = "response_or_deadline"
    severity_change: str = "fair"
    pausable: tuple[str, ...] = ()
    pause_max: Duration | None = None
    warn_at: tuple[float, ...] = (0.5, 0.8)
    close_after_days: int = 5
    hours: Mapping[str, str] = field(default_factory=dict)
    first_response_target: float = 0.95
    escalation_and_update_target: float = 0.90

    def calendar(self, clock: str, calendars: Mapping[str, Calendar]) -> Calendar:
        """Raises KeyError for a calendar that nobody handed over: a plan is checked when it is read."""
        name = self.hours.get(clock, ALL_HOURS)
        return ALWAYS if name == ALL_HOURS else calendars[name]


def default_plan() -> Plan:
    """ "Soporte completo": 24x7 for every clock, pauses nothing, lets every channel count."""
    rows = (
        ("critical", ("30m", "2h", "4h", "8h"), ("phone",)),
        ("high", ("2h", "4h", "8h", "16h"), ("phone", "email", "web")),
        ("normal", ("4h", "1d", "2d", "4d"), ("email", "web")),
    )
    return Plan(
        name="Soporte completo",
        zone="America/Mexico_City",
        pause_max=duration("2d"),
        severities={
            name: Severity(
                name,
                {clock: duration(written) for clock, written in zip(CLOCKS, promised, strict=False)},
                recommended,
            )
            for name, promised, recommended in rows
        },
    )
