"""A frontier in PostgreSQL, for crawlers on several machines.

A crawler takes one connection. Nearly every call is one statement, and each may be
made twice and does no more then, so that a connection that broke is simply replaced.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from crawlers.frontier import postgres_erasures as erasures
from crawlers.frontier import postgres_queue as queue
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
from crawlers.frontier.postgres_erasures import PostgresErasures
from crawlers.frontier.postgres_line import Db, Line, Query
from crawlers.frontier.postgres_manners import PostgresManners, prepare_manners
from crawlers.frontier.postgres_schema import key, prepare
from crawlers.frontier.queue import Finished, Queued, WaitingPage
from crawlers.frontier.sqlite import KEPT_RUNS
from domain.ids import PostId, SourceId

_SEEN = (
    "SELECT id, revision, content_hash, url, checked, source, gone, counts "
    "FROM frontier_post WHERE key = %s"
)
_RECENT = (
    "SELECT id, revision, content_hash, url, checked, source, gone, counts "
    "FROM frontier_post WHERE source = %s "
    "ORDER BY first_seen DESC, number DESC LIMIT %s"
)
# Addresses come sorted: two crawlers that insert the same ones in another order would
# wait for each other.
_ACKNOWLEDGE = """
WITH allowed AS (
    SELECT 1 WHERE NOT EXISTS (
        SELECT FROM frontier_erased WHERE key = %(key)s OR key = %(url_key)s)
), address AS (
    INSERT INTO frontier_address (key, url, post)
    SELECT unnest(%(keys)s::bytea[]), unnest(%(urls)s::text[]), %(id)s FROM allowed
    ON CONFLICT (key) DO NOTHING
)
INSERT INTO frontier_post AS known
    (key, id, revision, content_hash, url, checked, source, gone, counts,
    first_seen)
SELECT %(key)s, %(id)s, %(revision)s::int, %(content_hash)s, %(url)s,
    %(checked)s::timestamptz, %(source)s, %(gone)s::boolean, %(counts)s,
    %(checked)s::timestamptz FROM allowed
ON CONFLICT (key) DO UPDATE SET revision = excluded.revision,
    content_hash = excluded.content_hash, url = excluded.url,
    checked = excluded.checked, source = excluded.source, gone = excluded.gone,
    counts = excluded.counts
