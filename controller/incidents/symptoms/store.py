"""The table of findings, by the incident they joined."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Table, Uuid, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

findings_table = Table(
    "incident_findings",
    metadata,
    Column("finding_id", Uuid, primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
)


async def finding_cleared_at(connection: AsyncConnection, finding_id: UUID) -> datetime | None:
    """None while it lasts, or when it is not known."""
    found: datetime | None = await connection.scalar(
        select(findings_table.c.cleared_at).where(findings_table.c.finding_id == finding_id)
    )
    return found


async def add_finding(
    connection: AsyncConnection, finding_id: UUID, incident_id: UUID, began_at: datetime
) -> None:
    """An agent that restates it after a clear (it was cleared by mistake) makes it last again."""
    await connection.execute(
        inserting(connection, findings_table)
        .values(finding_id=finding_id, incident_id=incident_id, began_at=began_at, cleared_at=None)
        .on_conflict_do_update(
            index_elements=[findings_table.c.finding_id],
            set_={"incident_id": incident_id, "cleared_at": None},
        )
    )


async def clear_findings(connection: AsyncConnection, incident_id: UUID, at: datetime) -> None:
    """All that still last: there is one symptom for each identity, and its latest word counts."""
    await connection.execute(
        update(findings_table)
        .where(findings_table.c.incident_id == incident_id, findings_table.c.cleared_at.is_(None))
        .values(cleared_at=at)
    )


async def last_heard_at(connection: AsyncConnection, incident_id: UUID) -> datetime:
    """When the newest finding of an incident began, on our clock; long ago when it has none."""
    found: datetime | None = await connection.scalar(
        select(func.max(findings_table.c.began_at)).where(findings_table.c.incident_id == incident_id)
    )
    return found or datetime(1970, 1, 1, tzinfo=UTC)
