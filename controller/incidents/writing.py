"""How every verb writes: one entry appended, the index saved, the change announced."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from controller.core.actor import Actor
from controller.core.errors import NotFound
from controller.incidents import store
from controller.incidents.case import Incident
from controller.incidents.events import IncidentChanged
from controller.incidents.timeline import Entry, EntryKind
from controller.storage import Unit

_TICK = timedelta(microseconds=1)
# Ticks of one unit add up to less; a clock that was set back by less than this harms nobody.
_WENT_BACK = timedelta(milliseconds=1)


async def load(unit: Unit, incident_id: UUID) -> Incident:
    """Locked until the unit ends. Raises `NotFound`."""
    found = await store.incident(unit.connection, incident_id, lock=True)
    if found is None:
        raise NotFound("incident", str(incident_id))
    return found


async def write(
    unit: Unit,
    case: Incident,
    kind: EntryKind,
    *,
    actor: Actor | None = None,
    at: datetime | None = None,
    changes: Mapping[str, Any] | None = None,
    facts: Mapping[str, str] | None = None,
    **said: Any,
) -> Incident:
    """`changes` are fields of the index, `said` fields of the entry. Returns the incident as it stands."""
    await append(unit, case.id, kind, actor=actor, at=at, facts=facts, **said)
    return await store.save(unit.connection, replace(case, **(changes or {})), unit.now)


async def append(
    unit: Unit,
    incident_id: UUID,
    kind: EntryKind,
    *,
    actor: Actor | None = None,
    at: datetime | None = None,
    facts: Mapping[str, str] | None = None,
    **said: Any,
) -> Entry:
    """An entry that leaves the index as it is."""
    before = await store.last_recorded_at(unit.connection, incident_id)
    entry = entry_of(unit, incident_id, kind, actor=actor, at=at, facts=facts, before=before, **said)
    await store.append(unit.connection, entry)
    unit.announce(IncidentChanged(incident_id, entry))
    return entry


def entry_of(
    unit: Unit,
    incident_id: UUID,
    kind: EntryKind,
    *,
    actor: Actor | None = None,
    at: datetime | None = None,
    facts: Mapping[str, str] | None = None,
    before: datetime | None = None,
    **said: Any,
) -> Entry:
    """As it is to be written; `before` is when the last one of its incident was recorded.

    Each is recorded after the one before it, by a microsecond if need be: two words of one unit, or a clock
    that was set back, must not leave their order to chance (T9). What is not backdated happened then.
    """
    who = actor or unit.actor
    at, recorded_at = at or unit.now, unit.now
    if before is not None and recorded_at <= before:
        went_back = before - at > _WENT_BACK and at >= recorded_at
        recorded_at = before + _TICK
        at = recorded_at if went_back else at
    return Entry(
        id=unit.chance.uuid(),
        incident_id=incident_id,
        kind=kind,
        at=at,
        recorded_at=recorded_at,
        actor_kind=who.kind,
        actor_name=who.name,
        actor_id=who.id,
        facts=facts or {},
        **said,
    )
