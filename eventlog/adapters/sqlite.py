"""The log in one SQLite file (WAL): several processes of one machine share it.

A record is a row; a flush is one transaction with `synchronous=FULL`. Group
membership, leases and commits are rows too, so a killed member's partitions are
taken over when its lease ends, and a commit from a member that lost its partition is
refused in the transaction that would have made it.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from uuid import uuid4

from domain.clock import Clock, SystemClock
from domain.errors import ConflictError, StoreFullError
from eventlog.adapters.sqlite_group import Membership
from eventlog.limits import LogLimits
from eventlog.partition import partition_of
from eventlog.port import (
    EventLog,
    Lag,
    LogReader,
    LogTopic,
    LogWriter,
    Position,
    Record,
)
from sqlitefile.copying import copy_file
from sqlitefile.errors import translated
from sqlitefile.wal import BUSY_SECONDS, enter_wal

SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
  topic TEXT NOT NULL, part INTEGER NOT NULL, off INTEGER NOT NULL,
  key TEXT NOT NULL, value BLOB, at REAL NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS records_place ON records (topic, part, off);
CREATE INDEX IF NOT EXISTS records_key ON records (topic, part, key, off)
  WHERE topic IN ('analyses', 'reviews');
CREATE TABLE IF NOT EXISTS ends (
  topic TEXT NOT NULL, part INTEGER NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (topic, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sizes (topic TEXT PRIMARY KEY, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS commits (
  grp TEXT NOT NULL, topic TEXT NOT NULL, part INTEGER NOT NULL, off INTEGER NOT NULL,
  PRIMARY KEY (grp, topic, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members (
  grp TEXT NOT NULL, member TEXT NOT NULL, topics TEXT NOT NULL, seen REAL NOT NULL,
  PRIMARY KEY (grp, member)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leases (
  grp TEXT NOT NULL, topic TEXT NOT NULL, part INTEGER NOT NULL, member TEXT NOT NULL,
  PRIMARY KEY (grp, topic, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS layout (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

STORE = "The event log"

LOOK_SECONDS = 0.05
"""Between looks at an empty topic: shorter burns CPU, longer delays each post."""


class SqliteEventLog(EventLog):
    """The log of one installation. Processes open it by path; no server."""

    def __init__(
        self, path: Path, limits: LogLimits | None = None, clock: Clock | None = None
    ) -> None:
        self.path = path
        self.clock = clock or SystemClock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = Database(path)
        wanted = limits or LogLimits()
        with self._db.write() as db:
            for statement in SCHEMA.split(";"):
                db.execute(statement)
            db.execute(
                "INSERT OR IGNORE INTO layout VALUES ('partitions', ?)",
                (wanted.partitions,),
            )
            stored = db.execute("SELECT value FROM layout WHERE name='partitions'")
            partitions = int(stored.fetchone()[0])
        # The number of partitions is fixed when the file is made: a key must stay put.
        self.limits = LogLimits(
            partitions=partitions,
            max_topic_bytes=wanted.max_topic_bytes,
            lease_seconds=wanted.lease_seconds,
            tombstone_seconds=wanted.tombstone_seconds,
        )

    def writer(self) -> LogWriter:
        return SqliteWriter(self)

    def reader(self, group: str, topics: Sequence[LogTopic]) -> LogReader:
        return SqliteReader(self, group, tuple(topics))

    def lag(self, group: str, topics: Sequence[LogTopic]) -> Sequence[Lag]:
        with self._db.read() as db:
            rows = db.execute(
                "SELECT topic, part, off FROM commits WHERE grp=?", (group,)
            )
            committed = {(topic, part): off for topic, part, off in rows}
        return [
            Lag(topic, part, committed.get((topic, part), 0), end)
            for topic in topics
            for part, end in self.ends(topic).items()
        ]

    def ends(self, topic: LogTopic) -> Mapping[int, int]:
        with self._db.read() as db:
            rows = db.execute("SELECT part, next FROM ends WHERE topic=?", (topic,))
            known = dict(rows.fetchall())
        return {part: known.get(part, 0) for part in range(self.limits.partitions)}

    def read(
        self, topic: LogTopic, partition: int, offset: int, limit: int
    ) -> Sequence[Record]:
        with self._db.read() as db:
            return select(db, topic, partition, offset, limit)

    def compact(self, topic: LogTopic) -> int:
        if not topic.compacted:
            return 0
        oldest = self.clock.now().timestamp() - self.limits.tombstone_seconds
        # The two names are written out so that the planner may use the partial index.
        with self._db.write() as db:
            dropped = db.execute(
                """DELETE FROM records WHERE topic = :t AND (EXISTS (
                     SELECT 1 FROM records AS later WHERE later.topic = :t
                     AND later.topic IN ('analyses', 'reviews')
                     AND later.part = records.part AND later.key = records.key
                     AND later.off > records.off)
                   OR (value IS NULL AND at < :oldest))""",
                {"t": topic, "oldest": oldest},
            ).rowcount
            measure(db, topic)
        return int(dropped)

    def trim(self, topic: LogTopic, before: datetime) -> int:
        if topic.compacted:
            return 0
        with self._db.write() as db:
            dropped = db.execute(
                """DELETE FROM records WHERE topic = :t AND at < :before
                   AND off < IFNULL((SELECT MIN(off) FROM commits
                     WHERE topic = :t AND part = records.part), 1 << 62)""",
                {"t": topic, "before": before.timestamp()},
            ).rowcount
            measure(db, topic)
        return int(dropped)

    def size_bytes(self, topic: LogTopic) -> int:
        with self._db.read() as db:
            return size(db, topic)

    def close(self) -> None:
        self._db.close()


def copy_log_file(path: Path, target: Path) -> None:
    """Copy a log with its groups' offsets as it is at one moment; see `copy_file`."""
    copy_file(path, target)


