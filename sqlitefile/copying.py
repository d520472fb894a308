"""Copies a database file as it is at one moment, others writing or not."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from domain.errors import ConfigurationError, NotFoundError
from sqlitefile.errors import of_operation


def copy_file(source: Path, target: Path) -> None:
    """Copy a file of a store; as `copy_open`. Raises `NotFoundError` without one."""
    if not source.is_file():
        raise NotFoundError(f"There is no store {source}.")
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live:
        copy_open(live, target)


def copy_open(live: sqlite3.Connection, target: Path) -> None:
    """Copy an open database into one file, whole or not at all.

    Writers are not held up. Raises `StoreFullError` without room, and what SQLite finds
    wrong with the copy as `ConfigurationError`: a damaged store must not push sound
    copies out.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")
    try:
        part.touch(mode=0o600)
        with closing(sqlite3.connect(part)) as copy:
            live.backup(copy)
            # A copy in one file, without a log beside it that may get lost.
            copy.execute("PRAGMA journal_mode = DELETE")
            _refuse_damage(copy, target.name)
        _sync(part)
        part.replace(target)
    except sqlite3.OperationalError as error:
        raise of_operation(f"The copy of {target.name}", error) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(target.name, str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _refuse_damage(copy: sqlite3.Connection, name: str) -> None:
    found = [str(row[0]) for row in copy.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        raise _damaged(name, found[0])


def _damaged(name: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"The store {name} is damaged: {what}.",
        hint="It was not copied. Keep the last sound copy and restore it.",
    )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
