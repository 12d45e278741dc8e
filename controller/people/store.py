"""Rows of people: users, sessions, one-time links, attempts to sign in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.actor import Role
from controller.people.user import Session, User
from controller.storage import UtcDateTime, metadata

users_table = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("email", String(255), nullable=False),
    Column("language", String(2), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("on_duty", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password_hash", String(255)),
    Column("created_at", UtcDateTime, nullable=False),
)

sessions_table = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

links_table = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    # Without a user: the link makes the first administrator.
    Column("user_id", ForeignKey("users.id")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

attempts_table = Table(
    "sign_in_attempts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("login", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Index(None, "at"),
)


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        login=row.login,
        name=row.name,
        email=row.email,
        language=row.language,
        zone=row.zone,
        role=Role(row.role),
        level=row.level,
        on_duty=row.on_duty,
        active=row.active,
        has_password=row.password_hash is not None,
        created_at=row.created_at,
    )


async def users(connection: AsyncConnection) -> tuple[User, ...]:
    """Everybody, by login, inactive ones included."""
    rows = await connection.execute(select(users_table).order_by(users_table.c.login))
    return tuple(_user(row) for row in rows)


async def user(connection: AsyncConnection, user_id: UUID) -> User | None:
    row = (await connection.execute(select(users_table).where(users_table.c.id == user_id))).first()
    return _user(row) if row else None


async def user_named(connection: AsyncConnection, login: str) -> User | None:
    """By login, which is kept in lower case."""
    query = select(users_table).where(users_table.c.login == login.strip().lower())
    row = (await connection.execute(query)).first()
    return _user(row) if row else None


async def on_duty(connection: AsyncConnection, level: int) -> tuple[User, ...]:
    """Who is told what happens at `level` now: active people of that level on duty, by login."""
    query = (
        select(users_table)
        .where(users_table.c.active, users_table.c.on_duty, users_table.c.level == level)
        .order_by(users_table.c.login)
    )
    return tuple(_user(row) for row in await connection.execute(query))


async def administrators(connection: AsyncConnection) -> tuple[User, ...]:
    """Active administrators, by login: the last to be told when nobody is on duty."""
    query = (
        select(users_table)
        .where(users_table.c.active, users_table.c.role == Role.ADMINISTRATOR.value)
        .order_by(users_table.c.login)
    )
    return tuple(_user(row) for row in await connection.execute(query))


async def password_hash(connection: AsyncConnection, user_id: UUID) -> str | None:
    query = select(users_table.c.password_hash).where(users_table.c.id == user_id)
    found: str | None = (await connection.execute(query)).scalar()
    return found


async def save_user(connection: AsyncConnection, person: User) -> None:
    """A new row, or the fields of an old one; never touches the password."""
    values = {
        "login": person.login,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "zone": person.zone,
        "role": person.role.value,
        "level": person.level,
        "on_duty": person.on_duty,
        "active": person.active,
    }
    changed = await connection.execute(
        update(users_table).where(users_table.c.id == person.id).values(**values)
    )
    if not changed.rowcount:
        await connection.execute(
            insert(users_table).values(id=person.id, created_at=person.created_at, **values)
        )


async def save_password(connection: AsyncConnection, user_id: UUID, hash_text: str) -> None:
    """The new hash; every session of that user ends."""
    await connection.execute(
        update(users_table).where(users_table.c.id == user_id).values(password_hash=hash_text)
    )
    await connection.execute(delete(sessions_table).where(sessions_table.c.user_id == user_id))


async def add_session(
    connection: AsyncConnection, token_hash: str, user_id: UUID, csrf: str, at: datetime, expires_at: datetime
) -> None:
    await connection.execute(
        insert(sessions_table).values(
            token_hash=token_hash, user_id=user_id, csrf=csrf, created_at=at, expires_at=expires_at
        )
    )


async def session(connection: AsyncConnection, token_hash: str, now: datetime) -> Session | None:
    """The live session of an active user, else None."""
    query = (
        select(
            users_table,
            sessions_table.c.csrf,
            sessions_table.c.created_at.label("session_created_at"),
            sessions_table.c.expires_at,
        )
        .join(sessions_table, sessions_table.c.user_id == users_table.c.id)
        .where(
            sessions_table.c.token_hash == token_hash, sessions_table.c.expires_at > now, users_table.c.active
        )
    )
    row = (await connection.execute(query)).first()
    return Session(_user(row), row.csrf, row.session_created_at, row.expires_at) if row else None


async def move_session(connection: AsyncConnection, token_hash: str, expires_at: datetime) -> None:
    await connection.execute(
        update(sessions_table).where(sessions_table.c.token_hash == token_hash).values(expires_at=expires_at)
    )


async def end_session(connection: AsyncConnection, token_hash: str) -> None:
    await connection.execute(delete(sessions_table).where(sessions_table.c.token_hash == token_hash))


async def end_sessions(connection: AsyncConnection, user_id: UUID) -> None:
    await connection.execute(delete(sessions_table).where(sessions_table.c.user_id == user_id))


async def add_link(
    connection: AsyncConnection, token_hash: str, user_id: UUID | None, at: datetime, expires_at: datetime
) -> None:
    """A new link; older unused ones for the same user (or for the first administrator) die."""
    same = links_table.c.user_id == user_id if user_id else links_table.c.user_id.is_(None)
    await connection.execute(delete(links_table).where(same, links_table.c.used_at.is_(None)))
    await connection.execute(
        insert(links_table).values(
            token_hash=token_hash, user_id=user_id, created_at=at, expires_at=expires_at
        )
    )


async def live_link(connection: AsyncConnection, token_hash: str, now: datetime) -> tuple[bool, UUID | None]:
    """(whether the link can be used, whose it is; None for the first administrator)."""
    query = select(links_table).where(
        links_table.c.token_hash == token_hash,
        links_table.c.used_at.is_(None),
        links_table.c.expires_at > now,
    )
    row = (await connection.execute(query)).first()
    return (True, row.user_id) if row else (False, None)


async def was_used(connection: AsyncConnection, token_hash: str) -> bool:
    query = select(links_table.c.used_at).where(links_table.c.token_hash == token_hash)
    return (await connection.execute(query)).scalar() is not None


async def drop_first_links(connection: AsyncConnection) -> None:
    """Unused links for the first administrator open nothing from now on."""
    await connection.execute(
        delete(links_table).where(links_table.c.user_id.is_(None), links_table.c.used_at.is_(None))
    )


async def spend_link(connection: AsyncConnection, token_hash: str, at: datetime) -> bool:
    """Marks it used; False when another was faster."""
    spent = await connection.execute(
        update(links_table)
        .where(links_table.c.token_hash == token_hash, links_table.c.used_at.is_(None))
        .values(used_at=at)
    )
    return spent.rowcount == 1


async def count_attempts(
    connection: AsyncConnection, since: datetime, login: str, address: str
) -> tuple[int, int]:
    """Attempts after `since`: (for this account, from this address)."""
    table = attempts_table.c
    query = select(
        func.count().filter(table.login == login), func.count().filter(table.address == address)
    ).where(table.at > since)
    row = (await connection.execute(query)).one()
    return int(row[0]), int(row[1])


async def add_attempt(
    connection: AsyncConnection, attempt_id: UUID, at: datetime, login: str, address: str
) -> None:
    await connection.execute(
        insert(attempts_table).values(id=attempt_id, at=at, login=login[:64], address=address[:64])
    )


async def forget(connection: AsyncConnection, before: datetime, now: datetime) -> None:
    """Drops attempts older than `before` and sessions that have ended."""
    await connection.execute(delete(attempts_table).where(attempts_table.c.at < before))
    await connection.execute(delete(sessions_table).where(sessions_table.c.expires_at < now))
