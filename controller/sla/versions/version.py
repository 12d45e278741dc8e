"""Versions of plans and calendars, and which of them govern an incident (contract.md T14)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from controller.core.errors import NotFound
from controller.sla.calendar import Calendar
from controller.sla.plan import ALL_HOURS, Plan
from controller.words.formats import zone_named

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""The beginning of the first plan: no incident is older."""
One = TypeVar("One", "PlanVersion", "CalendarVersion")


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """`customer_id` None: for all who have none of their own. `document` is its TOML, word by word."""

    id: UUID
    customer_id: UUID | None
    effective_from: datetime
    plan: Plan
    document: str = ""
    created_by: str = ""

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def version(self) -> str:
        """How people call it."""
        return label(self.effective_from, self.plan.zone)


@dataclass(frozen=True, slots=True)
class CalendarVersion:
    """`customer_id` None: for all who have none of that name of their own."""

    id: UUID
    customer_id: UUID | None
    name: str
    effective_from: datetime
    calendar: Calendar
    document: str = ""
    created_by: str = ""

    @property
    def version(self) -> str:
        return label(self.effective_from, self.calendar.zone)


Version = PlanVersion | CalendarVersion


@dataclass(frozen=True, slots=True)
class Governing:
    """What governs an incident for good: the plan's version, and those of the calendars that it names."""

    chosen: PlanVersion
    calendar_versions: tuple[CalendarVersion, ...] = ()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        return self.chosen.plan

    @property
    def version(self) -> str:
        return self.chosen.version


@dataclass(frozen=True, slots=True)
class Book:
    """Versions that are known, in no order. They are few, since each is a contract somebody signed."""

    plans: tuple[PlanVersion, ...]
    calendars: tuple[CalendarVersion, ...] = ()

    def plan_at(self, customer_id: UUID | None, at: datetime) -> PlanVersion | None:
        """The customer's own at that instant, else everybody's, the latest of them."""
        return _latest(self.plans, customer_id, at)

    def calendars_at(self, customer_id: UUID | None, at: datetime) -> dict[str, CalendarVersion]:
        """By name: the customer's own of that name at that instant, else everybody's."""
        found: dict[str, list[CalendarVersion]] = {}
        for one in self.calendars:
            found.setdefault(one.name, []).append(one)
        latest = {name: _latest(versions, customer_id, at) for name, versions in found.items()}
        return {name: one for name, one in latest.items() if one is not None}

    def governing(self, customer_id: UUID | None, at: datetime) -> Governing:
        """Raises `NotFound` before there is any plan."""
        chosen = self.plan_at(customer_id, at)
        if chosen is None:
            raise NotFound("plan in force at", at.isoformat())
        return self.with_calendars(chosen, customer_id, at)

    def with_calendars(self, chosen: PlanVersion, customer_id: UUID | None, at: datetime) -> Governing:
        """Raises `NotFound` for a calendar of no version: a plan is refused when that could happen."""
        named = sorted({name for name in chosen.plan.hours.values() if name != ALL_HOURS})
        if not named:
            return Governing(chosen)
        known = self.calendars_at(customer_id, at)
        for name in named:
            if name not in known:
                raise NotFound("calendar in force", name)
        versions = tuple(known[name] for name in named)
        return Governing(chosen, versions, {one.name: one.calendar for one in versions})

    def relying_on(self, withdrawn: CalendarVersion) -> PlanVersion | None:
        """A plan that would lack its opening hours without that version."""
        left = Book(self.plans, tuple(one for one in self.calendars if one.id != withdrawn.id))
        for one in self.plans:
            named = withdrawn.name in one.plan.hours.values()
            if named and withdrawn.name not in left.calendars_at(one.customer_id, one.effective_from):
                return one
        return None


def soon(now: datetime) -> datetime:
    """The next whole second: what begins "now" must not begin before what was opened a moment ago."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


def label(at: datetime, zone: str) -> str:
    """The day from which it is in force, with the time where that is not midnight: "2026-12-01"."""
    local = (at if at == ALWAYS else at.astimezone(zone_named(zone))).replace(tzinfo=None)
    if local.time() == time(0):
        return local.date().isoformat()
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _latest(known: Iterable[One], customer_id: UUID | None, at: datetime) -> One | None:
    fitting = [
        one
        for one in known
        if one.effective_from <= at and (one.customer_id is None or one.customer_id == customer_id)
    ]
    return max(fitting, key=lambda one: (one.customer_id is not None, one.effective_from), default=None)
