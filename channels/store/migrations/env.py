"""Run by alembic inside the transaction of bot_core.store.migration.upgrade."""

from alembic import context  # noqa: TID253 - only alembic itself runs this file

migrations = context.config.attributes["migrations"]
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=migrations.metadata,
    version_table=migrations.version_table,
)
context.run_migrations()
