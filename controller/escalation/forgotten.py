"""What is open and forgotten: a list that is empty by design, and therefore worth looking at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from controller import timers
from controller.core.actor import ActorKind
from controller.escalation import store as steps
from controller.escalation.actions import TIMER, timer_key
from controller.escalation.steps import look
from controller.escalation.waiting.closing import resolved_at
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.correspondence import CLOSE_TIMER
from controller.incidents.pauses import store as pauses
from controller.incidents.pressing.store import pressing
from controller.incidents.timeline import EntryKind
from controller.sla import ledger
from controller.sla.plan import Plan
from controller.storage import Connection

MOST = 1_000
GRACE = timedelta(hours=1)
"""A timer acts within seconds; an hour later it was forgotten."""
WITHOUT_PROMISE = timedelta(days=7)

_WORDS = frozenset({
    EntryKind.OPENED, EntryKind.REOPENED, EntryKind.RESPONDED, EntryKind.UPDATED_CUSTOMER, EntryKind.NOTE,
    EntryKind.SEVERITY_CHANGED, EntryKind.ESCALATED, EntryKind.PAUSED, EntryKind.RESUMED,
})  # fmt: skip


class Neglect(Enum):
    """`quiet`: open, and nobody of ours has written anything for twice as long as an update may take.
    `unclosed`: resolved, and still not closed after the plan's days. `no_timer`: a clock still runs, or its
    customer's silence does, and nothing will wake us."""

    QUIET = "quiet"
    UNCLOSED = "unclosed"
    NO_TIMER = "no_timer"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`since`: the last word of ours, the resolution, or the missing timer's due."""

    incident: Incident
    neglect: Neglect
    since: datetime


async def forgotten(connection: Connection, now: datetime) -> tuple[Forgotten, ...]:
    """The longest forgotten first; each incident once, by the worst that is said of it."""
    found = [*await _open(connection, now), *await _resolved(connection, now)]
    return tuple(sorted(found, key=lambda one: (one.since, one.incident.number)))


async def _open(connection: Connection, now: datetime) -> list[Forgotten]:
    # Of very many, those that are overdue most.
    cases = await pressing(connection, limit=MOST)
    ids = [case.id for case in cases]
    verdicts = await ledger.states_of(connection, cases, now)
    words = await incidents.entries_of_kinds(connection, ids, _WORDS)
    planned = await timers.store.planned(connection, TIMER, [timer_key(one) for one in ids])
    aside = {one.subject for one in await timers.store.set_aside(connection)}
    waiting = await pauses.pauses_of(connection, ids)
    found: list[Forgotten] = []
    for case in cases:
        plan, state = verdicts[case.id]
        if case.id not in planned or case.id in aside:
            done = await steps.done(connection, case.id)
            overdue, following = look(state, case.level, plan.warn_at, done)
            due = overdue[0].at if overdue else following
            if due is not None:
                found.append(Forgotten(case, Neglect.NO_TIMER, due))
                continue
        if case.id in waiting:
            continue  # until an instant that everybody knows, and that has a timer of its own
        last = max(
            (entry.at for entry in words[case.id] if entry.actor_kind is ActorKind.PERSON),
            default=case.opened_at,
        )
        if now - last > 2 * _longest_silence(plan, case):
            found.append(Forgotten(case, Neglect.QUIET, last))
    return found


async def _resolved(connection: Connection, now: datetime) -> list[Forgotten]:
    planned = await timers.store.planned(connection, CLOSE_TIMER)
    aside = {one.subject for one in await timers.store.set_aside(connection)}
    found: list[Forgotten] = []
    for case in await incidents.queue(connection, state=CaseState.RESOLVED, limit=MOST):
        since = await resolved_at(connection, case.id) or case.updated_at
        due = planned.get(case.id)
        if due is None or case.id in aside:
            found.append(Forgotten(case, Neglect.NO_TIMER, since))
        elif now > due + GRACE:
            found.append(Forgotten(case, Neglect.UNCLOSED, since))
    return found


def _longest_silence(plan: Plan, case: Incident) -> timedelta:
    """What the plan lets pass without a word, by the nominal length of its update promise."""
    severity = plan.severities.get(case.severity.value)
    promise = severity.promises.get("update_every") if severity else None
    return promise.nominal if promise is not None else WITHOUT_PROMISE
