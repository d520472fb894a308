"""A frontier in memory: for tests and dry runs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from crawlers.frontier.erasures import ErasedName, digest_of
from crawlers.frontier.facts import budget_key, spent_after
from crawlers.frontier.memory_manners import MemoryManners
from crawlers.frontier.memory_queue import MemoryQueue
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
from domain.clock import Clock, SystemClock
from domain.ids import PostId, SourceId


class MemoryFrontier(MemoryManners, Frontier):
    """Forgets everything at the end of the process."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self._clock = clock or SystemClock()
        self._leases: dict[str, tuple[str, datetime]] = {}
        self._seen: dict[PostId, Seen] = {}
        self._urls: dict[str, PostId] = {}
        self._validators: dict[str, dict[str, str]] = {}
        self._runs: dict[SourceId, list[SourceRun]] = {}
        self._next: dict[SourceId, datetime] = {}
        self._first: dict[PostId, datetime] = {}
        self._queue = MemoryQueue(self._clock)
        self._spending = Lock()
        self._erased: set[str] = set()

    def seen(self, post_id: PostId) -> Seen | None:
        return self._seen.get(post_id)

    def resolve(self, url: str) -> PostId | None:
        return self._urls.get(url)

    def acknowledge(
        self, seen: Seen, aliases: tuple[str, ...], finished: Finished | None = None
    ) -> None:
        if self.erased([seen.post_id, seen.url]):
            if finished is not None:
                self._queue.finish(Finished(url=finished.url))
            return
        known = self._seen.get(seen.post_id)
        if known is None or known.revision <= seen.revision:
            self._seen[seen.post_id] = seen
            self._first.setdefault(seen.post_id, seen.checked)
        for url in (seen.url, *aliases):
            self._urls.setdefault(url, seen.post_id)
        if finished is not None:
            self._queue.finish(finished)

    def first_seen(self, post_id: PostId) -> datetime | None:
        return self._first.get(post_id)

    def enqueue(self, pages: Sequence[WaitingPage]) -> int:
        gone = self.erased([page.url for page in pages])
        return self._queue.enqueue(
            [page for page in pages if page.url not in gone], self._looked
        )

    def _looked(self, url: str) -> datetime | None:
        seen = self._seen.get(self._urls[url]) if url in self._urls else None
        return seen.checked if seen else None

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
        taken = self._queue.take(site, source, by, limit)
        for page in taken:
            self._queue.lease(page.url, holder, seconds)
        return taken

    def expected(
        self, places: Collection[tuple[str, SourceId]], by: datetime
    ) -> frozenset[SourceId]:
        return self._queue.expected(places, by)

    def finish(self, page: Finished) -> None:
        self._queue.finish(page)

    def put_back(self, url: str, due: datetime, problem: str, at: datetime) -> None:
        self._queue.put_back(url, due, problem, at)

    def waiting_page(self, url: str) -> WaitingPage | None:
        return self._queue.get(url)

    def waiting(self) -> tuple[Queued, ...]:
        return self._queue.waiting()

    def urgent(self, by: datetime) -> frozenset[str]:
        return self._queue.urgent(by)

    def recent(self, source: SourceId, limit: int) -> tuple[Seen, ...]:
        found = [s for s in reversed(self._seen.values()) if s.source == source]
        return tuple(found[:limit])

    def validators(self, url: str) -> Mapping[str, str]:
        return self._validators.get(url, {})

    def remember_validators(self, url: str, validators: Mapping[str, str]) -> None:
        if not self.erased([url]):
            self._validators[url] = dict(validators)

    def erase(self, posts: Collection[PostId], addresses: Collection[str] = ()) -> None:
        names = {*posts, *addresses, *self._addresses(posts)}
        self._forget({digest_of(name) for name in names})

    def erased(self, names: Collection[str]) -> frozenset[str]:
        return frozenset(name for name in names if digest_of(name) in self._erased)

    def drop_waiting(self, posts: Collection[PostId]) -> None:
        for url in self._addresses(posts):
            self._queue.finish(Finished(url=url))

    def _addresses(self, posts: Collection[PostId]) -> list[str]:
        return [url for url, post in self._urls.items() if post in posts]

    def _forget(self, digests: set[str]) -> None:
        self._erased |= digests
        held: tuple[dict[Any, Any], ...] = (
            self._seen,
            self._first,
            self._urls,
            self._validators,
        )
        for names in held:
            for name in [name for name in names if digest_of(name) in digests]:
                del names[name]
        for page in self._queue.pages():
            if digest_of(page.url) in digests:
                self._queue.finish(Finished(url=page.url))

    def spend(self, budget: str, day: str, units: int, most: int) -> bool:
        key = budget_key(budget)
        with self._spending:
            held = spent_after(self._validators.get(key, {}), day, units, most)
            if held is not None:
                self._validators[key] = held
        return held is not None

    def due(self, source: SourceId, now: datetime) -> bool:
        return source not in self._next or self._next[source] <= now

    def next_visit(self, source: SourceId) -> datetime | None:
        return self._next.get(source)

    def claim(self, site: str, holder: str, seconds: float) -> bool:
        now = self._clock.now()
        owner, until = self._leases.get(site, (holder, now))
        if owner != holder and until > now:
            return False
        self._leases[site] = (holder, now + timedelta(seconds=seconds))
        return True

    def release(self, site: str, holder: str) -> None:
        if self._leases.get(site, ("",))[0] == holder:
            del self._leases[site]
        self._queue.release(site, holder)

    def record_run(self, run: SourceRun, next_visit: datetime | None) -> None:
        self._runs.setdefault(run.source, []).insert(0, run)
        if next_visit is not None:
            self._next[run.source] = next_visit

    def runs(self, source: SourceId, limit: int) -> tuple[SourceRun, ...]:
        return tuple(self._runs.get(source, ())[:limit])

    def facts(self) -> Iterator[Fact]:
        yield from map(ErasedName, sorted(self._erased))
        for seen in list(self._seen.values()):
            yield KnownPost(seen=seen, first_seen=self._first[seen.post_id])
        for url, post_id in list(self._urls.items()):
            yield KnownAddress(url=url, post_id=post_id)
        for url, held in list(self._validators.items()):
            yield KnownValidators(url=url, held=held)
        for source, at in list(self._next.items()):
            yield NextVisit(source=source, at=at)
        for runs in list(self._runs.values()):
            yield from reversed(runs)
        yield from self._queue.pages()

    def take_in(self, facts: Sequence[Fact]) -> None:
        self._forget({f.digest for f in facts if isinstance(f, ErasedName)})
        for fact in facts:
            if not isinstance(fact, ErasedName):
                self._take(fact)

    def _take(self, fact: HeldFact) -> None:
        match fact:
            case KnownPost():
                self._seen[fact.seen.post_id] = fact.seen
                self._first[fact.seen.post_id] = fact.first_seen
            case KnownAddress():
                self._urls[fact.url] = fact.post_id
            case KnownValidators():
                self._validators[fact.url] = dict(fact.held)
            case NextVisit():
                self._next[fact.source] = fact.at
            case SourceRun():
                self._take_run(fact)
            case WaitingPage():
                self._queue.put(fact)

    def _take_run(self, run: SourceRun) -> None:
        others = [r for r in self._runs.get(run.source, []) if r.started != run.started]
        newest_first = sorted([*others, run], key=lambda r: r.started, reverse=True)
        self._runs[run.source] = newest_first

    def close(self) -> None:
        """Nothing to give up."""
