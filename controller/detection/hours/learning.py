"""Pure: what a machine's presence says about its hours. Careful: rather no hours than wrong ones.

A quarter counts only if the machine was on in nearly all of its working days: lunch breaks, late arrivals and
early evenings thus fall out by themselves, and a holiday on which nobody came changes nothing.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from controller.detection.hours.week import SLOTS, Hours, HoursSource

# Two weeks at least, so that each weekday was seen twice; six at most, so that a new habit is learnt.
SEEN_DAYS = 14
KEPT_DAYS = 42
_WORKING_DAYS = 8
_OF_WEEKDAY = 0.75
_OF_SLOT = 0.95
# The first and last quarter of a stretch are where it frays; what is shorter than an hour is chance.
_SHORTEST = 4


def learnt(presence: Mapping[date, int], today: date) -> Hours | None:
    """`presence`: day -> quarters in which it was heard (bits as in `Hours`); today itself does not count."""
    days = {
        day: on for day, on in presence.items() if on and today - timedelta(days=KEPT_DAYS) <= day < today
    }
    if not days or (today - min(days)).days < SEEN_DAYS:
        return None
    weekdays = frozenset(day for day in range(7) if _works_on(day, days, today))
    working = [on for day, on in days.items() if day.weekday() in weekdays]
    if len(working) < _WORKING_DAYS:
        return None
    needed = _OF_SLOT * len(working)
    steady = sum(1 << slot for slot in range(SLOTS) if sum(on >> slot & 1 for on in working) >= needed)
    inner = _stretches(_without_edges(steady))
    return Hours(weekdays, inner, HoursSource.LEARNT) if inner else None


def _works_on(weekday: int, days: Mapping[date, int], today: date) -> bool:
    first = min(days)
    passed = [first + timedelta(days=n) for n in range((today - first).days)]
    those = [day for day in passed if day.weekday() == weekday]
    return len(those) >= 2 and sum(day in days for day in those) >= _OF_WEEKDAY * len(those)


def _without_edges(slots: int) -> int:
    """A machine that never sleeps has no edge at midnight."""
    before = slots << 1 | (slots & 1)
    after = slots >> 1 | (slots & 1 << SLOTS - 1)
    return slots & before & after


def _stretches(slots: int) -> int:
    kept = 0
    run: list[int] = []
    for slot in range(SLOTS + 1):
        if slot < SLOTS and slots >> slot & 1:
            run.append(slot)
            continue
        if len(run) >= _SHORTEST:
            kept |= sum(1 << one for one in run)
        run = []
    return kept
