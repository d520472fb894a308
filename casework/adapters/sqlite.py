"""SQLite: how it is opened, how its transactions begin, how it is copied."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from casework.adapters.settled import BUSY_SECONDS, WRITE
from sqlitefile.copying import copy_open
from sqlitefile.wal import enter_wal


def open_sqlite(address: URL) -> Engine:
    """Return an engine in WAL mode; in memory it is one connection for all."""
    options: dict[str, Any] = {
        "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}
    }
    if no_file(address):
        options["poolclass"] = StaticPool
    else:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        # One thread of the console per person, each with one transaction at a time.
        options |= {"pool_size": 8, "max_overflow": 56, "pool_timeout": BUSY_SECONDS}
    engine = create_engine(address, hide_parameters=True, **options)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def no_file(address: URL) -> bool:
    return address.database in {None, "", ":memory:"}


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    # The driver must not begin transactions by itself: `_begin` does.
    connection.isolation_level = None
    enter_wal(connection, BUSY_SECONDS)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    # A writer takes its place in the queue at once: a lock upgraded half-way fails
    # without waiting when somebody else wrote in between.
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def copy_file(engine: Engine, target: Path) -> None:
    """Write a consistent copy beside `target`, then put it in place."""
    raw = engine.raw_connection()
    try:
        source: Any = raw.driver_connection
        copy_open(source, target)
    finally:
        raw.close()
