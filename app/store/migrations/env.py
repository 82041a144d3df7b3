"""Alembic's way in: it works on the connection that ``upgrading.bring_to`` hands over."""

from alembic import context

from app.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
