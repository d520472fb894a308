"""The queue of the frontier in memory."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crawlers.frontier.queue import Finished, Lane, Queued, WaitingPage, joined
from domain.clock import Clock
from domain.ids import SourceId


class MemoryQueue:
    """Pages by address, in the order in which they came, and who fetches them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages: dict[str, WaitingPage] = {}
        self._leases: dict[str, tuple[str, datetime]] = {}

    def enqueue(
        self, pages: Sequence[WaitingPage], looked: Callable[[str], datetime | None]
    ) -> int:
        changed = 0
        for page in pages:
            better = joined(page, self._pages.get(page.url), looked(page.url))
            if better is not None:
                self._pages[page.url] = better
                changed += 1
        return changed

    def take(
        self, site: str, source: SourceId | None, by: datetime, limit: int
    ) -> tuple[WaitingPage, ...]:
        found = [
            page
            for page in self._pages.values()
            if page.site == site
            and (page.source == source or page.lane is Lane.NOW)
            and page.due <= by
            and self._free(page.url)
        ]
        return tuple(sorted(found, key=lambda page: (page.lane, page.due))[:limit])

    def expected(
        self, places: Collection[tuple[str, SourceId]], by: datetime
    ) -> frozenset[SourceId]:
        return frozenset(
            page.source
            for page in self._pages.values()
            if (page.site, page.source) in places
            and page.lane is not Lane.BACKLOG
            and page.due <= by
            and self._free(page.url)
        )

    def lease(self, url: str, holder: str, seconds: float) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        self._leases[url] = (holder, until)

    def release(self, site: str, holder: str) -> None:
        for url, (owner, _) in list(self._leases.items()):
            if owner == holder and self._pages[url].site == site:
                del self._leases[url]

    def finish(self, page: Finished) -> None:
        held = self._pages.pop(page.url, None)
        self._leases.pop(page.url, None)
        if held is not None and page.recheck_at is not None:
            self._pages[page.url] = replace(
                held,
                lane=Lane.RECHECK,
                due=page.recheck_at,
                tries=0,
                tried=None,
                problem="",
            )

    def put_back(self, url: str, due: datetime, problem: str, at: datetime) -> None:
        held = self._pages.get(url)
        if held is None:
            return
        self._leases.pop(url, None)
        self._pages[url] = replace(
            held,
            lane=max(held.lane, Lane.FRESH),
            due=due,
            tries=held.tries + 1,
            tried=at,
            problem=problem,
        )

    def get(self, url: str) -> WaitingPage | None:
        return self._pages.get(url)

    def put(self, page: WaitingPage) -> None:
        self._pages[page.url] = page

    def pages(self) -> Iterator[WaitingPage]:
        yield from list(self._pages.values())

    def waiting(self) -> tuple[Queued, ...]:
        found: defaultdict[tuple[str, Lane], list[datetime]] = defaultdict(list)
        for page in self._pages.values():
            found[page.site, page.lane].append(page.due)
        return tuple(
            Queued(site=site, lane=lane, pages=len(due), oldest_due=min(due))
            for (site, lane), due in sorted(found.items())
        )

    def urgent(self, by: datetime) -> frozenset[str]:
        return frozenset(
            page.site
            for page in self._pages.values()
            if page.lane is Lane.NOW and page.due <= by and self._free(page.url)
        )

    def _free(self, url: str) -> bool:
        return url not in self._leases or self._leases[url][1] <= self._clock.now()
