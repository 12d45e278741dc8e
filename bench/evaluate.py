"""CPU of `evaluate` for an incident of 200 events, beside a bare loop over the same events.

The bare loop sorts the events and adds each promise to its event, without any rule: the least that any such
function does. Run: `.venv/bin/python bench/evaluate.py`
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from dataclasses import replace

from controller.sla.calendar import Calendar
from controller.sla.clock import evaluate
from controller.sla.events import Event
from controller.sla.plan import CLOCKS, Plan, default_plan

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
BOGOTA = (((480, 720), (840, 1080)),) * 5 + ((), ())
CYCLE = ("updated_customer", "paused", "resumed", "updated_customer", "severity_changed", "updated_customer",
         "escalated", "updated_customer", "resolved", "reopened")  # fmt: skip


def incident(size: int, mixed: bool) -> list[Event]:
    """`size` events 25 minutes apart, `mixed` with pauses, severities, escalations and reopenings."""
    events = [Event("opened", START, START, "0", severity="critical")]
    events.append(Event("responded", START + timedelta(minutes=20), START + timedelta(minutes=20), "1"))
    while len(events) < size:
        number = len(events)
        at = START + timedelta(minutes=25 * number)
        kind = CYCLE[number % len(CYCLE)] if mixed else "updated_customer"
        severity = ("high", "critical", "normal")[number // 10 % 3] if kind == "severity_changed" else None
        events.append(Event(kind, at, at, str(number), severity, 2 if kind == "escalated" else None))
    return events


def bare(events: list[Event]) -> list[datetime]:
    promise = timedelta(hours=2)
    return [event.at + promise for event in sorted(events, key=lambda e: (e.at, e.recorded_at, e.kind, e.id))]


def cpu_ms(run: object, rounds: int = 200) -> float:
    """The least of several rounds' averages: what the work costs, without the neighbours."""
    best = float("inf")
    for _ in range(7):
        began = time.process_time()
        for _ in range(rounds // 7):
            run()  # type: ignore[operator]
        best = min(best, (time.process_time() - began) / (rounds // 7))
    return best * 1000


def main() -> None:
    office = {"office": Calendar("America/Bogota", BOGOTA)}
    plan = replace(default_plan(), pausable=CLOCKS[1:4])
    split = replace(plan, hours=dict.fromkeys(CLOCKS, "office"))
    for name, mixed in (("updates only", False), ("every kind", True)):
        events = incident(200, mixed)
        end = events[-1].at + timedelta(hours=30)
        reference = cpu_ms(lambda e=events: bare(e))
        for hours, wanted, chosen in (("24x7", 1.0, plan), ("split shifts", 3.0, split)):
            cost = cpu_ms(lambda p=chosen, e=events, until=end: verdict(p, office, e, until))
            print(f"200 events, {name:12}  {hours:12}  {cost:6.3f} ms CPU (goal {wanted}), "
                  f"bare loop {reference:.3f} ms, ratio {cost / reference:.1f}")  # fmt: skip


def verdict(plan: Plan, calendars: dict[str, Calendar], events: list[Event], end: datetime) -> object:
    return evaluate(plan, calendars, events, end)


if __name__ == "__main__":
    main()
