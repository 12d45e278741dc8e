"""Tables and queries of enrolment tokens and certificates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, LargeBinary, Row, String, Table, Uuid, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.fleet.identity.authority import Leaf
from controller.fleet.identity.enrolment import Token
from controller.fleet.identity.roots import Succession
from controller.fleet.machine import MachineRole
from controller.fleet.store import machines_table
from controller.storage import UtcDateTime, metadata

tokens_table = Table(
    "enrolment_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("site_id", ForeignKey("sites.id")),
    Column("role", String(16), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("machine_id", Uuid),
    Column("key_sha256", String(64)),
    Column("certificate_der", LargeBinary),
)

certificates_table = Table(
    "certificates",
    metadata,
    Column("serial", String(40), primary_key=True),
    Column("machine_id", ForeignKey("machines.id"), nullable=False, index=True),
    Column("key_sha256", String(64), nullable=False),
    Column("certificate_der", LargeBinary, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("not_after", UtcDateTime, nullable=False),
    Column("first_used_at", UtcDateTime),
    Column("superseded_at", UtcDateTime),
    # Empty: of the time when there was one root only.
    Column("root_sha256", String(64), nullable=False, default="", server_default=""),
    Column("readmitted_until", UtcDateTime),
)

roots_table = Table(
    "authority_roots",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("root_der", LargeBinary, nullable=False),
    Column("cross_der", LargeBinary, nullable=False),
    Column("sealed_key", LargeBinary),
    Column("made_at", UtcDateTime, nullable=False),
    Column("signs_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """`superseded_at`: when a newer one of the same machine was first used; from then on this one is dead.
    `root_sha256`: which root signed it, "" for the first. `readmitted_until`: so long a person lets its
    holder recover once, however long ago it expired."""

    serial: str
    machine_id: UUID
    key_sha256: str
    certificate_der: bytes
    issued_at: datetime
    not_after: datetime
    first_used_at: datetime | None
    superseded_at: datetime | None
    root_sha256: str
    readmitted_until: datetime | None


def _token(row: Row[Any]) -> Token:
    found: dict[str, Any] = dict(row._mapping)
    found["role"] = MachineRole(found["role"])
    return Token(**found)


async def add_token(connection: AsyncConnection, token: Token) -> None:
    await connection.execute(
        insert(tokens_table).values(
            digest=token.digest,
            customer_id=token.customer_id,
            site_id=token.site_id,
            role=token.role.value,
            issued_at=token.issued_at,
            expires_at=token.expires_at,
        )
    )


async def token(connection: AsyncConnection, digest: str) -> Token | None:
    """Locked until the unit ends: two uses at once cannot both be the first."""
    query = select(tokens_table).where(tokens_table.c.digest == digest).with_for_update()
    row = (await connection.execute(query)).first()
    return _token(row) if row else None


async def use_token(
    connection: AsyncConnection, digest: str, at: datetime, machine_id: UUID, leaf: Leaf
) -> None:
    await connection.execute(
        update(tokens_table)
        .where(tokens_table.c.digest == digest)
        .values(
            used_at=at,
            machine_id=machine_id,
            key_sha256=leaf.key_sha256,
            certificate_der=leaf.certificate_der,
        )
    )


async def add_certificate(
    connection: AsyncConnection, machine_id: UUID, leaf: Leaf, issued_at: datetime
) -> None:
    await connection.execute(
        insert(certificates_table).values(
            serial=leaf.serial,
            machine_id=machine_id,
            key_sha256=leaf.key_sha256,
            certificate_der=leaf.certificate_der,
            issued_at=issued_at,
            not_after=leaf.not_after,
            root_sha256=leaf.root_sha256,
        )
    )


async def adopt_certificate(
    connection: AsyncConnection, machine_id: UUID, serial: str, not_after: datetime, at: datetime
) -> None:
    """One whose row was lost: its key and its bytes are not known any more."""
    await connection.execute(
        insert(certificates_table).values(
            serial=serial,
            machine_id=machine_id,
            key_sha256="",
            certificate_der=b"",
            issued_at=at,
            not_after=not_after,
        )
    )


async def certificate(connection: AsyncConnection, serial: str) -> Certificate | None:
    query = select(certificates_table).where(certificates_table.c.serial == serial)
    row = (await connection.execute(query)).first()
    return Certificate(**row._mapping) if row else None


async def certificate_for_key(
    connection: AsyncConnection, machine_id: UUID, key_sha256: str
) -> Certificate | None:
    """The newest one of that machine for that key."""
    table = certificates_table.c
    query = (
        select(certificates_table)
        .where(table.machine_id == machine_id, table.key_sha256 == key_sha256)
        .order_by(table.issued_at.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return Certificate(**row._mapping) if row else None


async def newest_end(connection: AsyncConnection, machine_id: UUID) -> datetime | None:
    """When the last of the machine's certificates ends; None when it has none."""
    table = certificates_table.c
    query = select(table.not_after).where(table.machine_id == machine_id).order_by(table.not_after.desc())
    ended: datetime | None = (await connection.execute(query.limit(1))).scalar_one_or_none()
    return ended


