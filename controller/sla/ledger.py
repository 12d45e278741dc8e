"""From a timeline's entries to the verdict of the clocks, and to the whole proof."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.core.actor import ActorKind
from controller.core.errors import NotFound
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.timeline import Entry, EntryKind
from controller.sla import store
from controller.sla.clock import evaluate
from controller.sla.events import KINDS, Event
from controller.sla.moments import next_moments
from controller.sla.plan import Plan
from controller.sla.state import Clock, State
from controller.sla.versions.version import Governing
from controller.storage import Connection

CLOCK_KINDS = frozenset(EntryKind(kind) for kind in KINDS)
"""What the clocks read. What the engine notes (warned, breached) is no input."""


_ENGINE = ActorKind.ENGINE.value


@dataclass(frozen=True, slots=True)
class Explanation:
    """The story of an incident with its proof: `state.clocks[...].why` tells how each due came about."""

    incident: Incident
    governing: Governing
    state: State
    entries: tuple[Entry, ...]

    @property
    def plan(self) -> Plan:
        return self.governing.plan

    @property
    def plan_version(self) -> str:
        return self.governing.version

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """Every clock and update window, in the order of the contract."""
        return (
            *(c for name, c in self.state.clocks.items() if name == "first_response"),
            *self.state.updates,
            *(c for name, c in self.state.clocks.items() if name != "first_response"),
        )


@dataclass(frozen=True, slots=True)
class Countdown:
    """The next deadline of an incident, for a queue: `since` is when its clock started; `due` None when
    nothing runs. `breached` says that some promise was missed already."""

    clock: str
    since: datetime | None
    due: datetime | None
    breached: bool


def events_of(entries: Iterable[Entry]) -> list[Event]:
    return [
        Event(
            kind=entry.kind.value,
            at=entry.at,
            recorded_at=entry.recorded_at,
            id=str(entry.id),
            severity=entry.severity,
            level=entry.level,
            channel=entry.channel,
            auto=entry.auto,
            reason=entry.reason,
            by="engine" if entry.actor_kind is ActorKind.ENGINE else entry.actor_name,
        )
        for entry in entries
        if entry.kind in CLOCK_KINDS
    ]


@dataclass(frozen=True, slots=True)
class Running:
    """An incident with what its clocks are counted from."""

    incident: Incident
    governing: Governing
    events: list[Event]

    def state(self, now: datetime, *more: Event) -> State:
        """What its clocks say, with `more` that is not written yet. Not before anything that is written:
        after the clock was set back, an incident's time stands still until the clock has caught up, instead
        of unseeing what happened."""
        events = [*self.events, *more]
        as_of = max((now, *(event.recorded_at for event in events)))
        return evaluate(self.governing.plan, self.governing.calendars, events, as_of)


async def running(connection: Connection, cases: Collection[Incident]) -> dict[UUID, Running]:
    """For many at once, in two queries."""
    if not cases:
        return {}
    book = await store.versions(connection)
    events = await events_of_many(connection, [case.id for case in cases])
    return {
        case.id: Running(case, book.governing(case.customer_id, case.opened_at), events[case.id])
        for case in cases
    }


async def events_of_many(connection: Connection, incident_ids: Collection[UUID]) -> dict[UUID, list[Event]]:
    """What the clocks of each are counted from, in order of writing."""
    found: dict[UUID, list[Event]] = {incident_id: [] for incident_id in incident_ids}
    for one, entry_id, row in await incidents.ticked(connection, found, CLOCK_KINDS):
        kind, at, recorded_at, severity, level, channel, auto, reason, actor_kind, name = row
        by = _ENGINE if actor_kind == _ENGINE else name
        found[one].append(Event(kind, at, recorded_at, entry_id, severity, level, channel, auto, reason, by))
    return found


async def state_of(
    connection: Connection, incident_id: UUID, as_of: datetime, known_at: datetime | None = None
) -> tuple[Plan, State]:
    """The plan that governs the incident and what its clocks say. Raises `NotFound`."""
    case = await incidents.incident(connection, incident_id)
    if case is None:
        raise NotFound("incident", str(incident_id))
    governing = await store.in_force(connection, case.customer_id, case.opened_at)
    found = await incidents.entries_of_kinds(connection, (case.id,), CLOCK_KINDS)
    if known_at is None:
        as_of = _present(found[case.id], as_of)
    events = events_of(found[case.id])
    return governing.plan, evaluate(governing.plan, governing.calendars, events, as_of, known_at)


def _present(entries: Iterable[Entry], now: datetime) -> datetime:
    """Not before anything that is written already: after the clock was set back, an incident's time stands
    still until the clock has caught up, instead of unseeing what happened."""
    return max((now, *(entry.recorded_at for entry in entries)))


async def countdowns(
    connection: Connection, cases: Collection[Incident], as_of: datetime
) -> dict[UUID, Countdown]:
    """For a page of the queue, in two queries and not two for each incident."""
    states = await states_of(connection, cases, as_of)
    return {incident_id: countdown(state) for incident_id, (_, state) in states.items()}


async def states_of(
    connection: Connection, cases: Collection[Incident], as_of: datetime
) -> dict[UUID, tuple[Plan, State]]:
    """`state_of` for many at once."""
    found = await running(connection, cases)
    return {incident_id: (one.governing.plan, one.state(as_of)) for incident_id, one in found.items()}


def countdown(state: State) -> Countdown:
    """The soonest of the pending deadlines."""
    due = [clock for clock in state.pending if clock.due is not None]
    soonest = min(due, key=lambda clock: clock.due or state.as_of, default=None)
    breached = bool(state.breaches)
    if soonest is None:
        return Countdown("", None, None, breached)
    return Countdown(soonest.name, soonest.basis, soonest.due, breached)


async def explain(connection: Connection, incident_id: UUID, as_of: datetime) -> Explanation:
    """Raises `NotFound`."""
    case = await incidents.incident(connection, incident_id)
    if case is None:
        raise NotFound("incident", str(incident_id))
    governing = await store.in_force(connection, case.customer_id, case.opened_at)
    entries = await incidents.timeline(connection, incident_id)
    counted = [entry for entry in entries if entry.kind in CLOCK_KINDS]
    now = _present(counted, as_of)
    state = evaluate(governing.plan, governing.calendars, events_of(counted), now)
    return Explanation(case, governing, state, entries)


async def next_due(connection: Connection, case: Incident, as_of: datetime) -> Mapping[str, datetime]:
    """Clock name -> due, of those that run."""
    state = (await running(connection, (case,)))[case.id].state(as_of)
    return {m.clock: m.at for m in next_moments(state, ()) if m.kind == "due"}
