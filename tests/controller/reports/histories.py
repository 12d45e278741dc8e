"""Small incidents to count, told in minutes after their opening."""

from datetime import UTC, datetime, timedelta
from typing import Any

from controller.reports.verdict import Deed, Told
from controller.sla.clock import evaluate
from controller.sla.events import Event
from controller.sla.plan import Plan, default_plan

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = timedelta(days=30)
PLAN = default_plan()


def event(kind: str, opened: datetime, minute: float, number: int, **more: Any) -> Event:
    at = opened + timedelta(minutes=minute)
    return Event(kind, at, at, f"{kind}-{number}", **more)


def incident(
    number: int,
    *happened: tuple[str, float] | tuple[str, float, dict[str, Any]],
    severity: str = "critical",
    customer: str = "Sol",
    opened: datetime = MONDAY,
    undetected: timedelta = timedelta(0),
    plan: Plan = PLAN,
    as_of: datetime = MONDAY + LATER,
    deeds: tuple[Deed, ...] = (),
) -> Told:
    """`happened`: a kind, minutes after the opening, and what else the event carries."""
    events = [Event("opened", opened, opened, f"opened-{number}", severity)]
    for position, one in enumerate(happened):
        more = one[2] if len(one) == 3 else {}
        events.append(event(one[0], opened, one[1], position, **more))
    state = evaluate(plan, {}, events, as_of)
    return Told(number, customer, opened - undetected, opened, plan, "1", state, tuple(events), deeds)
