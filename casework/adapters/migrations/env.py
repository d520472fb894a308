"""Runs migrations on the connection that `casework.adapters.schema` hands in.

Without one, as `minhtin upgrade --sql` asks for, it writes the statements down.
"""

from alembic import context

from casework.adapters.tables import metadata

given = context.config.attributes
if context.is_offline_mode():
    context.configure(
        dialect_name=given["dialect"],
        target_metadata=metadata,
        literal_binds=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    context.configure(
        connection=given["connection"],
        target_metadata=metadata,
        render_as_batch=True,
    )
    context.run_migrations()
