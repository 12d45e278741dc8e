"""Reading incidents by the hundred, and holding them."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.incidents.case import Incident
from controller.incidents.store import incident_of, incidents_table
from controller.storage.many import among


async def lock_all(connection: AsyncConnection, ids: Collection[UUID], *, wait: bool) -> dict[UUID, Incident]:
    """Nobody else changes them before this transaction ends. Without `wait`, those that somebody else holds
    are left out."""
    columns = _AS_TEXT if connection.dialect.name == "sqlite" else incidents_table.columns
    query = select(*columns).where(among(connection, incidents_table.c.id, ids))
    # In order of their ids: two who lock many never wait for each other in a circle.
    query = query.order_by(incidents_table.c.id).with_for_update(skip_locked=not wait)
    rows = await connection.execute(query)
    if connection.dialect.name != "sqlite":
        return {(one := incident_of(row)).id: one for row in rows}
    own = {one.hex: one for one in ids}
    return {(one := incident_of(_with_ids(row, own))).id: one for row in rows}


# For SQLite, which keeps ids as text: making ids of it costs more than all the rest of a row.
_IDS = ("id", "customer_id", "site_id", "machine_id", "owner_id")
_ID_PLACES = tuple(incidents_table.columns.keys().index(name) for name in _IDS)
_AS_TEXT = tuple(
    type_coerce(column, Text) if column.name in _IDS else column for column in incidents_table.columns
)
_id = lru_cache(maxsize=10_000)(UUID)


def _with_ids(row: Sequence[Any], own: Mapping[str, UUID]) -> list[Any]:
    found = list(row)
    found[0] = own[found[0]]
    for place in _ID_PLACES[1:]:
        if found[place] is not None:
            found[place] = _id(found[place])
    return found
