"""Ask whoever is told, take the answer, and end a round by what happens in the incident."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from controller import timers
from controller.core.actor import ENGINE, ActorKind
from controller.core.errors import Conflict
from controller.escalation.acknowledgement import store
from controller.escalation.acknowledgement.round import About, Ended, Round, Step, Told
from controller.escalation.rota import store as schedules
from controller.escalation.rota.rota import ACKNOWLEDGE
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.events import IncidentChanged
from controller.incidents.limits import BROADCAST, check_writer
from controller.incidents.timeline import Entry, EntryKind
from controller.incidents.writing import append, load
from controller.notify.notice import Recipient
from controller.sla import store as plans
from controller.storage import Connection, Storage, Unit

log = logging.getLogger(__name__)

TIMER = "acknowledgement"
_ANSWERS = frozenset({EntryKind.RESPONDED, EntryKind.UPDATED_CUSTOMER})
_SETTLES = frozenset({EntryKind.RESOLVED, EntryKind.CLOSED})


def timer_key(incident_id: UUID) -> str:
    return f"{TIMER}:{incident_id}"


@dataclass(frozen=True, slots=True)
class Asking:
    """What a notice asks for: to be acknowledged by `until`, else the next are told."""

    about: About
    wait: timedelta
    until: datetime
    link: str

    @property
    def facts(self) -> dict[str, str]:
        return {"acknowledge_by": self.until.isoformat(), "acknowledge_link": self.link}


async def asking(unit: Unit, case: Incident, about: About, fraction: float | None = None) -> Asking | None:
    """Whether telling this asks for an acknowledgement. `fraction`: of a warning; only the last one asks, and
    only when nobody is waited for already."""
    if case.state is not CaseState.OPEN:
        return None
    wait = await _wait(unit.connection, case, unit.now)
    if wait is None or (about is About.WARNED and not await _is_last_warning(unit, case, fraction)):
        return None
    return Asking(about, wait, unit.now + wait, f"{unit.console_url}/incidents/{case.reference}")


async def _wait(connection: Connection, case: Incident, at: datetime) -> timedelta | None:
    version = await schedules.version_at(connection, at)
    waits = version.schedule.acknowledge if version else ACKNOWLEDGE
    return waits.get(case.severity.value)


async def _is_last_warning(unit: Unit, case: Incident, fraction: float | None) -> bool:
    plan = (await plans.in_force(unit.connection, case.customer_id, case.opened_at)).plan
    if fraction is None or fraction < max(plan.warn_at, default=1.0):
        return False
    return await store.waiting(unit.connection, case.id) is None


async def begin(
    unit: Unit, case: Incident, level: int, asked: Asking | None, heard: Sequence[Recipient]
) -> None:
    """A round begins with those who were told just now; one that was open is superseded."""
    if asked is None or not heard:
        return
    await store.end(unit.connection, case.id, unit.now, Ended.SUPERSEDED, "")
    told = tuple(Told(one.id, one.name) for one in heard)
    began = Round(
        unit.chance.uuid(), case.id, asked.about, level, unit.now, asked.wait, Step.DUTY, told, asked.until
    )
    await store.save(unit.connection, began)
    await timers.plan(unit, timer_key(case.id), TIMER, case.id, asked.until)


async def acknowledge(unit: Unit, incident_id: UUID) -> Incident:
    """The actor has heard it and looks after it. Answers nobody and stops no clock (T2).

    Raises `Conflict` when nobody is waited for.
    """
    check_writer(unit.actor)
    case = await load(unit, incident_id)
    waiting = await store.waiting(unit.connection, incident_id)
    if waiting is None:
        raise Conflict(f"{case.reference} waits for nobody's acknowledgement")
    await append(
        unit,
        incident_id,
        EntryKind.ACKNOWLEDGED,
        facts={"about": waiting.about.value, "asked_at": waiting.asked_at.isoformat()},
    )
    return case


async def end_by(unit: Unit, happened: IncidentChanged) -> None:
    """Whatever shows that somebody has it ends the round: a word to the customer, taking it, an end."""
    entry = happened.entry
    how = _ending(entry)
    if how is None and entry.kind is EntryKind.SEVERITY_CHANGED:
        case = await incidents.incident(unit.connection, happened.incident_id)
        if case is not None and await _wait(unit.connection, case, unit.now) is None:
            how = Ended.SETTLED
    if how is not None and await store.end(
        unit.connection, happened.incident_id, unit.now, how, entry.actor_name
    ):
        await timers.cancel(unit, timer_key(happened.incident_id))


def _ending(entry: Entry) -> Ended | None:
    if entry.kind in _SETTLES:
        return Ended.SETTLED
    if entry.actor_kind is not ActorKind.PERSON:
        return None
    if entry.kind is EntryKind.ACKNOWLEDGED:
        return Ended.ACKNOWLEDGED
    if entry.kind in _ANSWERS and entry.channel != BROADCAST:
        return Ended.ANSWERED
    if entry.kind is EntryKind.OWNER_CHANGED and entry.facts.get("owner_id") == str(entry.actor_id):
        return Ended.TAKEN
    return None


async def audit(storage: Storage) -> int:
    """Derives from the open rounds alone which timers must exist, and rebuilds missing ones, saying so."""
    async with storage.reading() as connection:
        planned = await timers.store.planned(connection, TIMER)
        missing = [one for one in await store.unfinished(connection) if one.incident_id not in planned]
    for one in missing:
        async with storage.unit(ENGINE) as unit:
            now = await store.waiting(unit.connection, one.incident_id)
            if now is not None and now.due is not None:
                await timers.plan(unit, timer_key(one.incident_id), TIMER, one.incident_id, now.due)
                log.warning("auditor rebuilt a missing timer key=%s", timer_key(one.incident_id))
    return len(missing)
