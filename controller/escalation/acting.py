"""The engine acts on incidents whose timers are due, on many at once: read all, decide each, write all.

Warns, climbs and records breaches: whatever is due by now, once each, in order of time. On time that is what
the timer's agenda says; otherwise the clocks are read, and after a climb again, since it decides one of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from controller import timers
from controller.core.actor import ENGINE
from controller.escalation import agenda, store
from controller.escalation.agenda import Planned
from controller.escalation.events import ClocksActed
from controller.escalation.steps import IN_TIME, JUST_AFTER, StepKind, look
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.locked.store import lock_all
from controller.incidents.pressing.store import save_clocks
from controller.incidents.timeline import Entry, EntryKind
from controller.incidents.writing import entry_of
from controller.sla import ledger
from controller.sla.promises import due_of_pressing
from controller.storage import Unit
from controller.timers import Claim, Fenced

_KINDS = {
    StepKind.WARN: EntryKind.WARNED,
    StepKind.BREACH: EntryKind.BREACHED,
    StepKind.CLIMB: EntryKind.ESCALATED,
}


async def act_on_timer(unit: Unit, claim: Claim) -> None:
    """The timer's handler. The incident is locked before the claim is used up, as everybody locks."""
    cases = await lock_all(unit.connection, (claim.subject,), wait=True)
    held = await timers.hold(unit, (claim,))
    if not held:
        raise Fenced(f"the timer {claim.key} was planned anew or taken by another process")
    await _act(unit, held, cases)


async def act_on_timers(unit: Unit, claims: Sequence[Claim]) -> Sequence[Claim]:
    """For a whole batch. Those whose incident somebody is writing into are given back: nobody waits here."""
    cases = await lock_all(unit.connection, [claim.subject for claim in claims], wait=False)
    held = await timers.hold(unit, [claim for claim in claims if claim.subject in cases])
    await _act(unit, held, cases)
    return [claim for claim in claims if claim.subject not in cases]


class _Deed(NamedTuple):
    """What is to be written of one incident. `keys`: of the steps done; `due`, `agenda`: its next timer's."""

    incident: Incident
    entries: list[Entry]
    keys: list[str]
    due: datetime | None
    agenda: str | None


async def _act(unit: Unit, claims: Sequence[Claim], cases: Mapping[UUID, Incident]) -> None:
    """`claims` are held and `cases` are locked. A claim without its incident is used up."""
    present = [(claim, case) for claim in claims if (case := cases.get(claim.subject)) is not None]
    last = await incidents.last_recorded(unit.connection, [case.id for _, case in present])
    known = [_by_agenda(unit, claim, case, last.get(case.id)) for claim, case in present]
    doubtful = [case for (_, case), deed in zip(present, known, strict=True) if deed is None]
    read = await _by_clocks(unit, doubtful, last) if doubtful else {}
    deeds = [deed or read[case.id] for (_, case), deed in zip(present, known, strict=True)]
    await incidents.append_all(unit.connection, [entry for deed in deeds for entry in deed.entries])
    moved = [
        deed.incident for (_, case), deed in zip(present, deeds, strict=True) if deed.incident is not case
    ]
    await save_clocks(unit.connection, moved)
    marks = [(deed.incident.id, key) for deed in deeds for key in deed.keys]
    await store.mark_done(unit.connection, marks, unit.now)
    dues: dict[str, datetime | None] = {claim.key: None for claim in claims}
    agendas: dict[str, str | None] = {}
    for (claim, _), deed in zip(present, deeds, strict=True):
        dues[claim.key], agendas[claim.key] = deed.due, deed.agenda
    await timers.settle(unit, dues, agendas)
    acted = [(deed.incident, deed.entries) for deed in deeds if deed.entries]
    if acted:
        unit.announce(ClocksActed(acted))


async def _by_clocks(
    unit: Unit, cases: Sequence[Incident], last: Mapping[UUID, datetime]
) -> dict[UUID, _Deed]:
    running = await ledger.running(unit.connection, cases)
    done = await store.done_for(unit.connection, [case.id for case in cases])
    return {case.id: _decide(unit, running[case.id], done[case.id], last.get(case.id)) for case in cases}


def _by_agenda(unit: Unit, claim: Claim, case: Incident, last: datetime | None) -> _Deed | None:
    """What was worked out beforehand; None when the clocks must be read."""
    if claim.agenda is None:
        return None
    item, rest = agenda.first(claim.agenda)
    if item is None or not agenda.holds(item, case, claim.due, unit.now, last):
        return None
    entries: list[Entry] = []
    level = case.level
    for step in item.steps:
        entry = _entry(unit, case.id, level, step, last)
        last = entry.recorded_at
        entries.append(entry)
        level = step.level or level
    if level != case.level:
        case = replace(case, level=level, updated_at=unit.now, pressing_at=item.pressing_at)
    elif item.pressing_at != case.pressing_at:
        case = replace(case, pressing_at=item.pressing_at)
    return _Deed(case, entries, [step.key for step in item.steps], item.following, rest)


def _decide(unit: Unit, running: ledger.Running, done: Collection[str], last: datetime | None) -> _Deed:
    case, plan = running.incident, running.governing.plan
    entries: list[Entry] = []
    keys: list[str] = []
    climbs: list[Entry] = []
    while True:
        state = running.state(unit.now, *ledger.events_of(climbs))
        steps, due = look(state, case.level, plan.warn_at, {*done, *keys})
        for step in steps:
            entry = _entry(unit, case.id, case.level, agenda.planned(step), last)
            last = entry.recorded_at
            entries.append(entry)
            keys.append(step.key)
            if step.level is not None:
                case = replace(case, level=step.level, updated_at=unit.now)
                climbs.append(entry)
                break
        else:
            break
    pressing = due_of_pressing(state)
    if pressing != case.pressing_at:
        case = replace(case, pressing_at=pressing)
    # Never again at this instant, whatever it says: what could be done now has been done.
    due = max(due, unit.now + JUST_AFTER) if due is not None else None
    if any("controller_late" in entry.facts for entry in entries):
        # After a time away there is much to do: the next time is soon enough.
        return _Deed(case, entries, keys, due, None)
    items = agenda.ahead(running, case.level, {*done, *keys}, due, ledger.events_of(climbs))
    return _Deed(case, entries, keys, due, agenda.written(items))


def _entry(unit: Unit, incident_id: UUID, level: int, step: Planned, last: datetime | None) -> Entry:
    """T4a: in time, a climb happened at its due; late, when it was done. A breach always at its deadline."""
    late = unit.now - step.at > IN_TIME
    facts = {
        "clock": step.clock,
        "window": str(step.window),
        "restart": str(step.restart),
        "key": step.key,
        "due": step.due.isoformat(),
        "acted_at": unit.now.isoformat(),
    }
    if late:
        facts["controller_late"] = "1"
    at = unit.now
    if step.kind is StepKind.WARN:
        facts["fraction"] = f"{step.fraction:g}"
    elif step.kind is StepKind.BREACH:
        at = step.at
    else:
        facts = {"before": str(level), **facts}
        at = unit.now if late else step.due
    return entry_of(
        unit, incident_id, _KINDS[step.kind], actor=ENGINE, at=at, facts=facts, level=step.level, auto=True,
        before=last,
    )  # fmt: skip
