"""A frontier in one SQLite file, for all crawler processes of one machine.

Nothing is held in memory but SQLite's own small cache, so its size does not grow with
the number of known pages. Losing the last commits to a power cut is harmless: the
same revision is then handed over once more, and readers are idempotent.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from crawlers.frontier import sqlite_erasures as erasures
from crawlers.frontier import sqlite_queue as queue
from crawlers.frontier.erasures import ErasedName
from crawlers.frontier.facts import (
    budget_key,
    counts_of,
    counts_text,
    facts_of,
    run_of,
    spent_after,
)
from crawlers.frontier.port import (
    Fact,
    Frontier,
    HeldFact,
    KnownAddress,
    KnownPost,
    KnownValidators,
    NextVisit,
    Seen,
    SourceRun,
)
from crawlers.frontier.queue import Finished, Queued, WaitingPage
from crawlers.frontier.sqlite_manners import SCHEMA as MANNERS
from crawlers.frontier.sqlite_manners import SqliteManners
from domain.clock import Clock, SystemClock
from domain.ids import PostId, SourceId
from sqlitefile.copying import copy_file
from sqlitefile.errors import of_operation, translated
from sqlitefile.wal import BUSY_SECONDS, enter_wal

_SCHEMA = """
CREATE TABLE IF NOT EXISTS post (
    id TEXT PRIMARY KEY, revision INTEGER NOT NULL, content_hash TEXT NOT NULL,
    url TEXT NOT NULL, checked REAL NOT NULL, source TEXT NOT NULL,
    gone INTEGER NOT NULL, first_seen REAL NOT NULL, counts TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS post_of_source ON post (source, first_seen);
CREATE TABLE IF NOT EXISTS address (url TEXT PRIMARY KEY, post TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS validator (url TEXT PRIMARY KEY, held TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS visit (source TEXT PRIMARY KEY, next REAL NOT NULL);
CREATE TABLE IF NOT EXISTS run (
    source TEXT NOT NULL, started REAL NOT NULL, finished REAL, facts TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS run_of_source ON run (source, started);
CREATE TABLE IF NOT EXISTS lease (
    site TEXT PRIMARY KEY, holder TEXT NOT NULL, until REAL NOT NULL
);
"""
STORE = "The frontier"
_ADDED = {"counts": "ALTER TABLE post ADD COLUMN counts TEXT NOT NULL DEFAULT ''"}
"""Columns of `post` that files made by earlier versions lack."""
KEPT_RUNS = 10_000
"""Visits kept per source: five weeks at one in ten minutes, which is what a source's
usual volume is taken from, and as many for rechecks between them. More only grows the
file (about 300 bytes each)."""
_COLUMNS = "id, revision, content_hash, url, checked, source, gone, counts"
_SEEN = f"SELECT {_COLUMNS} FROM post WHERE id = ?"  # noqa: S608 - constants only
_RECENT = (
    f"SELECT {_COLUMNS} FROM post WHERE source = ? "  # noqa: S608 - constants only
    "ORDER BY first_seen DESC, rowid DESC LIMIT ?"
)
_ACKNOWLEDGE = (
    f"INSERT INTO post ({_COLUMNS}, first_seen) "  # noqa: S608 - constants only
    "VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
    "revision = excluded.revision, content_hash = excluded.content_hash, "
    "url = excluded.url, checked = excluded.checked, source = excluded.source, "
    "gone = excluded.gone, counts = excluded.counts "
    "WHERE excluded.revision >= post.revision"
)


_CLAIM = (
    "INSERT INTO lease VALUES (?1, ?2, ?3) ON CONFLICT (site) DO UPDATE SET "
    "holder = excluded.holder, until = excluded.until "
    "WHERE lease.holder = excluded.holder OR lease.until <= ?4"
)


PAGE = 1000
"""Rows read at once when everything is read."""

_ALL_POSTS = (
    f"SELECT rowid, first_seen, {_COLUMNS} "  # noqa: S608 - constants only
    "FROM post WHERE rowid > ? ORDER BY rowid LIMIT ?"
)
_ALL_RUNS = (
    "SELECT rowid, source, started, finished, facts FROM run "
    "WHERE rowid > ? ORDER BY rowid LIMIT ?"
)
_ALL_ADDRESSES = "SELECT url, post FROM address WHERE url > ? ORDER BY url LIMIT ?"
_ALL_VALIDATORS = "SELECT url, held FROM validator WHERE url > ? ORDER BY url LIMIT ?"
_TAKE_POST = (
    f"INSERT INTO post ({_COLUMNS}, first_seen) "  # noqa: S608 - constants only
    "VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
    "revision = excluded.revision, content_hash = excluded.content_hash, "
    "url = excluded.url, checked = excluded.checked, source = excluded.source, "
    "gone = excluded.gone, counts = excluded.counts, "
    "first_seen = excluded.first_seen"
)


class SqliteFrontier(SqliteManners, Frontier):
    """Shared by several processes through SQLite's own locks."""

    def __init__(
        self,
        path: Path,
        *,
        busy_seconds: float = BUSY_SECONDS,
        clock: Clock | None = None,
        is_gone: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Open the file; leases whose holder `is_gone` are free at once."""
        self._is_gone = is_gone
        self._clock = clock or SystemClock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._db = sqlite3.connect(
            path,
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        with translated(STORE):
            enter_wal(self._db, busy_seconds)
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_SCHEMA + queue.SCHEMA + erasures.SCHEMA + MANNERS)
            erasures.prepare(self._db)
        self._add_columns()

    def _add_columns(self) -> None:
        with self._transaction():
            held = {row[1] for row in self._db.execute("PRAGMA table_info(post)")}
            for name, statement in _ADDED.items():
                if name not in held:
                    self._db.execute(statement)

    def seen(self, post_id: PostId) -> Seen | None:
        rows = self._ask(_SEEN, post_id)
        return _seen(rows[0]) if rows else None

    def resolve(self, url: str) -> PostId | None:
        rows = self._ask("SELECT post FROM address WHERE url = ?", url)
        return PostId(rows[0][0]) if rows else None

    def acknowledge(
        self, seen: Seen, aliases: tuple[str, ...], finished: Finished | None = None
    ) -> None:
        with self._transaction():
            if erasures.erased(self._db, [seen.post_id, seen.url]):
                if finished is not None:
                    queue.finish(self._db, Finished(url=finished.url))
                return
            self._db.execute(
                _ACKNOWLEDGE,
                (*_values(seen), seen.checked.timestamp()),
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO address (url, post) VALUES (?, ?)",
                [(url, seen.post_id) for url in (seen.url, *aliases)],
            )
            if finished is not None:
                queue.finish(self._db, finished)

    def first_seen(self, post_id: PostId) -> datetime | None:
        rows = self._ask("SELECT first_seen FROM post WHERE id = ?", post_id)
        return _time(rows[0][0]) if rows else None

    def enqueue(self, pages: Sequence[WaitingPage]) -> int:
        with self._transaction():
            gone = erasures.erased(self._db, [page.url for page in pages])
            return queue.enqueue(self._db, [p for p in pages if p.url not in gone])

    def take(
        self,
        site: str,
        holder: str,
        *,
        source: SourceId | None,
        by: datetime,
        limit: int,
        seconds: float,
    ) -> tuple[WaitingPage, ...]:
        now = self._clock.now().timestamp()
        with self._transaction():
            queue.free_orphans(self._db, site, self._is_gone)
            found = queue.due_pages(
                self._db, site, source=source, by=by, now=now, limit=limit
            )
            queue.lease(self._db, found, holder, now + seconds)
        return tuple(found)

    def expected(
        self, places: Collection[tuple[str, SourceId]], by: datetime
    ) -> frozenset[SourceId]:
        now = self._clock.now().timestamp()
        rows = self._ask(queue.EXPECTED, json.dumps(list(places)), by.timestamp(), now)
        return frozenset(SourceId(source) for (source,) in rows)

    def finish(self, page: Finished) -> None:
        with self._transaction():
            queue.finish(self._db, page)

    def put_back(self, url: str, due: datetime, problem: str, at: datetime) -> None:
        with self._transaction():
            queue.put_back(self._db, url, due, problem, at)

    def waiting_page(self, url: str) -> WaitingPage | None:
        rows = self._ask(queue.HELD, url)
        return queue.page_of(rows[0]) if rows else None

    def waiting(self) -> tuple[Queued, ...]:
        return tuple(queue.queued_of(self._ask(queue.COUNTS)))

    def urgent(self, by: datetime) -> frozenset[str]:
        rows = self._ask(queue.URGENT, self._clock.now().timestamp(), by.timestamp())
        return frozenset(
            site for site, holder, free in rows if free or self._is_gone(holder)
        )

    def recent(self, source: SourceId, limit: int) -> tuple[Seen, ...]:
        rows = self._ask(_RECENT, source, limit)
        return tuple(map(_seen, rows))

    def validators(self, url: str) -> Mapping[str, str]:
        rows = self._ask("SELECT held FROM validator WHERE url = ?", url)
        held: dict[str, str] = json.loads(rows[0][0]) if rows else {}
        return held

    def remember_validators(self, url: str, validators: Mapping[str, str]) -> None:
        held = json.dumps(dict(validators))
        with self._transaction():
            if not erasures.erased(self._db, [url]):
                self._db.execute("REPLACE INTO validator VALUES (?, ?)", (url, held))

    def erase(self, posts: Collection[PostId], addresses: Collection[str] = ()) -> None:
        with self._transaction():
            erasures.erase(self._db, posts, addresses)
        # What was deleted is overwritten in the file, and stands in the log of writes
        # until that is begun anew.
        self._ask("PRAGMA wal_checkpoint(TRUNCATE)")

    def erased(self, names: Collection[str]) -> frozenset[str]:
        with self._lock, translated(STORE):
            return erasures.erased(self._db, names)

    def drop_waiting(self, posts: Collection[PostId]) -> None:
        with self._transaction():
            erasures.drop_waiting(self._db, posts)

    def spend(self, budget: str, day: str, units: int, most: int) -> bool:
        key = budget_key(budget)
        with self._transaction():
            row = self._db.execute(
                "SELECT held FROM validator WHERE url = ?", (key,)
            ).fetchone()
            held = spent_after(json.loads(row[0]) if row else {}, day, units, most)
            if held is not None:
                self._db.execute(
                    "REPLACE INTO validator VALUES (?, ?)", (key, json.dumps(held))
                )
        return held is not None

    def due(self, source: SourceId, now: datetime) -> bool:
        rows = self._ask("SELECT next FROM visit WHERE source = ?", source)
        return not rows or bool(rows[0][0] <= now.timestamp())

    def next_visit(self, source: SourceId) -> datetime | None:
        rows = self._ask("SELECT next FROM visit WHERE source = ?", source)
        return _time(rows[0][0]) if rows else None

    def claim(self, site: str, holder: str, seconds: float) -> bool:
        now = self._clock.now().timestamp()
        with self._transaction():
            held = self._db.execute(
                "SELECT holder FROM lease WHERE site = ? AND until > ?", (site, now)
            ).fetchone()
            if held and held[0] != holder and self._is_gone(held[0]):
                self._db.execute("DELETE FROM lease WHERE site = ?", (site,))
            changed = self._db.execute(_CLAIM, (site, holder, now + seconds, now))
            return changed.rowcount > 0

    def release(self, site: str, holder: str) -> None:
        with self._transaction():
            self._db.execute(
                "DELETE FROM lease WHERE site = ? AND holder = ?", (site, holder)
            )
            queue.release(self._db, site, holder)

    def record_run(self, run: SourceRun, next_visit: datetime | None) -> None:
        finished = run.finished.timestamp() if run.finished else None
        with self._transaction():
            self._db.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?)",
                (run.source, run.started.timestamp(), finished, facts_of(run)),
            )
            self._db.execute(
                "DELETE FROM run WHERE source = ? AND started <= (SELECT started FROM "
                "run WHERE source = ? ORDER BY started DESC LIMIT 1 OFFSET ?)",
                (run.source, run.source, KEPT_RUNS),
            )
            if next_visit is not None:
                due = run.source, next_visit.timestamp()
                self._db.execute("REPLACE INTO visit VALUES (?, ?)", due)

    def runs(self, source: SourceId, limit: int) -> tuple[SourceRun, ...]:
        rows = self._ask(
            "SELECT source, started, finished, facts FROM run WHERE source = ? "
            "ORDER BY started DESC, rowid DESC LIMIT ?",
            source,
            limit,
        )
        return tuple(map(_run, rows))

    def facts(self) -> Iterator[Fact]:
        for (digest,) in self._pages(erasures.ALL, ""):
            yield ErasedName(digest)
        for _, first, *row in self._pages(_ALL_POSTS, 0):
            yield KnownPost(seen=_seen(tuple(row)), first_seen=_time(first))
        for url, post in self._pages(_ALL_ADDRESSES, ""):
            yield KnownAddress(url=url, post_id=PostId(post))
        for url, held in self._pages(_ALL_VALIDATORS, ""):
            yield KnownValidators(url=url, held=json.loads(held))
        for source, at in self._ask("SELECT source, next FROM visit"):
            yield NextVisit(source=SourceId(source), at=_time(at))
        for _, *row in self._pages(_ALL_RUNS, 0):
            yield _run(tuple(row))
        for _, *row in self._pages(queue.ALL, 0):
            yield queue.page_of(row)

    def _pages(self, query: str, first: int | str) -> Iterator[tuple[Any, ...]]:
        last: int | str = first
        while rows := self._ask(query, last, PAGE):
            yield from rows
            last = rows[-1][0]

    def take_in(self, facts: Sequence[Fact]) -> None:
        digests = [fact.digest for fact in facts if isinstance(fact, ErasedName)]
        with self._transaction():
            if digests:
                erasures.take_in(self._db, digests)
            for fact in facts:
                if not isinstance(fact, ErasedName):
                    self._take(fact)

    def _take(self, fact: HeldFact) -> None:
        match fact:
            case KnownPost():
                first = fact.first_seen.timestamp()
                self._db.execute(_TAKE_POST, (*_values(fact.seen), first))
            case KnownAddress():
                row = fact.url, fact.post_id
                self._db.execute("REPLACE INTO address VALUES (?, ?)", row)
            case KnownValidators():
                held = json.dumps(dict(fact.held))
                self._db.execute(
                    "REPLACE INTO validator VALUES (?, ?)", (fact.url, held)
                )
            case NextVisit():
                due = fact.source, fact.at.timestamp()
                self._db.execute("REPLACE INTO visit VALUES (?, ?)", due)
            case SourceRun():
                self._take_run(fact)
            case WaitingPage():
                queue.put(self._db, fact)

    def _take_run(self, run: SourceRun) -> None:
        started = run.started.timestamp()
        finished = run.finished.timestamp() if run.finished else None
        self._db.execute(
            "DELETE FROM run WHERE source = ? AND started = ?", (run.source, started)
        )
        self._db.execute(
            "INSERT INTO run VALUES (?, ?, ?, ?)",
            (run.source, started, finished, facts_of(run)),
        )

    def close(self) -> None:
        self._db.close()

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                raise of_operation(STORE, error) from error

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db, self._lock)


def copy_frontier_file(path: Path, target: Path) -> None:
    """Copy a frontier as it is at one moment; see `copy_file`."""
    copy_file(path, target)


class _Transaction:
    def __init__(self, db: sqlite3.Connection, lock: Lock) -> None:
        self._db, self._lock = db, lock

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            self._lock.release()
            raise of_operation(STORE, error) from error

    def __exit__(
        self, kind: object, error: BaseException | None, trace: object
    ) -> None:
        try:
            self._db.execute("COMMIT" if error is None else "ROLLBACK")
        except sqlite3.OperationalError as failed:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise of_operation(STORE, failed) from failed
        finally:
            self._lock.release()
        if isinstance(error, sqlite3.OperationalError):
            raise of_operation(STORE, error) from error


def _time(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _seen(row: tuple[Any, ...]) -> Seen:
    post, revision, content_hash, url, checked, source, gone, counts = row
    return Seen(
        post_id=PostId(post),
        revision=revision,
        content_hash=content_hash,
        url=url,
        checked=_time(checked),
        source=SourceId(source),
        gone=bool(gone),
        counts=counts_of(counts),
    )


def _values(seen: Seen) -> tuple[object, ...]:
    return (
        seen.post_id,
        seen.revision,
        seen.content_hash,
        seen.url,
        seen.checked.timestamp(),
        seen.source,
        seen.gone,
        counts_text(seen.counts),
    )


def _run(row: tuple[Any, ...]) -> SourceRun:
    source, started, finished, facts = row
    ended = None if finished is None else _time(finished)
    return run_of(source, _time(started), ended, facts)
