"""How what is watched about ourselves stands. Pure: figures in, signs out.

Each has a raising and a clearing mark, so that nothing flaps: between them an alarm that is there stays, and
none begins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum

from controller.reports.compliance import Line, Tally

DECIDED_FEWEST = 10
MISSED_FEWEST = 2
"""Before a target is said to slip: so many incidents decided, so many of them missed."""
TARGET_MARGIN = 0.01
"""A target holds again once it is exceeded by so much."""
LATE = timedelta(seconds=60)
"""T4a: what is acted on later than this is late."""
LATE_REMEMBERED = timedelta(hours=1)
POST_STUCK = timedelta(minutes=15)
POST_FLOWS = timedelta(minutes=5)
DISK_LOW_BYTES = 512 * 1024**2
DISK_ROOMY_BYTES = 1024**3
ROOT_ENDS = timedelta(days=180)
"""A root that ends sooner has to be changed now: machines that are off for months shall still follow."""
ROOT_ENDING = timedelta(days=365)
CHANGE_LONG = timedelta(days=60)
"""A change of roots that is not finished by then has been forgotten."""

FIRST_RESPONSE = "vigia.first_response_slips"
UPDATES = "vigia.updates_slip"
ENGINE_LATE = "vigia.engine_late"
SET_ASIDE = "vigia.timer_set_aside"
POST = "vigia.post_stuck"
ROTA = "vigia.rota_gap"
DISK = "vigia.disk_low"
AUTHORITY = "vigia.authority_ends"
ROOTS = "vigia.roots_change"
WATCHED = (FIRST_RESPONSE, UPDATES, ENGINE_LATE, SET_ASIDE, POST, ROTA, DISK, AUTHORITY, ROOTS)
"""Everything that is watched, in the order in which it is shown."""


class Grade(IntEnum):
    """`NEAR`: between the marks, or something to look at that is no alarm."""

    GOOD = 0
    NEAR = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Sign:
    """How one of WATCHED stands for `object`; "" where there is one only. `facts`: ids, numbers, instants."""

    rule: str
    object: str
    grade: Grade
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done at a deadline. `known_at`: when we knew of what made that deadline."""

    due: datetime
    acted_at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Hole:
    """Nobody is on duty at `level`. `by_rota`: a rota should name somebody; else nobody was put on duty."""

    level: int
    start: datetime
    end: datetime
    by_rota: bool


def targets(lines: Iterable[Line], month: date) -> list[Sign]:
    """`lines`: by customer, of the month so far."""
    found: list[Sign] = []
    for line in lines:
        for rule, tally in ((FIRST_RESPONSE, line.first_response), (UPDATES, line.escalation_and_update)):
            if tally.decided:
                found.append(Sign(rule, f"{line.key} {month:%Y-%m}", _held(tally), _figures(line, tally)))
    return found


def _held(tally: Tally) -> Grade:
    ratio = tally.ratio
    if ratio is None or ratio >= min(1.0, tally.target + TARGET_MARGIN):
        return Grade.GOOD
    enough = tally.decided >= DECIDED_FEWEST and tally.missed >= MISSED_FEWEST
    return Grade.BAD if ratio < tally.target and enough else Grade.NEAR


def _figures(line: Line, tally: Tally) -> dict[str, str]:
    return {
        "customer": line.key,
        "kept_ratio": f"{tally.ratio or 0.0:.4f}",
        "target_ratio": f"{tally.target:g}",
        "missed": str(tally.missed),
        "decided": str(tally.decided),
    }


def engine(
    steps: Iterable[Step], waiting_since: datetime | None, away: Sequence[tuple[datetime, datetime]],
    now: datetime,
) -> Sign:  # fmt: skip
    """`steps` of the last hour; `waiting_since`: when the longest waiting timer should have acted; `away`:
    when we were not there, which is no lateness of the engine's."""
    lates = [late for step in steps if (late := lateness(step, away)) > LATE]
    waiting = timedelta(0) if waiting_since is None else _awake(waiting_since, now, away)
    worst = max([*lates, waiting])
    facts = {"late_s": f"{worst.total_seconds():.0f}", "count": str(len(lates) + (waiting > LATE))}
    return Sign(ENGINE_LATE, "", Grade.BAD if lates or waiting > LATE else Grade.GOOD, facts)


def lateness(step: Step, away: Sequence[tuple[datetime, datetime]]) -> timedelta:
    """How long we could have acted and did not."""
    return _awake(max(step.due, step.known_at), step.acted_at, away)


def _awake(since: datetime, until: datetime, away: Sequence[tuple[datetime, datetime]]) -> timedelta:
    """From when we were there for good: right after an absence there is much to make up for."""
    begun = max([since, *(end for start, end in away if end > since and start < until)])
    return max(timedelta(0), until - begun)


def set_aside(keys: Iterable[str]) -> list[Sign]:
    return [Sign(SET_ASIDE, key, Grade.BAD) for key in keys] or [Sign(SET_ASIDE, "", Grade.GOOD)]


def post(waiting: int, oldest: datetime | None, now: datetime) -> Sign:
    """`oldest`: when the longest waiting notice was written."""
    age = now - oldest if oldest is not None else timedelta(0)
    grade = Grade.BAD if age > POST_STUCK else Grade.NEAR if age > POST_FLOWS else Grade.GOOD
    return Sign(POST, "", grade, {"count": str(waiting), "age_s": f"{age.total_seconds():.0f}"})


def rota(holes: Iterable[Hole]) -> list[Sign]:
    """One for each level. Where nobody was put on duty at all administrators are told, and that may be
    wanted: it is shown, and no alarm."""
    levels: dict[int, list[Hole]] = {}
    for hole in holes:
        levels.setdefault(hole.level, []).append(hole)
    return [_gap(level, found) for level, found in sorted(levels.items())] or [Sign(ROTA, "", Grade.GOOD)]


def _gap(level: int, holes: list[Hole]) -> Sign:
    first = min(holes, key=lambda hole: hole.start)
    length = sum(((hole.end - hole.start) for hole in holes), timedelta(0))
    facts = {
        "level": str(level),
        "start": first.start.isoformat(),
        "end": first.end.isoformat(),
        "gap_s": f"{length.total_seconds():.0f}",
    }
    bad = any(hole.by_rota for hole in holes)
    return Sign(ROTA, str(level), Grade.BAD if bad else Grade.NEAR, facts)


def disk(folder: str, free_bytes: int) -> Sign:
    low = free_bytes < DISK_LOW_BYTES
    grade = Grade.BAD if low else Grade.NEAR if free_bytes < DISK_ROOMY_BYTES else Grade.GOOD
    return Sign(DISK, folder, grade, {"disk_free_bytes": str(free_bytes)})


def authority(ends_at: datetime, now: datetime) -> Sign:
    """`ends_at`: of the root that signs."""
    left = ends_at - now
    grade = Grade.BAD if left < ROOT_ENDS else Grade.NEAR if left < ROOT_ENDING else Grade.GOOD
    return Sign(AUTHORITY, "", grade, {"days": str(max(0, left.days)), "date": f"{ends_at:%Y-%m-%d}"})


def roots(begun_at: datetime | None, arrived: int, machines: int, now: datetime) -> list[Sign]:
    """Nothing while no change is under way."""
    if begun_at is None:
        return []
    grade = Grade.BAD if now - begun_at > CHANGE_LONG else Grade.NEAR
    facts = {"arrived": str(arrived), "machines": str(machines), "date": f"{begun_at:%Y-%m-%d}"}
    return [Sign(ROOTS, "", grade, facts)]