class SqliteWriter(LogWriter):
    def __init__(self, log: SqliteEventLog) -> None:
        self._log = log
        self._db = Database(log.path)
        self._pending: list[tuple[LogTopic, str, bytes | None, float | None]] = []
        self._room: dict[LogTopic, int] = {}

    def append(
        self,
        topic: LogTopic,
        key: str,
        value: bytes | None,
        at: datetime | None = None,
    ) -> None:
        room = self._room.get(topic)
        if room is None:
            with self._db.read() as db:
                room = self._log.limits.max_topic_bytes - size(db, topic)
        room -= size_of(key, value)
        if room < 0:
            raise StoreFullError(
                f"Topic {topic} has reached its size bound.",
                retry_after=30,
                hint="Start the worker or raise the bound (MINHTIN_LOG_MAX_BYTES).",
            )
        self._room[topic] = room
        stamp = at.timestamp() if at else None
        self._pending.append((topic, key, value, stamp))

    def flush(self) -> None:
        if not self._pending:
            return
        now = self._log.clock.now().timestamp()
        partitions = self._log.limits.partitions
        self._room.clear()
        with self._db.write() as db:
            ends = {
                (topic, part): end
                for topic, part, end in db.execute("SELECT topic, part, next FROM ends")
            }
            sizes: dict[LogTopic, int] = {}
            rows = []
            for topic, key, value, at in self._pending:
                place = topic.value, partition_of(key, partitions)
                offset = ends.get(place, 0)
                ends[place] = offset + 1
                sizes[topic] = sizes.get(topic, 0) + size_of(key, value)
                rows.append((*place, offset, key, value, now if at is None else at))
            db.executemany("INSERT INTO records VALUES (?,?,?,?,?,?)", rows)
            db.executemany(
                "INSERT OR REPLACE INTO ends VALUES (?,?,?)",
                [(topic, part, end) for (topic, part), end in ends.items()],
            )
            db.executemany(
                """INSERT INTO sizes VALUES (?, ?)
                   ON CONFLICT (topic) DO UPDATE SET bytes = bytes + excluded.bytes""",
                list(sizes.items()),
            )
        self._pending.clear()

    def close(self) -> None:
        self._pending.clear()
        self._db.close()


