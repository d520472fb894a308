"""Audit and time lines only grow: triggers refuse the rest, and are lifted for a copy.

They stop slips and other people's programs, not whoever owns the database: an owner
can do as is done here. What they did is found by the chain and its anchors.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

APPENDED = ("audit", "case_events")
_GUARDS = "SELECT name, sql FROM sqlite_master WHERE type='trigger'"
_GUARDS += " AND tbl_name IN ('audit', 'case_events') ORDER BY name"


@contextmanager
def unguarded(writing: Connection) -> Iterator[None]:
    """Lift the triggers of these tables within the present transaction."""
    if writing.dialect.name == "postgresql":
        for table in APPENDED:
            writing.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        for table in APPENDED:
            writing.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    kept = writing.execute(text(_GUARDS)).all()
    for name, _ in kept:
        writing.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, made in kept:
        writing.exec_driver_sql(made)
