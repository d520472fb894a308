"""A look at a site, to find out how it can be read."""

from collections.abc import Callable, Iterator
from typing import ClassVar
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.candidates import Candidates
from crawlers.middlewares.robots import RobotsRefusedError
from crawlers.spiders.source import SourceSpider, Yields, content_type
from extraction.api import parse_json
from extraction.charset import decode
from extraction.feeds import parse_feed
from extraction.forum import parse_forum
from extraction.hints import PageHints, page_hints
from extraction.listing import parse_listing
from extraction.sitemap import parse_sitemap, robots_sitemaps
from extraction.urls import canonical_url, site_of

MOST_REQUESTS = 25
"""Pages of one look, robots.txt aside. Vietnamese papers list 15 to 30 feeds, of which
the first dozen are the sections that matter; more is no longer a short visit."""
_FEW_LINKS = 5
_SECTIONS = 4
_FEED_PAGES = ("/rss", "/rss.xml", "/feed", "/rss.htm")
_MAP_PAGES = ("/sitemap.xml", "/sitemap_index.xml", "/sitemap-news.xml")
_HTTP_OK = 200


class ProbeSpider(SourceSpider):
    """Asks for the address and, if `thorough`, for where a site's feeds and maps are.

    Guesses that lead to nothing are no errors; what the address itself lacks is.
    """

    name = "probe"
    candidates: ClassVar[Candidates]
    thorough: ClassVar[bool] = True

    def first(self) -> Iterator[Request]:
        url = canonical_url(self.visit.spec.url)
        self._pages.add(url)
        yield self.ask(url, self.parse, priority=100)

    def parse(self, response: Response) -> Yields:
        """Look at the address itself."""
        empty = self.without_content(response, ("text/", "application/"))
        if empty is not None:
            yield from empty
        elif not self._take_feed(response) and not self._take_map(response):
            yield from self._take_page(response, first=True)
        # A site whose root is missing may still name maps and have feeds.
        if self.thorough:
            robots = urljoin(response.url, "/robots.txt")
            yield from self._guess(robots, self.parse_rules, priority=90)

    def parse_rules(self, response: Response) -> Yields:
        """Go where robots.txt names maps, else where they usually are."""
        named = robots_sitemaps(decode(response.body), response.url)
        if response.status != _HTTP_OK:
            named = ()
        for path in named[:3] or _MAP_PAGES:
            yield from self._guess(urljoin(response.url, path), self.parse_map)
        if not any(c.spec.kind == "feed" for c in self.candidates.found.values()):
            for path in _FEED_PAGES:
                yield from self._guess(urljoin(response.url, path), self.parse_feeds)

    def parse_map(self, response: Response) -> Yields:
        """Look whether there is a map."""
        if response.status == _HTTP_OK:
            self._take_map(response)
        yield from ()

    def parse_feeds(self, response: Response) -> Yields:
        """Look whether there is a feed, or a page that lists feeds."""
        if response.status == _HTTP_OK and not self._take_feed(response):
            yield from self._follow_feeds(self._hints(response))

    def parse_section(self, response: Response) -> Yields:
        """Look whether a section lists articles."""
        if response.status == _HTTP_OK:
            self._take_list(response, self._hints(response).title)
        yield from ()

    def parse_wordpress(self, response: Response, root: str, title: str) -> Yields:
        """Look whether the interface of WordPress answers."""
        try:
            posts = parse_json(response.body)
        except ValueError:
            posts = None
        if response.status == _HTTP_OK and isinstance(posts, list):
            self.candidates.add_wordpress(root, title, len(posts))
        yield from ()

    def missed(self, failure: Failure) -> None:
        """Count nothing for a guess that led nowhere, but say that it was forbidden."""
        if isinstance(failure.value, RobotsRefusedError):
            self.visit.tally.fail("robots")

    def _take_page(self, response: Response, *, first: bool) -> Yields:
        hints = self._hints(response)
        self._say(hints, response.url)
        kind = content_type(response)
        forum = parse_forum(response.body, response.url, content_type=kind)
        if forum.links:
            self.candidates.add("forum", response.url, hints.title, len(forum.links))
            return
        if not hints.feeds or self.thorough:
            self._take_list(response, hints.title)
        yield from self._follow_feeds(hints)
        if first and self.thorough:
            for section in hints.sections[:_SECTIONS]:
                yield from self._guess(section, self.parse_section, priority=-10)
        if self.thorough and hints.wordpress:
            url = f"{hints.wordpress.rstrip('/')}/wp/v2/posts?per_page=20&page=1"
            yield from self._guess(
                url, self.parse_wordpress, root=hints.wordpress, title=hints.title
            )

    def _follow_feeds(self, hints: PageHints) -> Yields:
        named = hints.feeds
        if self.thorough:
            named = (*named, *hints.feed_lists[:2], *hints.feed_links)
        for url in named:
            yield from self._guess(url, self.parse_feeds, priority=50)

    def _take_feed(self, response: Response) -> bool:
        items = parse_feed(response.body, response.url)
        if items:
            self.candidates.add("feed", response.url, "", len(items))
        return bool(items)

    def _take_map(self, response: Response) -> bool:
        found = parse_sitemap(response.body, response.url)
        if found is None or not (found.pages or found.maps):
            return False
        named = len(found.pages) or len(found.maps)
        self.candidates.add("sitemap", response.url, "", named)
        return True

    def _take_list(self, response: Response, title: str) -> None:
        kind = content_type(response)
        links = parse_listing(response.body, response.url, content_type=kind).links
        if len(links) >= _FEW_LINKS:
            self.candidates.add("listing", response.url, title, len(links))

    def _hints(self, response: Response) -> PageHints:
        return page_hints(response.body, response.url, content_type(response))

    def _say(self, hints: PageHints, url: str) -> None:
        for state in hints.states:
            self.candidates.hint(
                f"{url} carries {state}: its data comes from a JSON interface; look "
                "for its address in the browser's network view and use json_api."
            )
        if hints.shell and not hints.states:
            self.candidates.hint(
                f"{url} shows nothing without JavaScript: look for the JSON interface "
                "that it asks, and use json_api."
            )

    def _guess(
        self,
        url: str,
        callback: Callable[..., Yields],
        *,
        priority: int = 0,
        **kwargs: object,
    ) -> Yields:
        address = canonical_url(url)
        fits = address and address not in self._pages
        if not fits or len(self._pages) > MOST_REQUESTS:
            return
        if site_of(address) not in self._hosts:
            self.visit.tally.fail("offsite")
            return
        self._pages.add(address)
        request = self.ask(address, callback, priority=priority, **kwargs)
        yield request.replace(errback=self.missed)
