"""Tables and queries of the intake: cursors of spools, findings, evidence."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.severity import Severity
from controller.fleet.findings import Finding
from controller.fleet.intake.cursor import Cursor, Gap, Lane
from controller.storage import UtcDateTime, metadata

# Databases have a limit on the parameters of one statement.
_AT_ONCE = 500

cursors_table = Table(
    "agent_cursors",
    metadata,
    Column("machine_id", Uuid, primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("lane", Integer, primary_key=True),
    Column("up_to_sequence", BigInteger, nullable=False),
    Column("gaps", JSON, nullable=False),
)

findings_table = Table(
    "findings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("machine_id", ForeignKey("machines.id"), nullable=False),
    Column("rule", String(255), nullable=False),
    Column("object", Text, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("observed_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
    Column("already_over", Boolean, nullable=False),
    Index(None, "machine_id", "began_at"),
)

evidence_table = Table(
    "finding_evidence",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("machine_id", ForeignKey("machines.id"), nullable=False),
    Column("finding_id", Uuid, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    UniqueConstraint("finding_id", "machine_id", "sha256"),
)


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding as far as we know it. `cleared_at` is None while the symptom lasts; `already_over` says that
    it was history when it came (trust.md R4)."""

    finding: Finding
    observed_at: datetime
    cleared_at: datetime | None
    already_over: bool


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    machine_id: UUID
    finding_id: UUID
    sha256: str
    size_bytes: int
    taken_at: datetime


CursorKey = tuple[UUID, str, Lane]


async def cursors(connection: AsyncConnection, machine_ids: Collection[UUID]) -> dict[CursorKey, Cursor]:
    """Every cursor of these machines, of all epochs; locked until the unit ends, in order of id."""
    found: dict[CursorKey, Cursor] = {}
    table = cursors_table.c
    for some in _chunks(sorted(machine_ids)):
        query = (
            select(cursors_table)
            .where(table.machine_id.in_(some))
            .order_by(table.machine_id, table.epoch, table.lane)
            .with_for_update()
        )
        for row in await connection.execute(query):
            found[(row.machine_id, row.epoch, Lane(row.lane))] = _cursor(row)
    return found


async def cursors_of(connection: AsyncConnection, machine_id: UUID, epoch: str) -> dict[Lane, Cursor]:
    """One spool's, without a lock."""
    table = cursors_table.c
    query = select(cursors_table).where(table.machine_id == machine_id, table.epoch == epoch)
    return {Lane(row.lane): _cursor(row) for row in await connection.execute(query)}


def _cursor(row: Row[Any]) -> Cursor:
    return Cursor(
        row.up_to_sequence,
        [Gap(first, last, datetime.fromisoformat(noticed)) for first, last, noticed in row.gaps],
    )


async def save_cursors(
    connection: AsyncConnection, new: Mapping[CursorKey, Cursor], changed: Mapping[CursorKey, Cursor]
) -> None:
    table = cursors_table.c
    if new:
        await connection.execute(
            insert(cursors_table),
            [
                {"machine_id": machine, "epoch": epoch, "lane": lane.value, **_cursor_values(cursor)}
                for (machine, epoch, lane), cursor in new.items()
            ],
        )
    if changed:
        statement = (
            update(cursors_table)
            .where(
                table.machine_id == bindparam("m"),
                table.epoch == bindparam("e"),
                table.lane == bindparam("l"),
            )
            .values(up_to_sequence=bindparam("up_to_sequence"), gaps=bindparam("gaps"))
        )
        rows = [
            {"m": machine, "e": epoch, "l": lane.value, **_cursor_values(cursor)}
            for (machine, epoch, lane), cursor in changed.items()
        ]
        await connection.execute(statement, rows)


def _cursor_values(cursor: Cursor) -> dict[str, Any]:
    gaps = [[gap.first, gap.last, gap.noticed_at.isoformat()] for gap in cursor.gaps]
    return {"up_to_sequence": cursor.high, "gaps": gaps}


def _known(row: Row[Any]) -> KnownFinding:
    finding = Finding(
        finding_id=row.id,
        machine_id=row.machine_id,
        rule=row.rule,
        object=row.object,
        severity=Severity(row.severity),
        began_at=row.began_at,
        opened_at=row.opened_at,
        facts=row.facts,
    )
    return KnownFinding(finding, row.observed_at, row.cleared_at, row.already_over)


async def findings(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, KnownFinding]:
    """Those of these ids that are known, whosever they are."""
    found: dict[UUID, KnownFinding] = {}
    for some in _chunks(sorted(ids)):
        rows = await connection.execute(select(findings_table).where(findings_table.c.id.in_(some)))
        found.update((row.id, _known(row)) for row in rows)
    return found


async def finding(connection: AsyncConnection, finding_id: UUID) -> KnownFinding | None:
    return (await findings(connection, [finding_id])).get(finding_id)


async def open_findings(connection: AsyncConnection, machine_id: UUID) -> tuple[KnownFinding, ...]:
    """What is wrong on a machine as far as we know, the longest first."""
    table = findings_table.c
    query = (
        select(findings_table)
        .where(table.machine_id == machine_id, table.cleared_at.is_(None))
        .order_by(table.began_at)
    )
    return tuple(_known(row) for row in await connection.execute(query))


async def add_findings(connection: AsyncConnection, new: Collection[KnownFinding]) -> None:
    if new:
        rows = [
            {"id": known.finding.finding_id, "machine_id": known.finding.machine_id, **_values(known)}
            for known in new
        ]
        await connection.execute(insert(findings_table), rows)


async def change_findings(connection: AsyncConnection, changed: Collection[KnownFinding]) -> None:
    if changed:
        names = ("rule", "object", "severity", "facts", "began_at", "observed_at", "opened_at", "cleared_at")
        statement = (
            update(findings_table)
            .where(findings_table.c.id == bindparam("which"))
            .values({name: bindparam(name) for name in (*names, "already_over")})
        )
        rows = [{"which": known.finding.finding_id, **_values(known)} for known in changed]
        await connection.execute(statement, rows)


def _values(known: KnownFinding) -> dict[str, Any]:
    return {
        "rule": known.finding.rule,
        "object": known.finding.object,
        "severity": known.finding.severity.value,
        "facts": dict(known.finding.facts),
        "began_at": known.finding.began_at,
        "observed_at": known.observed_at,
        "opened_at": known.finding.opened_at,
        "cleared_at": known.cleared_at,
        "already_over": known.already_over,
    }


async def evidence_of(
    connection: AsyncConnection, finding_ids: Collection[UUID]
) -> dict[UUID, list[KeptEvidence]]:
    """Bundles that came for these findings, by finding, in the order of their coming, whoever sent them."""
    found: dict[UUID, list[KeptEvidence]] = {}
    table = evidence_table.c
    for some in _chunks(sorted(finding_ids)):
        query = (
            select(table.machine_id, table.finding_id, table.sha256, table.size_bytes, table.taken_at)
            .where(table.finding_id.in_(some))
            .order_by(table.id)
        )
        for row in await connection.execute(query):
            found.setdefault(row.finding_id, []).append(KeptEvidence(**row._mapping))
    return found


async def add_evidence(connection: AsyncConnection, new: Collection[KeptEvidence]) -> None:
    if new:
        rows = [
            {
                "machine_id": kept.machine_id,
                "finding_id": kept.finding_id,
                "sha256": kept.sha256,
                "size_bytes": kept.size_bytes,
                "taken_at": kept.taken_at,
            }
            for kept in new
        ]
        await connection.execute(insert(evidence_table), rows)


def _chunks(ids: list[UUID]) -> Iterable[list[UUID]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
