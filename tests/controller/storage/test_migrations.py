"""The migrations lead to what the rooms' tables say, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from controller.storage import Storage, metadata
from controller.storage.migrations import migrate
from tests.support.stores import BACKENDS, fresh_url, load_all_tables


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_migrated_database_has_every_table_as_declared(backend: str, tmp_path: Path) -> None:
    """Whoever changes a table and forgets the step sees it here, not on a customer's disk."""
    load_all_tables()

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with fresh_url(backend, tmp_path) as url:
        storage = Storage(url)
        try:
            await migrate(storage, metadata)
            await migrate(storage, metadata)
            async with storage.reading() as connection:
                assert await connection.run_sync(differences) == []
        finally:
            await storage.close()
