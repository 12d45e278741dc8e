"""The index: FTS5 on SQLite, a `tsvector` with a GIN index on PostgreSQL. Derived; it may be refilled.

Its tables are made here and not by the migrations: SQLite spreads a virtual table over five others, which no
comparison of shapes knows. `create_search` may be called at every start.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, MetaData, event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.storage import metadata

MOST_CANDIDATES = 500
# Any number that no other program on the same server uses.
_ADVISORY_LOCK = 7_443_748_012

_SQLITE = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS article_search USING fts5(
        article_id UNINDEXED, language UNINDEXED, audience UNINDEXED, title, symptom, rest,
        tokenize = 'ascii')""",
)
_POSTGRESQL = (
    f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})",
    """CREATE TABLE IF NOT EXISTS article_search (
        article_id text NOT NULL, language varchar(2) NOT NULL, audience varchar(16) NOT NULL,
        title text NOT NULL, symptom text NOT NULL, rest text NOT NULL, stems tsvector NOT NULL,
        PRIMARY KEY (article_id, language))""",
    "CREATE INDEX IF NOT EXISTS ix_article_search_stems ON article_search USING gin (stems)",
)


@dataclass(frozen=True, slots=True)
class Filed:
    """One language of a published article, as stems (`stems.filed`)."""

    article_id: UUID
    language: str
    audience: str
    title: str
    symptom: str
    rest: str

    @property
    def fields(self) -> tuple[str, str, str]:
        return self.title, self.symptom, self.rest


async def create_search(connection: AsyncConnection) -> None:
    """Makes what is not there yet. Inside the caller's transaction."""
    await connection.run_sync(_create)


def _create(connection: Connection) -> None:
    statements = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements:
        connection.execute(text(statement))


def _with_the_tables(_target: MetaData, connection: Connection, **_more: object) -> None:
    _create(connection)


# Where tables are made without migrations (tests), the index comes along.
event.listen(metadata, "after_create", _with_the_tables)


async def file(connection: AsyncConnection, filed: Filed) -> None:
    """Puts one language of an article in; what was there of it must have been taken out."""
    values = {
        "article_id": filed.article_id.hex,
        "language": filed.language,
        "audience": filed.audience,
        "title": filed.title,
        "symptom": filed.symptom,
        "rest": filed.rest,
    }
    if connection.dialect.name == "sqlite":
        await connection.execute(
            text(
                "INSERT INTO article_search (article_id, language, audience, title, symptom, rest) "
                "VALUES (:article_id, :language, :audience, :title, :symptom, :rest)"
            ),
            values,
        )
        return
    stems = sorted({stem for field in filed.fields for stem in field.split()})
    await connection.execute(
        # The lexemes as they are: a parser of the database's own would cut "0x11b" its way.
        text(
            "INSERT INTO article_search (article_id, language, audience, title, symptom, rest, stems) VALUES "
            "(:article_id, :language, :audience, :title, :symptom, :rest, "
            "array_to_tsvector(CAST(:stems AS text[])))"
        ),
        {**values, "stems": stems},
    )


async def take_out(connection: AsyncConnection, article_id: UUID | None) -> None:
    """One article, or all of them for None."""
    if article_id is None:
        await connection.execute(text("DELETE FROM article_search"))
        return
    await connection.execute(
        text("DELETE FROM article_search WHERE article_id = :article_id"), {"article_id": article_id.hex}
    )


async def count(connection: AsyncConnection) -> int:
    return int(await connection.scalar(text("SELECT count(*) FROM article_search")) or 0)


async def candidates(
    connection: AsyncConnection, stems: Collection[str], language: str, audiences: Collection[str]
) -> tuple[Filed, ...]:
    """Whatever has one of the stems, at most 500; none for no stems."""
    known = sorted(stem for stem in stems if stem.isascii() and stem.isalnum())
    if not known:
        return ()
    if connection.dialect.name == "sqlite":
        condition, asked = "article_search MATCH :asked", " OR ".join(f'"{stem}"' for stem in known)
    else:
        condition, asked = "stems @@ CAST(:asked AS tsquery)", " | ".join(f"'{stem}'" for stem in known)
    seen = ["", *audiences][-2:]
    rows = await connection.execute(
        text(
            "SELECT article_id, language, audience, title, symptom, rest FROM article_search "  # noqa: S608 - ours
            f"WHERE {condition} AND language = :language AND audience IN (:one, :other) "
            "ORDER BY article_id, language LIMIT :most"
        ),
        {
            "asked": asked,
            "language": language,
            "one": seen[0],
            "other": seen[-1],
            "most": MOST_CANDIDATES,
        },
    )
    return tuple(
        Filed(UUID(row.article_id), row.language, row.audience, row.title, row.symptom, row.rest)
        for row in rows
    )
