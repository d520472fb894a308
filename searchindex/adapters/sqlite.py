"""The index as a folder of SQLite files: a file a version, and a pointer.

`pointer.sqlite` names the live version and, during a rebuild, the next one. A writer
looks at it at every flush, inside the transaction that keeps swaps and other writers
out, so all processes write to the same versions. Swapping is one row changed in one
transaction: a process killed before it leaves the old version live, after it the new
one, and files that nobody names are removed by the next rebuild or swap.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock

from domain.clock import Clock, SystemClock
from domain.errors import ConfigurationError, ConflictError, RetryLaterError
from nlp.fingerprint import bands
from searchindex.adapters.sqlite_reader import BOUND, SqliteReader
from searchindex.adapters.sqlite_rows import apply, drop_deleted
from searchindex.adapters.sqlite_store import SCHEMA, StoreFile, turn
from searchindex.document import VERSION
from searchindex.intake import Bands, CollectingWriter
from searchindex.port import BulkResult, IndexReader, IndexWriter, SearchIndex

POINTER = """
CREATE TABLE IF NOT EXISTS versions (role TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS numbers (one INTEGER PRIMARY KEY, last INTEGER NOT NULL)
"""

LIVE, NEXT = "live", "next"


class SqliteSearchIndex(SearchIndex):
    """The index of one installation. Processes open it by folder; no server.

    `bands_of` makes the near-copy bands of a fingerprint, `bound` is
    `sqlite_reader.BOUND` but for tests.
    """

    def __init__(
        self,
        folder: Path,
        *,
        bands_of: Bands = bands,
        bound: int = BOUND,
        clock: Clock | None = None,
    ) -> None:
        self.folder = folder
        self.clock = clock or SystemClock()
        # Each fingerprint is asked for when it comes in and again when it is written.
        self.bands_of = lru_cache(maxsize=2048)(bands_of)
        self._bound = bound
        self._files: dict[str, StoreFile] = {}
        self._lock = Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self.pointer = StoreFile(folder / "pointer.sqlite")
        self.pointer.create(POINTER)
        with self.pointer.read() as db:
            made = LIVE in versions(db)
        if not made:
            with self.exclusive() as db:
                if LIVE not in versions(db):
                    self._make(db, LIVE)

    def writer(self) -> IndexWriter:
        return SqliteWriter(self)

    def reader(self) -> IndexReader:
        return SqliteReader(self.reading, self._bound)

    def begin_rebuild(self) -> IndexWriter:
        with self.exclusive() as db:
            name = self._make(db, NEXT)
            self._drop_unnamed(set(versions(db).values()))
        return RebuildWriter(self, name)

    def swap(self) -> None:
        with self.exclusive() as db:
            name = versions(db).get(NEXT)
            if name is None:
                raise ConflictError("No rebuild is under way.")
            db.execute("UPDATE versions SET name=? WHERE role=?", (name, LIVE))
            db.execute("DELETE FROM versions WHERE role=?", (NEXT,))
        with self.exclusive() as db:
            self._drop_unnamed(set(versions(db).values()))

    def live_version(self) -> str:
        with self.pointer.read() as db:
            return versions(db)[LIVE]

    def drop_deleted(self, before: datetime) -> int:
        with self.pointer.read() as db:
            roles = versions(db)
        dropped = self._drop_deleted(_current(roles[LIVE]), before)
        if NEXT in roles:
            self._drop_deleted(roles[NEXT], before)
        return dropped

    def _drop_deleted(self, name: str, before: datetime) -> int:
        """Work in portions, so that writers get their turns in between."""
        dropped, after = 0, None
        while True:
            try:
                with turn(self.folder / "turn.lock"), self.file(name).write() as db:
                    count, after = drop_deleted(db, before, after)
            except FileNotFoundError:  # swapped meanwhile
                return dropped
            dropped += count
            if after is None:
                return dropped

    def close(self) -> None:
        with self._lock:
            files, self._files = list(self._files.values()), {}
        for file in files:
            file.close()
        self.pointer.close()

    @contextmanager
    def exclusive(self) -> Iterator[sqlite3.Connection]:
        """Keep other writers, rebuilds and swaps out; yields the pointer."""
        with ExitStack() as held:
            with turn(self.folder / "turn.lock"):
                db = held.enter_context(self.pointer.write())
            yield db

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open a snapshot of the live version."""
        for _ in range(3):
            opened = self.file(_current(self.live_version())).read()
            try:
                db = opened.__enter__()
            except FileNotFoundError:
                continue  # swapped and dropped since the pointer was read
            break
        else:
            raise RetryLaterError("The search index changes too fast.")
        try:
            yield db
        finally:
            opened.__exit__(None, None, None)

    def file(self, name: str) -> StoreFile:
        """Return the file of a version, and let go of versions that are gone."""
        with self._lock:
            for old in [n for n in self._files if n != name]:
                if not self._files[old].path.exists():
                    self._files.pop(old).close()
            if name not in self._files:
                self._files[name] = StoreFile(self.folder / f"{name}.sqlite")
            return self._files[name]

    def _make(self, db: sqlite3.Connection, role: str) -> str:
        db.execute(
            """INSERT INTO numbers VALUES (1, 1)
               ON CONFLICT (one) DO UPDATE SET last = last + 1"""
        )
        number = db.execute("SELECT last FROM numbers").fetchone()[0]
        name = f"v{VERSION}-{number}"
        # A process killed here once before may have left half a file of this name.
        _drop(self.folder, name)
        StoreFile(self.folder / f"{name}.sqlite").create(SCHEMA)
        db.execute("INSERT OR REPLACE INTO versions VALUES (?,?)", (role, name))
        return name

    def _drop_unnamed(self, named: set[str]) -> None:
        for path in self.folder.glob("v*-*.sqlite"):
            if path.stem not in named:
                _drop(self.folder, path.stem)


class SqliteWriter(CollectingWriter):
    """Writes to the live version and to the next one while there is one."""

    def __init__(self, index: SqliteSearchIndex) -> None:
        super().__init__(index.bands_of, index.clock)
        self._index = index

    def flush(self) -> BulkResult:
        # Holding the pointer keeps a swap from falling between the two files.
        with self._index.exclusive() as pointer:
            current = versions(pointer)
            result = self._write(_current(current[LIVE]))
            if NEXT in current:
                self._write(current[NEXT])
        self._intake.clear()
        return result

    def _write(self, name: str) -> BulkResult:
        try:
            with self._index.file(name).write() as db:
                return apply(db, self._intake, self._index.bands_of)
        except FileNotFoundError as error:
            raise RetryLaterError(
                f"The search index {name} is not in its folder.",
                hint="Run `minhtin reindex`: the index is made again from the log.",
            ) from error


class RebuildWriter(SqliteWriter):
    """Writes to one version only."""

    def __init__(self, index: SqliteSearchIndex, name: str) -> None:
        super().__init__(index)
        self._name = name

    def flush(self) -> BulkResult:
        with self._index.pointer.read() as pointer:
            current = set(versions(pointer).values())
        if self._name not in current:
            raise ConflictError("This rebuild was abandoned for a newer one.")
        result = self._write(self._name)
        self._intake.clear()
        return result


def versions(db: sqlite3.Connection) -> dict[str, str]:
    """Return the names of the live and the next version."""
    return dict(db.execute("SELECT role, name FROM versions").fetchall())


def _current(name: str) -> str:
    if not name.startswith(f"v{VERSION}-"):
        raise ConfigurationError(
            f"The search index {name} was made by another version of this program.",
            hint="Run `minhtin reindex`.",
        )
    return name


def _drop(folder: Path, name: str) -> None:
    for ending in (".sqlite", ".sqlite-wal", ".sqlite-shm"):
        (folder / f"{name}{ending}").unlink(missing_ok=True)
