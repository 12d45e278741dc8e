"""Steps from one shape of the database to the next (Alembic). `app.py` passes the metadata.

A database is brought up to date in one transaction before anything else reads it. On PostgreSQL an advisory
lock lets one of several starting controllers do it while the others wait.
"""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import OperationalError

from controller.core.errors import Conflict, Unavailable
from controller.storage.engine import Storage

# Any number that no other program on the same server uses.
_ADVISORY_LOCK = 7_443_748_011


def _config(connection: Connection, metadata: MetaData) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


async def migrate(storage: Storage, metadata: MetaData) -> None:
    """Brings the database to the newest shape, or leaves it as it was.

    Raises `Conflict` when a newer Vigía has been there already, `Unavailable` when it cannot be reached.
    """

    def upgrade(connection: Connection) -> None:
        config = _config(connection, metadata)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        present = MigrationContext.configure(connection).get_current_revision()
        if present is not None and present not in known:
            raise Conflict(
                f"the database has the shape {present!r}, which this version does not know; "
                "start the version that wrote it, or restore a backup made before it"
            )
        command.upgrade(config, "head")

    try:
        async with storage.writer.begin() as connection:
            if not storage.is_sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            await connection.run_sync(upgrade)
    except OperationalError as error:
        where = storage.url.render_as_string(hide_password=True)
        reason = " ".join(str(error.orig).split())
        raise Unavailable(
            f"database_url: {where} cannot be used ({reason}); is the server running, and is the address right?"
        ) from error


async def drift(storage: Storage, metadata: MetaData) -> list[str]:
    """What only the code or only the database has: empty when all is well."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]

    async with storage.writer.begin() as connection:
        return await connection.run_sync(compare)


async def revise(storage: Storage, metadata: MetaData, message: str, revision: str) -> None:
    """Writes the file of a new step from the difference; for developers, who then read and mend it."""

    def write(connection: Connection) -> None:
        command.revision(_config(connection, metadata), message=message, autogenerate=True, rev_id=revision)

    async with storage.writer.begin() as connection:
        await connection.run_sync(write)
