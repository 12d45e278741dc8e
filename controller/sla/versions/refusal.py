"""What makes a new version impossible beside those that are there, with everything that is wrong at once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from controller.core.severity import Severity
from controller.sla.errors import Fault
from controller.sla.plan import ALL_HOURS, Plan
from controller.sla.plan_file import NamedCalendar, read_calendar, read_plan
from controller.sla.versions.version import Book, soon


def plan_beside(book: Book, document: str, customer_id: UUID | None, now: datetime) -> Plan:
    """The plan that is in force from its `effective_from`, or from the next second where it names none.

    Raises `PlanInvalid` with every fault: those of the document, an incident's severity that it lacks, a
    calendar that will not be there, a version that begins at the same instant.
    """

    def further(plan: Plan) -> Iterable[Fault]:
        begins = plan.effective_from or soon(now)
        yield from lacking(plan)
        known = book.calendars_at(customer_id, begins)
        for clock, name in plan.hours.items():
            if name != ALL_HOURS and name not in known:
                limit = f"there is no calendar {name!r} at that time"
                way_out = "One of " + ", ".join([ALL_HOURS, *sorted(known)])
                yield Fault(f"hours.{clock}", "unknown_calendar", limit, way_out)
        for one in book.plans:
            if (one.customer_id, one.effective_from) == (customer_id, begins):
                yield _overlapping()

    return read_plan(document, None, now, further=further)


def calendar_beside(book: Book, document: str, customer_id: UUID | None, now: datetime) -> NamedCalendar:
    """Raises `PlanInvalid` with every fault: those of the document, a version that begins at that instant."""

    def further(read: NamedCalendar) -> Iterable[Fault]:
        begins = read.effective_from or soon(now)
        for one in book.calendars:
            if (one.customer_id, one.name, one.effective_from) == (customer_id, read.name, begins):
                yield _overlapping()

    return read_calendar(document, now, further=further)


def lacking(plan: Plan) -> Iterable[Fault]:
    """Incidents have these severities: a plan without one could not govern them."""
    for severity in Severity:
        if plan.severities and severity.value not in plan.severities:
            yield Fault(f"severity.{severity.value}", "missing", "incidents may have this severity",
                        f"Add a table [severity.{severity.value}]")  # fmt: skip


def _overlapping() -> Fault:
    return Fault("effective_from", "overlapping", "another version begins at that time",
                 "Let each version begin at its own instant")  # fmt: skip
