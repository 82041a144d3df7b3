"""Alembic's environment: migrate over the connection of ``store.migrate.migrate_to``."""

from alembic import context

from app.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
