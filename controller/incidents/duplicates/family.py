"""Who goes on for whom: from a merged incident to its survivor, and from a survivor to all it stands for."""

from uuid import UUID

from controller.core.errors import Conflict
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.duplicates import store
from controller.storage import Connection


async def survivor(connection: Connection, incident_id: UUID) -> UUID:
    """The incident that goes on for it, over any number of mergers; itself when none does."""
    while (merger := await store.merger_of(connection, incident_id)) is not None:
        incident_id = merger.survivor_id
    return incident_id


async def merged_into(connection: Connection, incident_id: UUID) -> Incident | None:
    """What the merged incident was merged into, one step; None when it goes on itself."""
    merger = await store.merger_of(connection, incident_id)
    return await incidents.incident(connection, merger.survivor_id) if merger else None


async def merged_ones(connection: Connection, incident_id: UUID) -> tuple[Incident, ...]:
    """All that it goes on for, those merged into those as well, by number."""
    found: list[UUID] = []
    left = [incident_id]
    while left:
        below = [one.merged_id for one in await store.mergers_into(connection, left.pop())]
        found += below
        left += below
    return await incidents.several(connection, found)


async def must_go_on_itself(connection: Connection, case: Incident) -> None:
    """Raises `Conflict` for a merged one."""
    other = await merged_into(connection, case.id)
    if other is not None:
        raise Conflict(f"{case.reference} was merged into {other.reference}; go on there")
