"""The queue of the frontier in SQLite: what its statements do inside a transaction."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from crawlers.frontier.queue import Finished, Lane, Queued, WaitingPage, joined
from domain.ids import SourceId

SCHEMA = """
CREATE TABLE IF NOT EXISTS waiting (
    url TEXT PRIMARY KEY, site TEXT NOT NULL, source TEXT NOT NULL,
    lane INTEGER NOT NULL, due REAL NOT NULL, hint TEXT NOT NULL, changed REAL,
    tries INTEGER NOT NULL, tried REAL, problem TEXT NOT NULL,
    holder TEXT, until REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS waiting_in_lane ON waiting (site, source, lane, due);
CREATE INDEX IF NOT EXISTS waiting_now ON waiting (site, due) WHERE lane = 0;
CREATE INDEX IF NOT EXISTS waiting_leased ON waiting (site, holder)
    WHERE holder IS NOT NULL;
"""
_COLUMNS = "url, site, source, lane, due, hint, changed, tries, tried, problem"
HELD = f"SELECT {_COLUMNS} FROM waiting WHERE url = ?"  # noqa: S608 - constants only
_LOOKED = (
    "SELECT checked FROM address JOIN post ON post.id = address.post "
    "WHERE address.url = ?"
)
_PUT = (
    f"INSERT INTO waiting ({_COLUMNS}) "  # noqa: S608 - constants only
    "VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (url) DO UPDATE SET "
    "site = excluded.site, source = excluded.source, lane = excluded.lane, "
    "due = excluded.due, hint = excluded.hint, changed = excluded.changed, "
    "tries = excluded.tries, tried = excluded.tried, problem = excluded.problem"
)
_NOW = (
    f"SELECT {_COLUMNS} FROM waiting INDEXED BY waiting_now "  # noqa: S608 - constants only
    "WHERE site = ? AND lane = 0 AND due <= ? AND until <= ? "
    "ORDER BY due, rowid LIMIT ?"
)
_OF_SOURCE = (
    f"SELECT {_COLUMNS} FROM waiting INDEXED BY waiting_in_lane "  # noqa: S608 - constants only
    "WHERE site = ? AND source = ? AND lane = ? AND due <= ? AND until <= ? "
    "ORDER BY due, rowid LIMIT ?"
)
EXPECTED = (
    "SELECT DISTINCT json_extract(value, '$[1]') FROM json_each(?1) WHERE EXISTS ("
    "SELECT 1 FROM waiting INDEXED BY waiting_in_lane "
    "WHERE site = json_extract(value, '$[0]') "
    "AND source = json_extract(value, '$[1]') "
    "AND lane IN (0, 1, 2) AND due <= ?2 AND until <= ?3)"
)
_LEASE = "UPDATE waiting SET holder = ?, until = ? WHERE url = ?"
_FREE = "UPDATE waiting SET holder = NULL, until = 0 WHERE site = ? AND holder = ?"
_RECHECK = (
    "UPDATE waiting SET lane = ?, due = ?, tries = 0, tried = NULL, problem = '', "
    "holder = NULL, until = 0 WHERE url = ?"
)
_PUT_BACK = (
    "UPDATE waiting SET lane = max(lane, ?), due = ?, tries = tries + 1, tried = ?, "
    "problem = ?, holder = NULL, until = 0 WHERE url = ?"
)
COUNTS = (
    "SELECT site, lane, count(*), min(due) FROM waiting GROUP BY site, lane "
    "ORDER BY site, lane"
)
URGENT = (
    "SELECT DISTINCT site, holder, until <= ? FROM waiting INDEXED BY waiting_now "
    "WHERE lane = 0 AND due <= ?"
)
ALL = (
    f"SELECT rowid, {_COLUMNS} FROM waiting "  # noqa: S608 - constants only
    "WHERE rowid > ? ORDER BY rowid LIMIT ?"
)


def enqueue(db: sqlite3.Connection, pages: Sequence[WaitingPage]) -> int:
    changed = 0
    for page in pages:
        looked = db.execute(_LOOKED, (page.url,)).fetchone()
        held = db.execute(HELD, (page.url,)).fetchone()
        better = joined(
            page,
            page_of(held) if held else None,
            _time(looked[0]) if looked else None,
        )
        if better is not None:
            put(db, better)
            changed += 1
    return changed


def free_orphans(
    db: sqlite3.Connection, site: str, is_gone: Callable[[str], bool]
) -> None:
    """End the leases of holders that are gone."""
    holders = db.execute(
        "SELECT DISTINCT holder FROM waiting INDEXED BY waiting_leased "
        "WHERE site = ? AND holder IS NOT NULL",
        (site,),
    ).fetchall()
    for (holder,) in holders:
        if is_gone(holder):
            db.execute(_FREE, (site, holder))


def due_pages(
    db: sqlite3.Connection,
    site: str,
    *,
    source: SourceId | None,
    by: datetime,
    now: float,
    limit: int,
) -> list[WaitingPage]:
    """Return free pages lane by lane.

    An index over all lanes at once would read every page of a lane that is not due
    before it comes to the next.
    """
    due = by.timestamp()
    rows = db.execute(_NOW, (site, due, now, limit)).fetchall()
    for lane in Lane if source is not None else ():
        if lane is not Lane.NOW and len(rows) < limit:
            asked = site, source, lane, due, now, limit - len(rows)
            rows += db.execute(_OF_SOURCE, asked).fetchall()
    return [page_of(row) for row in rows]


def lease(
    db: sqlite3.Connection, pages: Sequence[WaitingPage], holder: str, until: float
) -> None:
    db.executemany(_LEASE, [(holder, until, page.url) for page in pages])


def release(db: sqlite3.Connection, site: str, holder: str) -> None:
    db.execute(_FREE, (site, holder))


def finish(db: sqlite3.Connection, page: Finished) -> None:
    if page.recheck_at is None:
        db.execute("DELETE FROM waiting WHERE url = ?", (page.url,))
    else:
        due = page.recheck_at.timestamp()
        db.execute(_RECHECK, (Lane.RECHECK, due, page.url))


def put_back(
    db: sqlite3.Connection, url: str, due: datetime, problem: str, at: datetime
) -> None:
    values = Lane.FRESH, due.timestamp(), at.timestamp(), problem, url
    db.execute(_PUT_BACK, values)


def put(db: sqlite3.Connection, page: WaitingPage) -> None:
    db.execute(_PUT, _values(page))


def page_of(row: Sequence[Any]) -> WaitingPage:
    url, site, source, lane, due, hint, changed, tries, tried, problem = row
    return WaitingPage(
        url=url,
        site=site,
        source=SourceId(source),
        lane=Lane(lane),
        due=_time(due),
        hint=hint,
        changed=None if changed is None else _time(changed),
        tries=tries,
        tried=None if tried is None else _time(tried),
        problem=problem,
    )


def queued_of(rows: Sequence[Sequence[Any]]) -> Iterator[Queued]:
    for site, lane, pages, oldest in rows:
        yield Queued(site=site, lane=Lane(lane), pages=pages, oldest_due=_time(oldest))


def _values(page: WaitingPage) -> tuple[object, ...]:
    return (
        page.url,
        page.site,
        page.source,
        page.lane,
        page.due.timestamp(),
        page.hint,
        page.changed.timestamp() if page.changed else None,
        page.tries,
        page.tried.timestamp() if page.tried else None,
        page.problem,
    )


def _time(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
