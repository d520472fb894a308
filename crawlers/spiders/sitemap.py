"""Sitemaps, and the articles that they name."""

from asyncio import sleep, to_thread
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.found import FoundPage, FoundUnchanged
from crawlers.spiders.source import (
    SlowYields,
    SourceSpider,
    requested,
    validators,
)
from crawlers.visit import Visit
from extraction.charset import decode
from extraction.fields import FeedItem
from extraction.sitemap import (
    MOST_BYTES,
    Sitemap,
    SitemapEntry,
    parse_sitemap,
    robots_sitemaps,
)
from extraction.sitemap_rules import newest_first, sitemap_rules
from extraction.urls import canonical_url, site_of

_DEEPEST = 3
"""Indexes within each other. The format allows none; a few systems nest them once.
Larger follows an index that makes up a new one each time."""
_SECONDS = 60.0
"""For one map: it may be ten times the size of a page."""
_SLICE = 100
"""Entries between two turns of the reactor: each asks the frontier, 50 µs in SQLite and
a millisecond over a network. More holds up all downloads; fewer only costs turns."""


@dataclass(frozen=True, slots=True)
class _Map:
    url: str
    depth: int


class SitemapSpider(SourceSpider):
    """Opens the maps one after the other, then asks for articles, newest first.

    A page whose map says that it did not change since it was looked at is left out.
    """

    name = "sitemap"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self._rules = sitemap_rules(visit.spec)
        self._waiting: deque[_Map] = deque()
        self._maps: set[str] = set()
        self._entries: dict[str, SitemapEntry] = {}
        self._leading: list[FoundPage] = []
        self._cut = False

    def first(self) -> Iterator[Request]:
        url = self.visit.spec.url
        if urlsplit(url).path in {"", "/"}:
            yield self._ask(_Map(urljoin(url, "/robots.txt"), 0), self.parse_rules)
        else:
            first = _Map(canonical_url(url), 0)
            self._maps.add(first.url)
            yield self._ask(first, self.parse)

    async def parse_rules(self, response: Response, place: _Map) -> SlowYields:
        """Take the maps that robots.txt names, else the usual one."""
        named: tuple[str, ...] = ()
        if response.status == 200:  # noqa: PLR2004 - the HTTP status
            named = robots_sitemaps(decode(response.body), response.url)
        for url in named or (urljoin(place.url, "/sitemap.xml"),):
            self._add(_Map(url, 0))
        async for asked in self._next():
            yield asked

    async def parse(self, response: Response, place: _Map) -> SlowYields:
        """Read a map, then open the next one."""
        empty = self.without_content(response, accepted=())
        if empty is None:
            await self._read(response, place)
        elif not any(isinstance(found, FoundUnchanged) for found in empty):
            self.visit.tally.fail(f"http_{response.status}")
        async for asked in self._next():
            yield asked

    async def map_failed(self, failure: Failure) -> SlowYields:
        """Count a map that could not be had, and open the next one."""
        self.failed(failure)
        async for asked in self._next():
            yield asked

    async def _read(self, response: Response, place: _Map) -> None:
        now = self.visit.deps.clock.now()
        found = await to_thread(self._chosen, response.body, response.url, now)
        if found is None:
            self.visit.tally.fail("no_sitemap")
            return
        for entry in found.maps:
            self._add(_Map(entry.url, place.depth + 1))
        for entry in found.pages:
            self._entries.setdefault(entry.url, entry)
        self._remember(response, found)

    def _chosen(self, body: bytes, url: str, now: datetime) -> Sitemap | None:
        """Return what the source wants of a map. Runs in a thread of its own."""
        found = parse_sitemap(body, url)
        if found is None:
            return None
        maps = newest_first(e for e in found.maps if self._rules.opens(e, now))
        pages = tuple(e for e in found.pages if self._rules.wants(e, now))
        return replace(found, maps=tuple(maps), pages=pages)

    def _remember(self, response: Response, found: Sitemap) -> None:
        self._cut = self._cut or found.cut
        page = FoundPage(url=requested(response), validators=validators(response))
        self._leading.append(page)

    def _add(self, place: _Map) -> None:
        """Put a map into the line unless it was there, is elsewhere, or too deep."""
        if place.url in self._maps:
            return
        if site_of(place.url) not in self._hosts:
            self.visit.tally.fail("offsite")
        elif place.depth > _DEEPEST or len(self._maps) >= self.visit.spec.max_pages:
            self._cut = True
        else:
            self._maps.add(place.url)
            self._waiting.append(place)

    async def _next(self) -> SlowYields:
        if self._waiting and not self._full():
            yield self._ask(self._waiting.popleft(), self.parse)
            return
        self._cut = self._cut or bool(self._waiting)
        async for asked in self._articles():
            yield asked

    def _full(self) -> bool:
        most = self.visit.max_posts
        return bool(most) and len(self._entries) >= most

    def _ask(self, place: _Map, callback: Callable[..., SlowYields]) -> Request:
        request = self.ask(place.url, callback, priority=100, place=place)
        request.meta["download_maxsize"] = MOST_BYTES
        request.meta["download_timeout"] = _SECONDS
        return request.replace(errback=self.map_failed)

    async def _articles(self) -> SlowYields:
        entries = _in_slices(list(self._entries.values()))
        changed = [entry async for entry in entries if not self._unchanged(entry)]
        async for entry in _in_slices(newest_first(changed)):
            for asked in self.ask_article(entry.url, _item(entry)):
                yield asked
        self._entries.clear()
        for page in self._leading if not self._cut else ():
            yield page
        for asked in self.ask_known():
            yield asked

    def _unchanged(self, entry: SitemapEntry) -> bool:
        """Tell whether the map says that a known page is as it was when looked at."""
        frontier = self.visit.deps.frontier
        post_id = frontier.resolve(entry.url)
        if post_id is None or entry.modified is None:
            return False
        seen = frontier.seen(post_id)
        return seen is not None and not seen.gone and entry.modified <= seen.checked


async def _in_slices(
    entries: Sequence[SitemapEntry],
) -> AsyncIterator[SitemapEntry]:
    """Yield the entries, and let the reactor have a turn now and then."""
    for number, entry in enumerate(entries):
        if number % _SLICE == 0:
            await sleep(0)
        yield entry


def _item(entry: SitemapEntry) -> FeedItem:
    return FeedItem(
        url=entry.url,
        title=entry.title,
        published=entry.published,
        modified=entry.modified,
    )
