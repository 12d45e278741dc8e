"""Rows of contacts, their one-time links and their sessions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.people.contacts.contact import Contact, ContactSession
from controller.storage import UtcDateTime, metadata

contacts_table = Table(
    "contacts",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Named, not imported: customers live one floor up, and a contact without one must not exist.
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("email", String(255), nullable=False, index=True),
    Column("language", String(2), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("customer_id", "email"),
)

contact_links_table = Table(
    "contact_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "contact_id", "created_at"),
)

contact_sessions_table = Table(
    "contact_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)


def _contact(row: Row[Any]) -> Contact:
    return Contact(
        id=row.id,
        customer_id=row.customer_id,
        name=row.name,
        email=row.email,
        language=row.language,
        active=row.active,
        created_at=row.created_at,
    )


async def contacts(connection: AsyncConnection, customer_id: UUID) -> tuple[Contact, ...]:
    """A customer's, the first one first, inactive ones included."""
    rows = await connection.execute(
        select(contacts_table)
        .where(contacts_table.c.customer_id == customer_id)
        .order_by(contacts_table.c.created_at, contacts_table.c.email)
    )
    return tuple(_contact(row) for row in rows)


async def contact(connection: AsyncConnection, contact_id: UUID) -> Contact | None:
    row = (await connection.execute(select(contacts_table).where(contacts_table.c.id == contact_id))).first()
    return _contact(row) if row else None


async def contacts_with(connection: AsyncConnection, email: str) -> tuple[Contact, ...]:
    """Active contacts with that address, of any customer."""
    rows = await connection.execute(
        select(contacts_table)
        .where(contacts_table.c.email == email, contacts_table.c.active)
        .order_by(contacts_table.c.created_at, contacts_table.c.id)
    )
    return tuple(_contact(row) for row in rows)


async def add(connection: AsyncConnection, made: Contact) -> None:
    await connection.execute(
        insert(contacts_table).values(
            id=made.id,
            customer_id=made.customer_id,
            name=made.name,
            email=made.email,
            language=made.language,
            active=made.active,
            created_at=made.created_at,
        )
    )


async def save(connection: AsyncConnection, changed: Contact) -> None:
    """Name, language and whether active; one who leaves is signed out everywhere."""
    await connection.execute(
        update(contacts_table)
        .where(contacts_table.c.id == changed.id)
        .values(name=changed.name, language=changed.language, active=changed.active)
    )
    if not changed.active:
        for table in (contact_sessions_table, contact_links_table):
            await connection.execute(delete(table).where(table.c.contact_id == changed.id))


async def links_since(connection: AsyncConnection, contact_id: UUID, since: datetime) -> int:
    """How many links were made for somebody after `since`."""
    table = contact_links_table.c
    found = await connection.scalar(
        select(func.count()).where(table.contact_id == contact_id, table.created_at > since)
    )
    return int(found or 0)


async def add_link(
    connection: AsyncConnection, token_hash: str, contact_id: UUID, at: datetime, expires_at: datetime
) -> None:
    await connection.execute(
        insert(contact_links_table).values(
            token_hash=token_hash, contact_id=contact_id, created_at=at, expires_at=expires_at
        )
    )


async def link_owner(connection: AsyncConnection, token_hash: str, now: datetime) -> Contact | None:
    """Whose live link it is; None for one that is used, over or unknown."""
    links = contact_links_table.c
    row = (
        await connection.execute(
            select(contacts_table)
            .join(contact_links_table, links.contact_id == contacts_table.c.id)
            .where(
                links.token_hash == token_hash,
                links.used_at.is_(None),
                links.expires_at > now,
                contacts_table.c.active,
            )
        )
    ).first()
    return _contact(row) if row else None


async def spend_link(connection: AsyncConnection, token_hash: str, at: datetime) -> bool:
    """Marks it used; False when another was faster."""
    spent = await connection.execute(
        update(contact_links_table)
        .where(contact_links_table.c.token_hash == token_hash, contact_links_table.c.used_at.is_(None))
        .values(used_at=at)
    )
    return spent.rowcount == 1


async def drop_links(connection: AsyncConnection, contact_id: UUID) -> None:
    """The other live links of somebody who has just used one."""
    table = contact_links_table.c
    await connection.execute(
        delete(contact_links_table).where(table.contact_id == contact_id, table.used_at.is_(None))
    )


async def add_session(
    connection: AsyncConnection,
    token_hash: str,
    contact_id: UUID,
    csrf: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    await connection.execute(
        insert(contact_sessions_table).values(
            token_hash=token_hash, contact_id=contact_id, csrf=csrf, created_at=at, expires_at=expires_at
        )
    )


async def session(connection: AsyncConnection, token_hash: str, now: datetime) -> ContactSession | None:
    """The live session of an active contact, else None."""
    sessions = contact_sessions_table.c
    row = (
        await connection.execute(
            select(
                contacts_table,
                sessions.csrf,
                sessions.created_at.label("session_created_at"),
                sessions.expires_at,
            )
            .join(contact_sessions_table, sessions.contact_id == contacts_table.c.id)
            .where(sessions.token_hash == token_hash, sessions.expires_at > now, contacts_table.c.active)
        )
    ).first()
    return ContactSession(_contact(row), row.csrf, row.session_created_at, row.expires_at) if row else None


async def move_session(connection: AsyncConnection, token_hash: str, expires_at: datetime) -> None:
    await connection.execute(
        update(contact_sessions_table)
        .where(contact_sessions_table.c.token_hash == token_hash)
        .values(expires_at=expires_at)
    )


async def end_session(connection: AsyncConnection, token_hash: str) -> None:
    await connection.execute(
        delete(contact_sessions_table).where(contact_sessions_table.c.token_hash == token_hash)
    )


async def forget(connection: AsyncConnection, before: datetime, now: datetime) -> None:
    """Drops links made before `before` and sessions that have ended."""
    await connection.execute(delete(contact_links_table).where(contact_links_table.c.created_at < before))
    await connection.execute(delete(contact_sessions_table).where(contact_sessions_table.c.expires_at < now))
