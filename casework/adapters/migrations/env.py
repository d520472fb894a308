"""Runs migrations on the connection that `casework.adapters.schema` hands in."""

from alembic import context

from casework.adapters.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