class SqliteReader(LogReader):
    def __init__(
        self, log: SqliteEventLog, group: str, topics: tuple[LogTopic, ...]
    ) -> None:
        self._log = log
        self._db = Database(log.path)
        self._next: dict[tuple[LogTopic, int], int] = {}
        self._group = Membership(group, uuid4().hex, topics, log.limits)
        with self._db.write() as db:
            self._group.beat(db, log.clock.now().timestamp())

    def assigned(self) -> Sequence[tuple[LogTopic, int]]:
        return self._group.held

    def poll(self, limit: int, wait_seconds: float) -> Sequence[Record]:
        deadline = time.monotonic() + wait_seconds
        while True:
            self._keep_alive()
            found = self._ready(limit)
            if found or time.monotonic() >= deadline:
                return found
            seen = self._db.version()
            while time.monotonic() < deadline and self._db.version() == seen:
                time.sleep(LOOK_SECONDS)
                if self._group.beat_due(self._log.clock.now().timestamp()):
                    break

    def _keep_alive(self) -> None:
        now = self._log.clock.now().timestamp()
        with self._db.read() as db:
            due = self._group.beat_due(now) or self._group.unsettled(db, now)
        if due:
            with self._db.write() as db:
                self._group.beat(db, now)
            kept = self._group.kept
            self._next = {p: n for p, n in self._next.items() if p in kept}

    def _ready(self, limit: int) -> list[Record]:
        found: list[Record] = []
        with self._db.read() as db:
            for place in self._group.held:
                start = self._next.get(place)
                if start is None:
                    start = self._group.committed(db, place)
                rows = select(db, *place, start, limit - len(found))
                if rows:
                    self._next[place] = rows[-1].offset + 1
                    found.extend(rows)
                if len(found) >= limit:
                    break
        return found

    def commit(self, positions: Sequence[Position]) -> None:
        places = [(p.topic, p.partition) for p in positions]
        with self._db.write() as db:
            if not self._group.owns(db, places):
                # Whoever holds them next, maybe this member, begins at the commit.
                for place in places:
                    self._next.pop(place, None)
                raise ConflictError("A partition went to another member of the group.")
            db.executemany(
                "INSERT OR REPLACE INTO commits VALUES (?,?,?,?)",
                [(self._group.name, p.topic, p.partition, p.offset) for p in positions],
            )

    def seek(self, position: Position) -> None:
        self._next[position.topic, position.partition] = position.offset

    def close(self) -> None:
        try:
            with self._db.write() as db:
                self._group.leave(db)
        finally:
            self._db.close()


class Database:
    """One connection with its lock, in WAL mode, with our errors."""

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        with translated(STORE):
            self._db = sqlite3.connect(
                path,
                isolation_level=None,
                check_same_thread=False,
                timeout=BUSY_SECONDS,
            )
            enter_wal(self._db)
            self._db.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A snapshot: all statements inside see one state."""
        with self._lock, translated(STORE):
            self._db.execute("BEGIN")
            try:
                yield self._db
            finally:
                self._db.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: durable after the block, undone when it raises."""
        with self._lock, translated(STORE):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def version(self) -> int:
        """A number that changes when another connection commits."""
        with self._lock, translated(STORE):
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        with self._lock:
            self._db.close()


def select(
    db: sqlite3.Connection, topic: LogTopic, partition: int, offset: int, limit: int
) -> list[Record]:
    """Read a run of records of one partition."""
    rows = db.execute(
        """SELECT off, key, value, at FROM records
           WHERE topic=? AND part=? AND off>=? ORDER BY off LIMIT ?""",
        (topic, partition, offset, limit),
    )
    return [
        Record(topic, partition, off, key, value, datetime.fromtimestamp(at, UTC))
        for off, key, value, at in rows
    ]


def size(db: sqlite3.Connection, topic: LogTopic) -> int:
    """Return the kept sum of a topic's bytes."""
    row = db.execute("SELECT bytes FROM sizes WHERE topic=?", (topic,)).fetchone()
    return int(row[0]) if row else 0


def measure(db: sqlite3.Connection, topic: LogTopic) -> None:
    """Sum a topic's bytes again after rows were dropped."""
    db.execute(
        """INSERT OR REPLACE INTO sizes SELECT ?, IFNULL(SUM(
             LENGTH(CAST(key AS BLOB)) + IFNULL(LENGTH(value), 0)), 0)
           FROM records WHERE topic=?""",
        (topic, topic),
    )


def size_of(key: str, value: bytes | None) -> int:
    """Return the bytes that a record counts for."""
    return len(key.encode()) + len(value or b"")
