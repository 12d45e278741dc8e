"""Rows of articles, their versions and texts. The index of the search lies in `search/`."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    Uuid,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.knowledge import article as nouns
from controller.knowledge.article import Article, Audience, Version
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

articles_table = Table(
    "articles",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("origin", String(64), nullable=False),
    Column("latest", Integer, nullable=False),
    Column("published", Integer),
    Column("audience", String(16), nullable=False),
    Column("proven_at", UtcDateTime),
    Column("proven_by", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

versions_table = Table(
    "article_versions",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("writers", JSON, nullable=False),
    Column("writer_name", String(255), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("reviewer_name", String(255), nullable=False),
    Column("reviewed_at", UtcDateTime),
    Column("published_at", UtcDateTime),
)

texts_table = Table(
    "article_texts",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("language", String(2), primary_key=True),
    Column("title", String(255), nullable=False),
    Column("symptom", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("steps", Text, nullable=False),
    Column("check_text", Text, nullable=False),
)

# One row: whoever starts an article holds it until the commit.
numbers_table = Table(
    "article_numbers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)


def _article(row: Row[Any]) -> Article:
    found: dict[str, Any] = dict(row._mapping)
    found["audience"] = Audience(found["audience"])
    return Article(**found)


async def articles(connection: AsyncConnection) -> tuple[Article, ...]:
    """Every one, the last changed first; they are some hundreds."""
    rows = await connection.execute(
        select(articles_table).order_by(articles_table.c.updated_at.desc(), articles_table.c.number.desc())
    )
    return tuple(_article(row) for row in rows)


async def several(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Article]:
    if not ids:
        return {}
    rows = await connection.execute(select(articles_table).where(articles_table.c.id.in_(ids)))
    return {row.id: _article(row) for row in rows}


async def article(connection: AsyncConnection, article_id: UUID, *, lock: bool = False) -> Article | None:
    """With `lock` nobody else changes it before this transaction ends."""
    query = select(articles_table).where(articles_table.c.id == article_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return _article(row) if row else None


async def article_numbered(connection: AsyncConnection, number: int) -> Article | None:
    """The one that people call ART-`number`."""
    if not 0 < number < 2**31:
        return None
    row = (await connection.execute(select(articles_table).where(articles_table.c.number == number))).first()
    return _article(row) if row else None


async def versions(connection: AsyncConnection, article_id: UUID) -> tuple[Version, ...]:
    """All of an article's, the first one first, with their texts."""
    rows = await connection.execute(select(texts_table).where(texts_table.c.article_id == article_id))
    texts: dict[int, dict[str, nouns.Text]] = {}
    for row in rows:
        texts.setdefault(row.number, {})[row.language] = nouns.Text(
            row.language, row.title, row.symptom, row.cause, row.steps, row.check_text
        )
    rows = await connection.execute(
        select(versions_table)
        .where(versions_table.c.article_id == article_id)
        .order_by(versions_table.c.number)
    )
    return tuple(
        Version(
            row.number,
            tuple(row.writers),
            row.writer_name,
            row.written_at,
            row.reviewer_name,
            row.reviewed_at,
            row.published_at,
            {language: texts[row.number][language] for language in sorted(texts[row.number], reverse=True)},
        )
        for row in rows
    )


async def titles(connection: AsyncConnection, ids: Collection[UUID]) -> dict[tuple[UUID, int, str], str]:
    """(article, version, language) -> title, for lists."""
    if not ids:
        return {}
    table = texts_table.c
    rows = await connection.execute(
        select(table.article_id, table.number, table.language, table.title).where(table.article_id.in_(ids))
    )
    return {(row.article_id, row.number, row.language): row.title for row in rows}


async def next_number(connection: AsyncConnection) -> int:
    """Given back if the transaction fails."""
    await connection.execute(
        inserting(connection, numbers_table)
        .values(id=1, last=0)
        .on_conflict_do_nothing(index_elements=[numbers_table.c.id])
    )
    found: int | None = await connection.scalar(
        update(numbers_table)
        .where(numbers_table.c.id == 1)
        .values(last=numbers_table.c.last + 1)
        .returning(numbers_table.c.last)
    )
    assert found is not None
    return found


async def add(connection: AsyncConnection, made: Article) -> None:
    await connection.execute(insert(articles_table).values(**_values(made)))


async def save(connection: AsyncConnection, changed: Article) -> None:
    await connection.execute(
        update(articles_table).where(articles_table.c.id == changed.id).values(**_values(changed))
    )


def _values(one: Article) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "origin": one.origin,
        "latest": one.latest,
        "published": one.published,
        "audience": one.audience.value,
        "proven_at": one.proven_at,
        "proven_by": one.proven_by,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


async def save_version(connection: AsyncConnection, article_id: UUID, version: Version) -> None:
    """The version's row and all its texts, new or changed."""
    values: dict[str, Any] = {
        "writers": list(version.writers),
        "writer_name": version.writer_name,
        "written_at": version.written_at,
        "reviewer_name": version.reviewer_name,
        "reviewed_at": version.reviewed_at,
        "published_at": version.published_at,
    }
    await connection.execute(
        inserting(connection, versions_table)
        .values(article_id=article_id, number=version.number, **values)
        .on_conflict_do_update(
            index_elements=[versions_table.c.article_id, versions_table.c.number], set_=values
        )
    )
    for text in version.texts.values():
        words = {
            "title": text.title,
            "symptom": text.symptom,
            "cause": text.cause,
            "steps": text.steps,
            "check_text": text.check,
        }
        await connection.execute(
            inserting(connection, texts_table)
            .values(article_id=article_id, number=version.number, language=text.language, **words)
            .on_conflict_do_update(
                index_elements=[texts_table.c.article_id, texts_table.c.number, texts_table.c.language],
                set_=words,
            )
        )