WHERE excluded.revision >= known.revision
"""
_REMEMBER = (
    "INSERT INTO frontier_validator (key, url, held) VALUES (%s, %s, %s) "
    "ON CONFLICT (key) DO UPDATE SET held = excluded.held"
)
_NOT_DUE = "SELECT source FROM frontier_visit WHERE source = ANY(%s) AND next > %s"
_CLAIM = (
    "INSERT INTO frontier_lease AS held (site, holder, until) "
    "VALUES (%s, %s, clock_timestamp() + make_interval(secs => %s)) "
    "ON CONFLICT (site) DO UPDATE SET holder = excluded.holder, "
    "until = excluded.until "
    "WHERE held.holder = excluded.holder OR held.until <= clock_timestamp() "
    "RETURNING site"
)
_RUN = (
    "INSERT INTO frontier_run (source, started, finished, facts) "
    "VALUES (%s, %s, %s, %s) ON CONFLICT (source, started) DO UPDATE SET "
    "finished = excluded.finished, facts = excluded.facts"
)
_TRIM = (
    "DELETE FROM frontier_run WHERE source = %s AND started <= ("
    "SELECT started FROM frontier_run WHERE source = %s "
    "ORDER BY started DESC OFFSET %s LIMIT 1)"
)
_NEXT = (
    "INSERT INTO frontier_visit (source, next) VALUES (%s, %s) "
    "ON CONFLICT (source) DO UPDATE SET next = excluded.next"
)
_RUNS = (
    "SELECT source, started, finished, facts FROM frontier_run WHERE source = %s "
    "ORDER BY started DESC LIMIT %s"
)


_ALL_POSTS: Query = (
    "SELECT number, first_seen, id, revision, content_hash, url, checked, source, "
    "gone, counts FROM frontier_post WHERE number > %s ORDER BY number LIMIT %s"
)
_ALL_ADDRESSES: Query = (
    "SELECT key, url, post FROM frontier_address WHERE key > %s ORDER BY key LIMIT %s"
)
_ALL_VALIDATORS: Query = (
    "SELECT key, url, held FROM frontier_validator WHERE key > %s ORDER BY key LIMIT %s"
)
_TAKE_POST: Query = (
    "INSERT INTO frontier_post (key, id, revision, content_hash, url, checked, source, "
    "gone, counts, first_seen) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
    "ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, "
    "content_hash = excluded.content_hash, url = excluded.url, "
    "checked = excluded.checked, source = excluded.source, gone = excluded.gone, "
    "counts = excluded.counts, first_seen = excluded.first_seen"
)
_TAKE_ADDRESS: Query = (
    "INSERT INTO frontier_address (key, url, post) VALUES (%s, %s, %s) "
    "ON CONFLICT (key) DO UPDATE SET post = excluded.post"
)
_BUDGETS = 0x62756467
"""The advisory lock under which budgets change (any fixed number)."""

PAGE = 1000
"""Rows read at once when everything is read."""


class PostgresFrontier(PostgresManners, PostgresErasures, Frontier):
    """Shared by any number of crawlers; leases go by the server's clock."""

    def __init__(self, url: str) -> None:
        self._line = Line(url)
        prepare(self._line)
        prepare_manners(self._line)

    def seen(self, post_id: PostId) -> Seen | None:
        rows = self._line.ask(_SEEN, key(post_id))
        return _seen(rows[0]) if rows else None

    def resolve(self, url: str) -> PostId | None:
        rows = self._line.ask(
            "SELECT post FROM frontier_address WHERE key = %s", key(url)
        )
        return PostId(rows[0][0]) if rows else None

    def acknowledge(
        self, seen: Seen, aliases: tuple[str, ...], finished: Finished | None = None
    ) -> None:
        addresses = sorted((key(url), url) for url in {seen.url, *aliases})
        values = {
            "keys": [address for address, _ in addresses],
            "urls": [url for _, url in addresses],
            "key": key(seen.post_id),
            "url_key": key(seen.url),
            "id": seen.post_id,
            "revision": seen.revision,
            "content_hash": seen.content_hash,
            "url": seen.url,
            "checked": seen.checked,
            "source": seen.source,
            "gone": seen.gone,
            "counts": counts_text(seen.counts),
        }

        def work(db: Db) -> None:
            if finished is None:
                db.execute(_ACKNOWLEDGE, values)
                return
            with db.transaction():
                db.execute(_ACKNOWLEDGE, values)
                db.execute(*queue.finished(finished))

        self._line.do(work)

    def first_seen(self, post_id: PostId) -> datetime | None:
        rows = self._line.ask(
            "SELECT first_seen FROM frontier_post WHERE key = %s", key(post_id)
        )
        return rows[0][0] if rows else None

    def enqueue(self, pages: Sequence[WaitingPage]) -> int:
        gone = self.erased([page.url for page in pages])
        free = [page for page in pages if page.url not in gone]
        return self._line.do(lambda db: queue.enqueue(db, free))

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
        return self._line.do(
            lambda db: queue.take(
                db, site, holder, source=source, by=by, limit=limit, seconds=seconds
            )
        )

    def expected(
        self, places: Collection[tuple[str, SourceId]], by: datetime
    ) -> frozenset[SourceId]:
        sites = [site for site, _ in places]
        sources = [source for _, source in places]
        rows = self._line.ask(queue.EXPECTED, sites, sources, by)
        return frozenset(SourceId(source) for (source,) in rows)

    def finish(self, page: Finished) -> None:
        query, values = queue.finished(page)
        self._line.ask(query, *values)

    def put_back(self, url: str, due: datetime, problem: str, at: datetime) -> None:
        self._line.ask(queue.PUT_BACK, due, at, problem, key(url))

    def waiting_page(self, url: str) -> WaitingPage | None:
        rows = self._line.ask(queue.ONE, key(url))
        return queue.page_of(rows[0]) if rows else None

    def waiting(self) -> tuple[Queued, ...]:
        return tuple(map(queue.queued_of, self._line.ask(queue.COUNTS)))

    def urgent(self, by: datetime) -> frozenset[str]:
        return frozenset(site for (site,) in self._line.ask(queue.URGENT, by))

    def recent(self, source: SourceId, limit: int) -> tuple[Seen, ...]:
        return tuple(map(_seen, self._line.ask(_RECENT, source, limit)))

    def validators(self, url: str) -> Mapping[str, str]:
        rows = self._line.ask(
            "SELECT held FROM frontier_validator WHERE key = %s", key(url)
        )
        held: dict[str, str] = json.loads(rows[0][0]) if rows else {}
        return held

    def remember_validators(self, url: str, validators: Mapping[str, str]) -> None:
        if not self.erased([url]):
            held = json.dumps(dict(validators))
            self._line.ask(_REMEMBER, key(url), url, held)

    def spend(self, budget: str, day: str, units: int, most: int) -> bool:
        name = budget_key(budget)

        def work(db: Db) -> bool:
            with db.transaction():
                # A budget that is not there yet has no row to lock.
                db.execute("SELECT pg_advisory_xact_lock(%s, 1)", (_BUDGETS,))
                row = db.execute(
                    "SELECT held FROM frontier_validator WHERE key = %s", (key(name),)
                ).fetchone()
                held = spent_after(json.loads(row[0]) if row else {}, day, units, most)
                if held is not None:
                    db.execute(_REMEMBER, (key(name), name, json.dumps(held)))
            return held is not None

        return self._line.do(work)

    def due(self, source: SourceId, now: datetime) -> bool:
        return bool(self.due_among([source], now))

    def due_among(
        self, sources: Collection[SourceId], now: datetime
    ) -> frozenset[SourceId]:
        rows = self._line.ask(_NOT_DUE, list(sources), now)
        return frozenset(sources) - {SourceId(source) for (source,) in rows}

    def next_visit(self, source: SourceId) -> datetime | None:
        rows = self._line.ask(
            "SELECT next FROM frontier_visit WHERE source = %s", source
        )
        return rows[0][0] if rows else None

    def claim(self, site: str, holder: str, seconds: float) -> bool:
        return bool(self._line.ask(_CLAIM, site, holder, seconds))

    def release(self, site: str, holder: str) -> None:
        self._line.ask(
            "DELETE FROM frontier_lease WHERE site = %s AND holder = %s", site, holder
        )
        self._line.ask(queue.RELEASE, site, holder)

    def record_run(self, run: SourceRun, next_visit: datetime | None) -> None:
        facts = facts_of(run)

        def work(db: Db) -> None:
            with db.transaction():
                db.execute(_RUN, (run.source, run.started, run.finished, facts))
                db.execute(_TRIM, (run.source, run.source, KEPT_RUNS))
                if next_visit is not None:
                    db.execute(_NEXT, (run.source, next_visit))

        self._line.do(work)

    def runs(self, source: SourceId, limit: int) -> tuple[SourceRun, ...]:
        return tuple(run_of(*row) for row in self._line.ask(_RUNS, source, limit))

    def facts(self) -> Iterator[Fact]:
        for (place,) in self._pages(erasures.ALL, b""):
            yield ErasedName(place.hex())
        for _, first, *row in self._pages(_ALL_POSTS, 0):
            yield KnownPost(seen=_seen(tuple(row)), first_seen=first)
        for _, url, post in self._pages(_ALL_ADDRESSES, b""):
            yield KnownAddress(url=url, post_id=PostId(post))
        for _, url, held in self._pages(_ALL_VALIDATORS, b""):
            yield KnownValidators(url=url, held=json.loads(held))
        for source, at in self._line.ask("SELECT source, next FROM frontier_visit"):
            yield NextVisit(source=SourceId(source), at=at)
        for (source,) in self._line.ask("SELECT DISTINCT source FROM frontier_run"):
            yield from reversed(self.runs(SourceId(source), KEPT_RUNS))
        for _, *row in self._pages(queue.ALL, 0):
            yield queue.page_of(row)

    def _pages(self, query: Query, first: int | bytes) -> Iterator[tuple[Any, ...]]:
        last: int | bytes = first
        while rows := self._line.ask(query, last, PAGE):
            yield from rows
            last = rows[-1][0]

    def take_in(self, facts: Sequence[Fact]) -> None:
        digests = [f.digest for f in facts if isinstance(f, ErasedName)]
        others = [f for f in facts if not isinstance(f, ErasedName)]

        def work(db: Db) -> None:
            erasures.forget(db, [bytes.fromhex(digest) for digest in digests])
            with db.transaction(), db.cursor() as cursor:
                for fact in others:
                    cursor.execute(*_taken(fact))

        self._line.do(work)

    def close(self) -> None:
        self._line.close()


def _taken(fact: HeldFact) -> tuple[Query, Sequence[object]]:
    match fact:
        case KnownPost(seen=seen):
            return _TAKE_POST, (
                key(seen.post_id),
                seen.post_id,
                seen.revision,
                seen.content_hash,
                seen.url,
                seen.checked,
                seen.source,
                seen.gone,
                counts_text(seen.counts),
                fact.first_seen,
            )
        case KnownAddress():
            return _TAKE_ADDRESS, (key(fact.url), fact.url, fact.post_id)
        case KnownValidators():
            held = json.dumps(dict(fact.held))
            return _REMEMBER, (key(fact.url), fact.url, held)
        case NextVisit():
            return _NEXT, (fact.source, fact.at)
        case SourceRun():
            facts = facts_of(fact)
            return _RUN, (fact.source, fact.started, fact.finished, facts)
        case WaitingPage():
            return queue.PUT, queue.values(fact)


def _seen(row: tuple[Any, ...]) -> Seen:
    post, revision, content_hash, url, checked, source, gone, counts = row
    return Seen(
        post_id=PostId(post),
        revision=revision,
        content_hash=content_hash,
        url=url,
        checked=checked,
        source=SourceId(source),
        gone=gone,
        counts=counts_of(counts),
    )
