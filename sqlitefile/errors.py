"""SQLite's errors as ours, by what the caller must do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import MinhTinError, RetryLaterError, StoreFullError

_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_FULL_SECONDS = 30
"""Pause when the disk is full: room is made by people, not within a second."""


@contextmanager
def translated(store: str, *, damaged: str = "") -> Iterator[None]:
    """Turn errors of SQLite inside the block into ours.

    `store` names the store in a sentence ("The event log"). `damaged` says what mends
    a broken file; without it such an error is not translated.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        raise of_operation(store, error) from error
    except sqlite3.ProgrammingError as error:
        raise RetryLaterError(f"{store} was closed.") from error
    except sqlite3.DatabaseError as error:
        if not damaged:
            raise
        raise RetryLaterError(
            f"{store} is damaged: {error}.", retry_after=_FULL_SECONDS, hint=damaged
        ) from error


def of_operation(store: str, error: sqlite3.OperationalError) -> MinhTinError:
    """Return our error for a statement that failed."""
    # Only errors of the library bear a code; some of Python's own module have none.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _NO_ROOM:
        return StoreFullError(
            f"{store} cannot be written: {error}.",
            retry_after=_FULL_SECONDS,
            hint="Free space on the data disk; work goes on by itself.",
        )
    return RetryLaterError(f"{store} is out of reach: {error}.")
