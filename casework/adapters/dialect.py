"""What differs between databases, all of it here: opening, transactions, backup."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import StaticPool

from domain.errors import ConfigurationError

BUSY_SECONDS = 10.0
"""How long a writer waits for the others. Shorter fails under a rush of decisions,
longer leaves a person before a page that does not answer."""

WRITE = "casework_write"
"""Execution option of connections that will write."""

_WRITERS_KEY = 0x6D696E68
"""PostgreSQL's advisory lock under which writers queue up (any fixed number)."""


def open_engine(url: str) -> Engine:
    """Return an engine on which transactions are what the port promises."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        engine = create_engine(address, pool_pre_ping=True)
        event.listen(engine, "begin", _begin_elsewhere)
        return engine
    options: dict[str, Any] = {
        "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}
    }
    if in_memory(url):
        options["poolclass"] = StaticPool
    else:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        # One thread of the console per person, each with one transaction at a time.
        options |= {"pool_size": 8, "max_overflow": 56, "pool_timeout": BUSY_SECONDS}
    engine = create_engine(address, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def in_memory(url: str) -> bool:
    """Whether the database lives in this process only, on one connection."""
    address = make_url(url)
    return address.get_backend_name() == "sqlite" and address.database in {
        None,
        "",
        ":memory:",
    }


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` does.
    connection.isolation_level = None
    _enter_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Enter WAL; SQLite does not wait by itself when two open a new file at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its place in the queue at once: a lock upgraded half-way fails
    # without waiting when somebody else wrote in between.
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _begin_elsewhere(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITE, False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_KEY})")
    else:
        connection.exec_driver_sql(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        )


def copy_to(engine: Engine, target: Path) -> None:
    """Write a consistent copy beside `target`, then put it in place."""
    if engine.dialect.name != "sqlite":
        raise ConfigurationError(
            "Cơ sở dữ liệu này không sao lưu bằng lệnh của Minh Tin.",
            hint="Dùng công cụ sao lưu của máy chủ (ví dụ pg_dump).",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")
    raw = engine.raw_connection()
    try:
        with closing(sqlite3.connect(part)) as copy:
            source: Any = raw.driver_connection
            source.backup(copy)
            # A copy in one file, without a log beside it that may get lost.
            copy.execute("PRAGMA journal_mode = DELETE")
        _sync(part)
        part.replace(target)
    finally:
        raw.close()
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
