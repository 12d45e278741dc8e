"""Plans and calendars as both doors read them: which versions there are, which one is meant, what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from controller.core.errors import Conflict, NotFound
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.sla.plan import ALL_HOURS, CLOCKS, Plan
from controller.sla.versions.changes import hours_written, plan_changes
from controller.sla.versions.version import Book, CalendarVersion, PlanVersion, Version
from controller.storage import Connection
from controller.words import plans as names
from controller.words.catalogue import Translator

One = TypeVar("One", PlanVersion, CalendarVersion)
_ORDER = {"in_force": 0, "coming": 1, "past": 2}
_APART = ("severity.", "hours.", "name")


@dataclass(frozen=True, slots=True)
class Listed:
    """`standing`: in_force, coming, past. `customer` "" for everybody's."""

    version: Version
    customer: str
    standing: str


@dataclass(frozen=True, slots=True)
class Promise:
    """`said`: "30 min"; `counts`: what of, "" where nothing is promised."""

    clock: str
    written: str
    said: str
    calendar: str
    counts: str


@dataclass(frozen=True, slots=True)
class SeverityRow:
    severity: str
    name: str
    promises: tuple[Promise, ...]
    contact: str
    counts: str


async def customer_named(connection: Connection, name: str | None) -> Customer | None:
    """None for no name. Raises `NotFound`."""
    if not name:
        return None
    found = await fleet.customer_named(connection, name)
    if found is None:
        raise NotFound("customer", name[:80])
    return found


def listed(known: Sequence[One], customers: Mapping[UUID, str], now: datetime) -> list[Listed]:
    """Everybody's first, then customers by name; of each what is in force, what comes, what was."""
    found = [
        Listed(one, customers.get(one.customer_id, "") if one.customer_id else "", standing(known, one, now))
        for one in known
    ]
    found.sort(key=lambda row: row.version.effective_from, reverse=True)
    calendars = {
        row.version.id: row.version.name for row in found if isinstance(row.version, CalendarVersion)
    }
    return sorted(
        found,
        key=lambda row: (row.customer.casefold(), calendars.get(row.version.id, ""), _ORDER[row.standing]),
    )


def standing(known: Sequence[One], one: One, now: datetime) -> str:
    if one.effective_from > now:
        return "coming"
    newer = (
        other.effective_from
        for other in known
        if (other.customer_id, _kin(other)) == (one.customer_id, _kin(one)) and other.effective_from <= now
    )
    return "in_force" if one.effective_from == max(newer) else "past"


def plan_called(book: Book, customer_id: UUID | None, reference: str | None, now: datetime) -> PlanVersion:
    """By "2026-12-01" among the customer's own (None: everybody's); without it the one that is in force for
    them. Raises `NotFound`, `Conflict` for a day on which several begin."""
    if not reference:
        found = book.plan_at(customer_id, now)
        if found is None:
            raise NotFound("plan in force at", now.isoformat())
        return found
    own = [one for one in book.plans if one.customer_id == customer_id]
    return _called(own, reference, "plan version")


def calendar_called(
    book: Book, customer_id: UUID | None, name: str, reference: str | None, now: datetime
) -> CalendarVersion:
    """As `plan_called`; of a calendar that is only to come, the first version."""
    if not reference:
        known = book.calendars_at(customer_id, now)
        if name in known:
            return known[name]
        coming = [
            one for one in book.calendars if one.name == name and one.customer_id in (None, customer_id)
        ]
        if not coming:
            raise NotFound("calendar", name[:80])
        return min(coming, key=lambda one: one.effective_from)
    own = [one for one in book.calendars if (one.name, one.customer_id) == (name, customer_id)]
    return _called(own, reference, "calendar version")


def table(plan: Plan, words: Translator) -> list[SeverityRow]:
    """The promises in words, by severity and clock; what each counts is said beside it (T11)."""
    rows = []
    for name, severity in plan.severities.items():
        promises = []
        for clock in CLOCKS:
            written = str(severity.promises.get(clock, ""))
            calendar = plan.hours.get(clock, ALL_HOURS)
            counts = names.counted(words, written, calendar)
            promises.append(Promise(clock, written, names.promise(words, written), calendar, counts))
        path = f"severity.{name}.contact_"
        rows.append(SeverityRow(
            name, names.severity(words, name), tuple(promises),
            names.value(words, f"{path}recommended", ", ".join(severity.contact_recommended) or "–"),
            names.value(words, f"{path}counts", ", ".join(severity.contact_counts)),
        ))  # fmt: skip
    return rows


def rules(plan: Plan, words: Translator) -> list[tuple[str, str]]:
    """What holds for every severity: name and value."""
    said = plan_changes(None, plan)
    return [
        (names.key(words, one.path), names.value(words, one.path, one.after))
        for one in said
        if not one.path.startswith(_APART)
    ]


def week(version: CalendarVersion, words: Translator) -> str:
    """ "lun–vie: 09:00–18:00"."""
    return names.week(words, [hours_written(tuple(sorted(hours))) for hours in version.calendar.weekly])


def _kin(one: Version) -> str:
    return one.name if isinstance(one, CalendarVersion) else ""


def _called(own: list[One], reference: str, noun: str) -> One:
    exact = [one for one in own if one.version == reference]
    found = exact or [one for one in own if one.version.partition("T")[0] == reference]
    if not found:
        raise NotFound(noun, reference[:40])
    if len(found) > 1:
        raise Conflict(f"several versions begin on {reference[:40]}; give the time as well")
    return found[0]
