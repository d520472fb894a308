"""Copies the whole of casework into another database, in one transaction."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text

from casework.adapters.appending import unguarded
from casework.adapters.dialect import open_engine
from casework.adapters.failures import translated
from casework.adapters.schema import ensure
from casework.adapters.settled import WRITE
from casework.adapters.tables import metadata
from domain.errors import ConfigurationError

CHUNK = 500
"""Rows per statement: fewer cost time, more memory."""


def copy_rows(source: str, target: str, *, again: bool) -> int:
    """Copy every table with its ids; return the number of rows.

    All or nothing: a kill leaves the target as it was. `again` says that what the
    target holds is an earlier copy, which is then replaced; otherwise it must be
    empty, else `ConfigurationError` is raised.
    """
    old, new = open_engine(source), open_engine(target)
    try:
        with translated():
            ensure(old)
            ensure(new)
            with old.begin() as reading, new.connect() as plain:
                writing = plain.execution_options(**{WRITE: True})
                with writing.begin():
                    return _copy_all(reading, writing, again=again)
    finally:
        old.dispose()
        new.dispose()


def read_rows(url: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield every row as the name of its table and its values."""
    engine = open_engine(url)
    try:
        with translated():
            ensure(engine)
        with translated(), engine.begin() as connection:
            for table in metadata.sorted_tables:
                for row in _rows(connection, table):
                    yield table.name, list(row)
    finally:
        engine.dispose()


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    yield from connection.execute(
        select(table).order_by(*table.primary_key).execution_options(yield_per=CHUNK)
    )


def _copy_all(reading: Connection, writing: Connection, *, again: bool) -> int:
    if writing.dialect.name == "postgresql":
        writing.exec_driver_sql("SET LOCAL statement_timeout = 0")
    if again:
        with unguarded(writing):
            for table in reversed(metadata.sorted_tables):
                writing.execute(delete(table))
    copied = 0
    for table in metadata.sorted_tables:
        held = writing.execute(select(func.count()).select_from(table)).scalar_one()
        if held:
            raise ConfigurationError(
                f"The new database is not empty: {table.name} holds {held} rows.",
                hint="Give an empty database, and make no accounts before the move.",
            )
        copied += _copy(reading, writing, table)
    return copied


def _copy(reading: Connection, writing: Connection, table: Table) -> int:
    copied = 0
    names = [column.name for column in table.columns]
    result = reading.execution_options(yield_per=CHUNK).execute(
        select(table).order_by(*table.primary_key)
    )
    for part in result.partitions(CHUNK):
        rows = [dict(zip(names, row, strict=True)) for row in part]
        writing.execute(insert(table), rows)
        copied += len(rows)
    _continue_ids(reading, writing, table)
    return copied


def _continue_ids(reading: Connection, writing: Connection, table: Table) -> None:
    """Have the database give ids after the last one ever given, also of rows gone."""
    column = table.autoincrement_column
    last = None if column is None else last_id(reading, table.name, column.name)
    if column is None or last is None:
        return
    if writing.dialect.name == "sqlite":
        set_last_id(writing, table.name, last)
        return
    writing.execute(
        text("SELECT setval(pg_get_serial_sequence(:name, :column), :last)"),
        {"name": table.name, "column": column.name, "last": last},
    )


def set_last_id(writing: Connection, table: str, last: int) -> None:
    """Have SQLite give ids after `last`."""
    name = {"name": table}
    writing.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), name)
    writing.execute(
        text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
        {**name, "last": last},
    )


def last_id(connection: Connection, table: str, column: str) -> int | None:
    """Return the last id that the database gave, also of rows gone."""
    if connection.dialect.name == "sqlite":
        query = "SELECT seq FROM sqlite_sequence WHERE name = :name"
        names = {"name": table}
    else:
        query = (
            "SELECT pg_sequence_last_value("
            "CAST(pg_get_serial_sequence(:name, :column) AS regclass))"
        )
        names = {"name": table, "column": column}
    found: int | None = connection.execute(text(query), names).scalar_one_or_none()
    return found
