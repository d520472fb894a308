"""Entering WAL when several processes open a new file at once."""

import sqlite3
import time

BUSY_SECONDS = 10.0
"""How long a writer waits for others. Shorter, and a slow disk looks like an outage;
longer, and a wedged process holds up all others unsaid."""
_PAUSE = 0.02
"""Seconds between two tries; a new file is in WAL after some milliseconds."""


def enter_wal(db: sqlite3.Connection, patience: float = BUSY_SECONDS) -> None:
    """Bring the file into WAL mode, waiting up to `patience` seconds.

    SQLite calls no busy handler while the mode changes, so of two processes that make
    a file at the same moment one is refused at once, whatever its time-out. Raises
    `sqlite3.OperationalError` when the wait is over, and at once for any other fault.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return
