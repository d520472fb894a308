"""The queue of the frontier in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crawlers.frontier.postgres_line import Db, Query
from crawlers.frontier.postgres_schema import key
from crawlers.frontier.queue import Finished, Lane, Queued, WaitingPage, joined
from domain.ids import SourceId

_LOCK = 0x71756575
"""The first key of the advisory locks under which pages are queued."""
_ALONE: Query = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
_HELD: Query = (
    "SELECT key, url, site, source, lane, due, hint, changed, tries, tried, problem "
    "FROM frontier_waiting WHERE key = ANY(%s) ORDER BY key FOR UPDATE"
)
_LOOKED: Query = (
    "SELECT address.key, post.checked FROM frontier_address AS address "
    "JOIN frontier_post AS post ON post.key = sha256(convert_to(address.post, 'UTF8')) "
    "WHERE address.key = ANY(%s)"
)
PUT: Query = (
    "INSERT INTO frontier_waiting (key, url, site, source, lane, due, hint, changed, "
    "tries, tried, problem) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
    "ON CONFLICT (key) DO UPDATE SET site = excluded.site, source = excluded.source, "
    "lane = excluded.lane, due = excluded.due, hint = excluded.hint, "
    "changed = excluded.changed, tries = excluded.tries, tried = excluded.tried, "
    "problem = excluded.problem"
)
# Rows that another crawler is just taking are passed over, not waited for.
_NOW: Query = (
    "SELECT key FROM frontier_waiting WHERE site = %s AND lane = 0 AND due <= %s "
    "AND until <= clock_timestamp() ORDER BY due, number LIMIT %s "
    "FOR UPDATE SKIP LOCKED"
)
_OF_SOURCE: Query = (
    "SELECT key FROM frontier_waiting WHERE site = %s AND source = %s AND lane = %s "
    "AND due <= %s AND until <= clock_timestamp() ORDER BY due, number LIMIT %s "
    "FOR UPDATE SKIP LOCKED"
)
EXPECTED: Query = (
    "SELECT DISTINCT place.source "
    "FROM unnest(%s::text[], %s::text[]) AS place (site, source) "
    "CROSS JOIN generate_series(0, 2) AS lane (number) "
    "WHERE EXISTS (SELECT 1 FROM frontier_waiting AS page "
    "WHERE page.site = place.site AND page.source = place.source "
    "AND page.lane = lane.number AND page.due <= %s "
    "AND page.until <= clock_timestamp())"
)
_LEASE: Query = (
    "UPDATE frontier_waiting SET holder = %s, "
    "until = clock_timestamp() + make_interval(secs => %s) WHERE key = ANY(%s) "
    "RETURNING key, url, site, source, lane, due, hint, changed, tries, tried, problem"
)
RELEASE: Query = (
    "UPDATE frontier_waiting SET holder = NULL, until = '-infinity' "
    "WHERE site = %s AND holder = %s"
)
FINISH: Query = "DELETE FROM frontier_waiting WHERE key = %s"
RECHECK: Query = (
    "UPDATE frontier_waiting SET lane = 2, due = %s, tries = 0, tried = NULL, "
    "problem = '', holder = NULL, until = '-infinity' WHERE key = %s"
)
PUT_BACK: Query = (
    "UPDATE frontier_waiting SET lane = greatest(lane, 1), due = %s, "
    "tries = tries + 1, tried = %s, problem = %s, holder = NULL, "
    "until = '-infinity' WHERE key = %s"
)
ONE: Query = (
    "SELECT url, site, source, lane, due, hint, changed, tries, tried, problem "
    "FROM frontier_waiting WHERE key = %s"
)
COUNTS: Query = (
    "SELECT site, lane, count(*), min(due) FROM frontier_waiting "
    "GROUP BY site, lane ORDER BY site, lane"
)
URGENT: Query = (
    "SELECT DISTINCT site FROM frontier_waiting "
    "WHERE lane = 0 AND due <= %s AND until <= clock_timestamp()"
)
ALL: Query = (
    "SELECT number, url, site, source, lane, due, hint, changed, tries, tried, problem "
    "FROM frontier_waiting WHERE number > %s ORDER BY number LIMIT %s"
)


def enqueue(db: Db, pages: Sequence[WaitingPage]) -> int:
    """Let pages wait, in their order.

    Who queues pages of a site is alone with it: two crawlers that inserted the same
    ones in another order would wait for each other.
    """
    keys = sorted({key(page.url) for page in pages})
    with db.transaction(), db.cursor() as cursor:
        for site in sorted({page.site for page in pages}):
            db.execute(_ALONE, (_LOCK, site))
        looked: dict[bytes, datetime] = dict(db.execute(_LOOKED, (keys,)).fetchall())
        rows = db.execute(_HELD, (keys,)).fetchall()
        held = {place: page_of(row) for place, *row in rows}
        better: dict[bytes, WaitingPage] = {}
        changed = 0
        for page in pages:
            place = key(page.url)
            found = joined(page, better.get(place, held.get(place)), looked.get(place))
            if found is not None:
                better[place] = found
                changed += 1
        cursor.executemany(PUT, [values(page) for page in better.values()])
    return changed


def take(
    db: Db,
    site: str,
    holder: str,
    *,
    source: SourceId | None,
    by: datetime,
    limit: int,
    seconds: float,
) -> tuple[WaitingPage, ...]:
    """Lease lane by lane, as each has its own stretch of the index.

    Made twice, because the connection broke after the server did it, it leases other
    pages; the first ones wait for the end of their lease.
    """
    with db.transaction():
        keys = [row[0] for row in db.execute(_NOW, (site, by, limit)).fetchall()]
        for lane in Lane if source is not None else ():
            if lane is not Lane.NOW and len(keys) < limit:
                asked = site, source, lane, by, limit - len(keys)
                keys += [row[0] for row in db.execute(_OF_SOURCE, asked).fetchall()]
        if not keys:
            return ()
        rows = db.execute(_LEASE, (holder, seconds, keys)).fetchall()
    pages = {place: page_of(row) for place, *row in rows}
    return tuple(pages[place] for place in keys)


def finished(page: Finished) -> tuple[Query, Sequence[object]]:
    """Return the statement that finishes a page."""
    if page.recheck_at is None:
        return FINISH, (key(page.url),)
    return RECHECK, (page.recheck_at, key(page.url))


def values(page: WaitingPage) -> tuple[object, ...]:
    return (
        key(page.url),
        page.url,
        page.site,
        page.source,
        page.lane,
        page.due,
        page.hint,
        page.changed,
        page.tries,
        page.tried,
        page.problem,
    )


def page_of(row: Sequence[Any]) -> WaitingPage:
    url, site, source, lane, due, hint, changed, tries, tried, problem = row
    return WaitingPage(
        url=url,
        site=site,
        source=SourceId(source),
        lane=Lane(lane),
        due=due,
        hint=hint,
        changed=changed,
        tries=tries,
        tried=tried,
        problem=problem,
    )


def queued_of(row: Sequence[Any]) -> Queued:
    site, lane, pages, oldest = row
    return Queued(site=site, lane=Lane(lane), pages=pages, oldest_due=oldest)
