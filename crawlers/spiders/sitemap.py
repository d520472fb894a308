"""Sitemaps, and the articles that they name."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.found import FoundPage, FoundUnchanged
from crawlers.spiders.source import SourceSpider, Yields, requested, validators
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

    def parse_rules(self, response: Response, place: _Map) -> Yields:
        """Take the maps that robots.txt names, else the usual one."""
        named: tuple[str, ...] = ()
        if response.status == 200:  # noqa: PLR2004 - the HTTP status
            named = robots_sitemaps(decode(response.body), response.url)
        for url in named or (urljoin(place.url, "/sitemap.xml"),):
            self._add(_Map(url, 0))
        yield from self._next()

    def parse(self, response: Response, place: _Map) -> Yields:
        """Read a map, then open the next one."""
        empty = self.without_content(response, accepted=())
        if empty is None:
            self._read(response, place)
        elif not any(isinstance(found, FoundUnchanged) for found in empty):
            self.visit.tally.fail(f"http_{response.status}")
        yield from self._next()

    def map_failed(self, failure: Failure) -> Yields:
        """Count a map that could not be had, and open the next one."""
        self.failed(failure)
        yield from self._next()

    def _read(self, response: Response, place: _Map) -> None:
        found = parse_sitemap(response.body, response.url)
        if found is None:
            self.visit.tally.fail("no_sitemap")
            return
        now = self.visit.deps.clock.now()
        for entry in newest_first(found.maps):
            if self._rules.opens(entry, now):
                self._add(_Map(entry.url, place.depth + 1))
        for entry in found.pages:
            if self._rules.wants(entry, now):
                self._entries.setdefault(entry.url, entry)
        self._remember(response, found)

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

    def _next(self) -> Yields:
        if self._waiting and not self._full():
            yield self._ask(self._waiting.popleft(), self.parse)
            return
        self._cut = self._cut or bool(self._waiting)
        yield from self._articles()

    def _full(self) -> bool:
        most = self.visit.max_posts
        return bool(most) and len(self._entries) >= most

    def _ask(self, place: _Map, callback: Callable[..., Yields]) -> Request:
        request = self.ask(place.url, callback, priority=100, place=place)
        request.meta["download_maxsize"] = MOST_BYTES
        request.meta["download_timeout"] = _SECONDS
        return request.replace(errback=self.map_failed)

    def _articles(self) -> Yields:
        changed = (e for e in self._entries.values() if not self._unchanged(e))
        ordered = newest_first(changed)
        for entry in ordered:
            yield from self.ask_article(entry.url, _item(entry))
        self._entries.clear()
        if not self._cut:
            yield from self._leading
        yield from self.ask_known()

    def _unchanged(self, entry: SitemapEntry) -> bool:
        """Tell whether the map says that a known page is as it was when looked at."""
        frontier = self.visit.deps.frontier
        post_id = frontier.resolve(entry.url)
        if post_id is None or entry.modified is None:
            return False
        seen = frontier.seen(post_id)
        return seen is not None and not seen.gone and entry.modified <= seen.checked


def _item(entry: SitemapEntry) -> FeedItem:
    return FeedItem(
        url=entry.url,
        title=entry.title,
        published=entry.published,
        modified=entry.modified,
    )