async def issued_since(connection: AsyncConnection, machine_id: UUID, instant: datetime) -> int:
    """How many certificates the machine got at or after `instant`."""
    table = certificates_table.c
    query = select(func.count()).where(table.machine_id == machine_id, table.issued_at >= instant)
    return int((await connection.execute(query)).scalar_one())


async def first_use(connection: AsyncConnection, used: Certificate, at: datetime) -> None:
    """Note it, and let the machine's older certificates die."""
    table = certificates_table.c
    await connection.execute(
        update(certificates_table).where(table.serial == used.serial).values(first_used_at=at)
    )
    await connection.execute(
        update(certificates_table)
        .where(
            table.machine_id == used.machine_id,
            table.serial != used.serial,
            table.issued_at <= used.issued_at,
            table.superseded_at.is_(None),
        )
        .values(superseded_at=at)
    )


async def readmit(connection: AsyncConnection, machine_id: UUID, until: datetime | None) -> int:
    """Let the holder of the machine's living certificates recover once; how many those are. None ends it."""
    table = certificates_table.c
    done = await connection.execute(
        update(certificates_table)
        .where(table.machine_id == machine_id, table.superseded_at.is_(None))
        .values(readmitted_until=until)
    )
    return done.rowcount


@dataclass(frozen=True, slots=True)
class Standing:
    """A machine that is not banned, and one of its certificates that no newer one has replaced."""

    machine_id: UUID
    name: str
    last_seen_at: datetime | None
    root_sha256: str
    is_used: bool
    not_after: datetime


async def standing(connection: AsyncConnection) -> list[Standing]:
    """Every living certificate, by name of its machine."""
    machine, held = machines_table.c, certificates_table.c
    query = (
        select(
            machine.id, machine.name, machine.last_seen_at, held.root_sha256,
            held.first_used_at.is_not(None), held.not_after,
        )
        .join(certificates_table, machine.id == held.machine_id)
        .where(held.superseded_at.is_(None), machine.banned_at.is_(None))
        .order_by(machine.name)
    )  # fmt: skip
    return [Standing(*row) for row in await connection.execute(query)]


async def successions(connection: AsyncConnection) -> list[Succession]:
    """The changes of roots, the oldest first."""
    rows = await connection.execute(select(roots_table).order_by(roots_table.c.made_at))
    return [Succession(**row._mapping) for row in rows]


async def add_succession(connection: AsyncConnection, row: Succession) -> None:
    await connection.execute(insert(roots_table).values(**{n: getattr(row, n) for n in Succession.__slots__}))


async def finish_succession(connection: AsyncConnection, sha256: str, at: datetime) -> None:
    """The old root is dropped; what was sealed with its key opens for nobody any more."""
    await connection.execute(
        update(roots_table).where(roots_table.c.sha256 == sha256).values(finished_at=at, sealed_key=None)
    )
