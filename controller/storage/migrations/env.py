"""What Alembic runs for each command: our connection, our metadata, both passed in by the caller."""

from alembic import context

connection = context.config.attributes["connection"]
metadata = context.config.attributes["metadata"]

context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite cannot alter a column in place: Alembic copies the table instead.
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="controller.storage.tables.",
)
with context.begin_transaction():
    context.run_migrations()
