"""Random incidents, plans and calendars, full of ties: events fall on quarters of an hour."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from controller.sla.calendar import Calendar
from controller.sla.durations import minutes
from controller.sla.events import KINDS, Event
from controller.sla.plan import CLOCKS, ESCALATION_ORIGINS, SEVERITY_CHANGES, Plan, Severity, default_plan

OPENED = datetime(2026, 3, 27, 10, tzinfo=UTC)
OFFICE = Calendar("Europe/Madrid", (((540, 840), (960, 1140)),) * 5 + ((), ()))
CALENDARS = {"office": OFFICE}
_SEVERITIES = ("critical", "high", "normal")


@dataclass(frozen=True)
class Story:
    plan: Plan
    events: list[Event]
    end: datetime


def story(random: Random, **always: object) -> Story:
    """Up to 14 events after the opening within some four days; `always` are fields the plan must have."""
    plan = replace(
        default_plan(),
        severity_change=random.choice(SEVERITY_CHANGES),
        escalation_origin=random.choice(ESCALATION_ORIGINS),
        pausable=random.choice(((), CLOCKS, CLOCKS[1:4], CLOCKS[:1])),
        pause_max=random.choice((None, None, minutes(60), minutes(300))),
        hours=random.choice(({}, dict.fromkeys(CLOCKS, "office"), {"update_every": "office"})),
    )
    plan = replace(plan, **always)  # type: ignore[arg-type]
    severity = random.choice(_SEVERITIES)
    events = [Event("opened", OPENED, OPENED, "0", severity)]
    spread = random.choice((30, 100, 400))
    events += [_event(random, number, spread) for number in range(1, random.randrange(2, 15))]
    return Story(plan, events, OPENED + timedelta(minutes=15 * (spread + random.randrange(200))))


def _event(random: Random, number: int, spread: int) -> Event:
    kind = random.choice((*KINDS[1:], "responded", "updated_customer", "paused", "resumed"))
    at = OPENED + timedelta(minutes=15 * random.randrange(spread))
    return Event(
        kind,
        at,
        at + timedelta(minutes=random.choice((0, 0, 0, 40, 600))),
        str(number),
        random.choice(_SEVERITIES) if kind == "severity_changed" else None,
        random.choice((2, 3)) if kind == "escalated" else None,
        auto=random.random() < 0.1,
    )


def without_days(plan: Plan) -> Plan:
    """Promises in days are no sums of open time (T11)."""
    severities = {
        name: Severity(
            name, {clock: minutes(p.nominal.total_seconds() / 60) for clock, p in old.promises.items()}
        )
        for name, old in plan.severities.items()
    }
    return replace(plan, severities=severities)
