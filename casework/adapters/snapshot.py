"""Writes the whole of casework, as it is at one moment, into one SQLite file.

Of SQLite that is the file itself. PostgreSQL is read in one repeatable transaction into
a file of the same revision. What there is to copy is not listed here: it is the tables
that the migrations make. Neither side is migrated, so that a copy can be taken before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    column,
    func,
    insert,
    select,
    text,
)
from sqlalchemy import table as plain_table

from casework.adapters.copying import CHUNK, last_id, set_last_id
from casework.adapters.dialect import address_of, in_memory, open_engine
from casework.adapters.failures import translated
from casework.adapters.schema import upgrade, version
from casework.adapters.settled import WRITE
from casework.adapters.sqlite import copy_file
from casework.adapters.tables import TABLES
from casework.held import Held
from casework.rows import ChainHead
from domain.errors import NotFoundError

VERSIONS = "alembic_version"
CHAIN = "audit"
_COUNTS_UP = "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"


def snapshot(url: str, target: Path) -> None:
    """Write `target`, whole or not at all. Raises `NotFoundError` for no database."""
    if _missing(url):
        raise NotFoundError(f"There is no casework at {address_of(url).database}.")
    engine = open_engine(url)
    try:
        with translated():
            if engine.dialect.name == "sqlite":
                copy_file(engine, target)
            else:
                _into_file(engine, target)
    finally:
        engine.dispose()


def _missing(url: str) -> bool:
    """Tell whether a file is named that is not there; opening would make one."""
    address = address_of(url)
    in_a_file = address.get_backend_name() == "sqlite" and not in_memory(url)
    return in_a_file and not Path(str(address.database)).is_file()


def present(url: str) -> str | None:
    """Return the revision that a database is at; None for an empty one or none."""
    if _missing(url):
        return None
    engine = open_engine(url)
    try:
        with translated(), engine.begin() as connection:
            return version(connection)
    finally:
        engine.dispose()


def held_in(path: Path) -> Held:
    """Count what a file holds, without migrating it."""
    engine = open_engine(f"sqlite:///{path}")
    heads = TABLES[ChainHead]
    try:
        with translated(), engine.begin() as connection:
            found = MetaData()
            found.reflect(connection)
            rows = {
                name: connection.execute(
                    select(func.count()).select_from(table)
                ).scalar_one()
                for name, table in sorted(found.tables.items())
                if name != VERSIONS
            }
            head = connection.execute(
                select(heads.c.rows, heads.c.digest).where(heads.c.chain == CHAIN)
            ).one_or_none()
            revision = version(connection) or ""
    finally:
        engine.dispose()
    return Held(revision=revision, rows=rows, audit=tuple(head) if head else (0, ""))


def _into_file(engine: Engine, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with engine.begin() as reading, _scratch(target) as scratch:
        reading.exec_driver_sql("SET LOCAL statement_timeout = 0")
        reading.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        revision = version(reading)
        if revision is None:
            raise NotFoundError("There is no casework in the database.")
        url = f"sqlite:///{scratch}"
        upgrade(url, revision)
        copy = open_engine(url)
        try:
            with copy.connect() as plain:
                writing = plain.execution_options(**{WRITE: True})
                with writing.begin():
                    _copy_all(reading, writing)
            copy_file(copy, target)
        finally:
            copy.dispose()


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    path = target.with_name(f".{target.name}.{uuid4().hex}.part")
    path.touch(mode=0o600)
    try:
        yield path
    finally:
        for left in target.parent.glob(f"{path.name}*"):
            left.unlink()


def _copy_all(reading: Connection, writing: Connection) -> None:
    found = MetaData()
    found.reflect(writing)
    counting = set(writing.execute(text(_COUNTS_UP)).scalars())
    for table in found.sorted_tables:
        if table.name == VERSIONS:
            continue
        _copy(reading, writing, table)
        if table.name in counting:
            (key,) = table.primary_key
            last = last_id(reading, table.name, key.name)
            if last is not None:
                set_last_id(writing, table.name, last)


def _copy(reading: Connection, writing: Connection, table: Table) -> None:
    names = [one.name for one in table.columns]
    there = plain_table(table.name, *map(column, names))
    rows = reading.execution_options(yield_per=CHUNK).execute(
        select(there).order_by(*[there.c[key.name] for key in table.primary_key])
    )
    for part in rows.partitions(CHUNK):
        writing.execute(
            insert(table), [dict(zip(names, row, strict=True)) for row in part]
        )
