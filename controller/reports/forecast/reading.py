"""Gathers what a forecast is made from: open incidents, who is on duty, how long people took lately."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from controller.core.actor import ActorKind
from controller.core.errors import Invalid
from controller.escalation.rota.cover import cover
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.timeline import Entry, EntryKind
from controller.people import store as people
from controller.reports.forecast.outlook import Outlook, foresee
from controller.reports.forecast.pace import Turn, paces
from controller.reports.forecast.savings import Saving, savings
from controller.reports.forecast.work import Cadence, Owed, Question, Shift
from controller.sla import ledger
from controller.sla import store as plans
from controller.sla.calendar import Calendar
from controller.sla.plan import Plan
from controller.sla.promises import still_owed
from controller.sla.state import PENDING, Clock, State
from controller.storage import Connection

HOURS_USUAL = 8
HOURS_MOST = 48
OPEN_MOST = 500
"""So many open incidents are looked at, those due soonest."""
LATELY = timedelta(days=28)
RECENT_MOST = 500
"""How long ago an incident may have been opened, and how many of the newest, to say how long people take."""

_HALF = 0.5
_DEEDS = (
    EntryKind.OPENED, EntryKind.REOPENED, EntryKind.RESPONDED, EntryKind.UPDATED_CUSTOMER,
    EntryKind.SEVERITY_CHANGED, EntryKind.ESCALATED, EntryKind.RESOLVED, EntryKind.CLOSED, EntryKind.NOTE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forecast:
    """`cases` are those that `outlook` speaks of, by number; `paused`: open incidents whose clocks stand
    still; `unseen`: open incidents that were not looked at, being too many; `arrivals`: how many new ones
    such hours usually bring, which are not foreseen."""

    question: Question
    outlook: Outlook
    savings: tuple[Saving, ...]
    cases: Mapping[int, Incident]
    paused: int
    unseen: int
    arrivals: float


def hours_of(wished: str | int | None) -> int:
    """Raises `Invalid` for what is no whole number of hours from 1 to 48."""
    if wished in (None, ""):
        return HOURS_USUAL
    try:
        hours = int(str(wished))
    except ValueError:
        hours = 0
    if not 1 <= hours <= HOURS_MOST:
        raise Invalid(
            "hours", f"{str(wished)[:40]!r} is no number of hours we foresee", f"Use 1 to {HOURS_MOST}"
        )
    return hours


@dataclass(frozen=True, slots=True)
class Gathered:
    question: Question
    cases: Mapping[int, Incident]
    paused: int
    unseen: int
    arrivals: float


def computed(gathered: Gathered) -> Forecast:
    """Pure, and some hundred milliseconds at worst: for a thread."""
    outlook = foresee(gathered.question)
    return Forecast(
        gathered.question, outlook, savings(gathered.question, outlook), gathered.cases, gathered.paused,
        gathered.unseen, gathered.arrivals,
    )  # fmt: skip


async def gather(connection: Connection, now: datetime, hours: int) -> Gathered:
    until = now + timedelta(hours=hours)
    cases = await incidents.queue(connection, state=CaseState.OPEN, limit=10 * OPEN_MOST)
    states = await ledger.states_of(connection, cases, now)
    book = await plans.versions(connection)
    owed: list[Owed] = []
    paused = 0
    for case in cases:
        plan, state = states[case.id]
        paused += state.paused_since is not None
        calendars = book.governing(case.customer_id, case.opened_at).calendars
        owed += [one for one in _owed(case, plan, state, calendars) if one.due <= until]
    dues: dict[int, datetime] = {}
    for one in owed:
        dues[one.number] = min(one.due, dues.get(one.number, one.due))
    soonest = sorted(dues, key=lambda number: (dues[number], number))
    seen = frozenset(soonest[:OPEN_MOST])
    turns, ends, opened = await _lately(connection, now)
    question = Question(
        now, until, tuple(one for one in owed if one.number in seen), await _crew(connection, now, until),
        paces(turns, ends),
    )  # fmt: skip
    known = {case.number: case for case in cases if case.number in seen}
    every = (await incidents.count(connection))[CaseState.OPEN]
    unseen = len(soonest) - len(seen) + every - len(cases)
    return Gathered(question, known, paused, unseen, opened * hours)


def _owed(case: Incident, plan: Plan, state: State, calendars: Mapping[str, Calendar]) -> Iterator[Owed]:
    """What people must do; climbing to the next level happens by itself."""
    levels = _levels(case, state)
    severity = plan.severities.get(state.severity)
    every = severity.promises.get("update_every") if severity else None
    window = state.updates[-1] if state.updates else None
    speaking = [state.clocks.get("first_response"), window, state.clocks.get("resolution")]
    for clock in speaking:
        if clock is None or clock.due is None or not (clock.state == PENDING or still_owed(clock, state)):
            continue
        cadence = None
        if clock.name != "resolution" and every is not None:
            cadence = Cadence(every, plan.calendar("update_every", calendars))
        yield Owed(
            case.number, state.severity, clock.name, clock.due, _ready(clock, state), levels, cadence,
            case.opened_at,
        )  # fmt: skip


def _ready(clock: Clock, state: State) -> datetime:
    """News is written when half of its time is over; an answer at once."""
    if clock.name != "update" or clock.due is None or clock.basis is None:
        return state.as_of
    return clock.basis + (clock.due - clock.basis) * _HALF


def _levels(case: Incident, state: State) -> tuple[tuple[datetime, int], ...]:
    found = [(state.as_of, case.level)]
    for level in (2, 3):
        clock = state.clocks.get(f"escalate_l{level}")
        if clock is not None and clock.state == PENDING and clock.due is not None and level > case.level:
            found.append((clock.due, level))
    return tuple(sorted(found))


async def _crew(connection: Connection, now: datetime, until: datetime) -> tuple[Shift, ...]:
    """Who is on duty at each level; administrators who step in for nobody are not counted on."""
    found = await cover(connection, now, until)
    return tuple(Shift(one.name, one.level, one.start, one.end) for one in found.watches if one.active)


async def _lately(
    connection: Connection, now: datetime
) -> tuple[list[Turn], list[tuple[str, timedelta]], float]:
    """Turns, lengths from opening to resolution, and how many incidents an hour brings."""
    recent = [
        case
        for case in await incidents.queue(connection, limit=RECENT_MOST)
        if now - LATELY <= case.opened_at <= now
    ]
    levels = {one.id: one.level for one in await people.users(connection)}
    entries = await incidents.entries_of_kinds(connection, [case.id for case in recent], _DEEDS)
    turns: list[Turn] = []
    ends: list[tuple[str, timedelta]] = []
    for case in recent:
        turns += turns_of(case.number, entries[case.id], levels)
        first = next((one.at for one in entries[case.id] if one.kind is EntryKind.RESOLVED), None)
        if first is not None and first >= case.opened_at:
            ends.append((case.severity.value, first - case.opened_at))
    since = min((case.opened_at for case in recent), default=now)
    span = max(now - since, timedelta(days=1)) if len(recent) == RECENT_MOST else LATELY
    return turns, ends, len(recent) / (span / timedelta(hours=1))


def turns_of(number: int, entries: Sequence[Entry], levels: Mapping[UUID, int]) -> Iterable[Turn]:
    """Each time an incident came to a level, and the first thing somebody of it, or above, did then."""
    severity, reached = "", 1
    turn: tuple[int, datetime] | None = None
    for entry in sorted(entries, key=lambda one: (one.at, one.recorded_at)):
        severity = entry.severity or severity
        if entry.kind in (EntryKind.OPENED, EntryKind.REOPENED):
            turn = (reached, entry.at)
        elif entry.kind is EntryKind.ESCALATED:
            reached = max(reached, entry.level or 1)
            turn = (reached, entry.at)
        elif turn is not None and entry.actor_kind is ActorKind.PERSON:
            level = levels.get(entry.actor_id, turn[0]) if entry.actor_id else turn[0]
            if level >= turn[0]:
                yield Turn(number, turn[0], severity, turn[1], entry.at, entry.actor_name)
                turn = None
