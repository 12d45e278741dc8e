"""The hours in which a machine's silence means something: weekdays, and quarters of an hour (trust.md R6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum
from zoneinfo import ZoneInfo

from controller.core.errors import Invalid

SLOT_MINUTES = 15
SLOTS = 24 * 60 // SLOT_MINUTES
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class HoursSource(Enum):
    """STATED by a person: it wins. LEARNT from the machine's own presence."""

    STATED = "stated"
    LEARNT = "learnt"


@dataclass(frozen=True, slots=True)
class Hours:
    """`weekdays`: Monday is 0. `slots`: bit n is the quarter of an hour that begins n * 15 minutes after
    midnight, on the customer's wall clock."""

    weekdays: frozenset[int]
    slots: int
    source: HoursSource

    def hold_throughout(self, first: datetime, last: datetime, zone: str) -> bool:
        """Whether both instants, and all between them, lie in the hours of one day."""
        here = ZoneInfo(zone)
        start, end = first.astimezone(here), last.astimezone(here)
        if start.date() != end.date() or start.weekday() not in self.weekdays or start > end:
            return False
        return all(self.slots >> slot & 1 for slot in range(slot_of(start), slot_of(end) + 1))

    def spans(self) -> tuple[tuple[time, time], ...]:
        """From and until, in order; midnight as an end is 00:00."""
        found, start = [], None
        for slot in range(SLOTS + 1):
            on = slot < SLOTS and bool(self.slots >> slot & 1)
            if on and start is None:
                start = slot
            elif not on and start is not None:
                found.append((_time(start), _time(slot % SLOTS)))
                start = None
        return tuple(found)


def slot_of(local: datetime | time) -> int:
    return (local.hour * 60 + local.minute) // SLOT_MINUTES


def stated(weekdays: Collection[int], opens: time, closes: time) -> Hours:
    """From `opens` to before `closes`; 00:00 as the end is midnight. Raises `Invalid` naming field and
    limit."""
    if not weekdays:
        raise Invalid("days", "names no day", "Give days as mon-fri or mon,wed,sat")
    for field, given in (("from", opens), ("to", closes)):
        if given.minute % SLOT_MINUTES or given.second or given.microsecond:
            raise Invalid(field, f"{given:%H:%M} is no whole quarter of an hour", "Give it as in 08:45")
    first, end = slot_of(opens), slot_of(closes) or SLOTS
    if end <= first:
        raise Invalid("to", f"{closes:%H:%M} is not after {opens:%H:%M}", "Hours end on the day they begin")
    return Hours(frozenset(weekdays), _run(first, end), HoursSource.STATED)


def time_of(field: str, text: str) -> time:
    """As people write it: "08:45"; "24:00" is midnight. Raises `Invalid`."""
    try:
        return time(0) if text.strip() == "24:00" else time.fromisoformat(text.strip().zfill(5))
    except ValueError as error:
        raise Invalid(field, f"{text[:32]!r} is no time of day", "Give it as in 08:45") from error


def weekdays_of(text: str) -> frozenset[int]:
    """As people write them: "mon-fri", "mon,wed,sat-sun". Raises `Invalid`."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise Invalid("days", f"{part[:32]!r} is no day", "Give days as mon-fri or mon,wed,sat")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        found |= {day % 7 for day in range(start, end + 1 if end >= start else end + 8)}
    return frozenset(found)


def _run(first: int, end: int) -> int:
    return sum(1 << slot for slot in range(first, end))


def _time(slot: int) -> time:
    return time(*divmod(slot * SLOT_MINUTES, 60))
