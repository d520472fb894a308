"""One version of the index: a SQLite file (WAL) with its tables and connections.

A document's row number, its slot, is its time to sort by and bits of its id
(`searchindex.fields.slot`). FTS5 gives the rows of any word in this order, so newest
first needs no sorting however many posts hold the word, and paging is a comparison of
slots. Keyword values are words of the same full-text table, so a filter costs what a
word costs.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from domain.errors import RetryLaterError
from sqlitefile.errors import translated
from sqlitefile.wal import BUSY_SECONDS, enter_wal

SCHEMA = """
CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5(
  title, text, exact_title, exact_text, keys,
  content='', columnsize=0, tokenize='ascii');
CREATE TABLE IF NOT EXISTS facts (
  slot INTEGER PRIMARY KEY, post_id TEXT NOT NULL UNIQUE, fetched INTEGER NOT NULL,
  revision INTEGER NOT NULL, urgency REAL NOT NULL);
CREATE INDEX IF NOT EXISTS facts_urgency ON facts (urgency, slot);
CREATE TABLE IF NOT EXISTS keywords (slot INTEGER PRIMARY KEY, found BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS prints (slot INTEGER PRIMARY KEY, print BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bodies (slot INTEGER PRIMARY KEY, state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS waiting (
  post_id TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bands (
  band INTEGER NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (band, slot)) WITHOUT ROWID
"""
"""Rows that are read by the thousand (`facts`, `keywords`) stand apart from the long
ones (`prints`, `bodies`), so that a page of the file holds many of them. `waiting`
holds what has no text yet or any more: reviews and stories that came first, and
tombstones."""

STORE = "The search index"
REBUILD = "Run `minhtin reindex`: the index is made again from the log."

TURN_SECONDS = 0.003
"""Between looks whether it is one's turn: shorter burns CPU, longer leaves the index
idle between two writers."""

CACHE_KIB = 32_768
"""Page cache of a connection. Smaller reads the disk for each word of a large index;
larger is memory taken from the models, once a connection."""


class StoreFile:
    """One SQLite file with as many connections as threads need at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._closed = False

    def create(self, schema: str) -> None:
        """Make the file with its tables; harmless when it is there."""
        with translated(STORE, damaged=REBUILD):
            db = _connect(self.path, "rwc")
            try:
                for statement in schema.split(";"):
                    db.execute(statement)
            finally:
                db.close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A snapshot: all statements inside see one state.

        Raises `FileNotFoundError` before the block when the file was dropped.
        """
        with self._connection() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: durable after the block, undone when it raises."""
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    def close(self) -> None:
        """Close idle connections now and those in use when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with translated(STORE, damaged=REBUILD):
            db = self._take()
            try:
                yield db
            finally:
                self._give(db)

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise RetryLaterError("The search index was closed.")
            if self._idle:
                return self._idle.pop()
        if not self.path.exists():
            raise FileNotFoundError(self.path)
        return _connect(self.path, "rw")

    def _give(self, db: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(db)
                return
        db.close()


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )
    enter_wal(db)
    db.execute("PRAGMA synchronous = FULL")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return db


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait for one's turn among processes; whoever holds it is the next writer.

    SQLite lets whoever asks at the right moment in, so a process that flushes without
    a pause would keep another one out for ever. Here it must pass the one that waits.
    The lock goes with its process.
    """
    end = time.monotonic() + BUSY_SECONDS
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        while not _locked(handle):
            if time.monotonic() > end:
                raise RetryLaterError("The search index is busy with other writers.")
            time.sleep(TURN_SECONDS)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
