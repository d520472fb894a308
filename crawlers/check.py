"""Looking at a source without writing anything, and finding one at an address."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawlers.crawling import SPIDERS, Crawling
from crawlers.deps import CrawlDeps
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import SourceRun
from crawlers.reactor import run_in_reactor
from crawlers.spiders.source import SourceSpider, Yields, content_type
from domain.errors import NotFoundError
from domain.events import PostEvent, PostSeen
from domain.ids import SourceId
from domain.post import Post
from domain.profile import SourceSpec
from extraction.feeds import parse_feed
from extraction.forum import parse_forum
from extraction.headline import page_title, without_outlet
from extraction.listing import parse_listing
from extraction.page import parse_tree
from extraction.urls import canonical_url, host_of

_SAMPLE = 5
"""Posts looked at in a check: enough to see a layout, few for the site."""
_FEW_LINKS = 5
_FEW_MAPS = 5
"""Maps opened in a check: an index names none of the articles itself."""
_UNDATED = {"page"}
_FEEDS = "//link[contains(@type, 'rss+xml') or contains(@type, 'atom+xml')]/@href"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What a visit would find. `sound`: posts came, each with title, date and text."""

    spec: SourceSpec
    run: SourceRun
    posts: tuple[Post, ...]

    @property
    def sound(self) -> bool:
        run = self.run
        dated = run.pages if self.spec.kind in _UNDATED else run.with_date
        whole = min(run.with_title, dated, run.with_text)
        return bool(self.posts) and whole == run.pages and not run.errors


def check_source(spec: SourceSpec, deps: CrawlDeps) -> SourceCheck:
    """Visit a source for a few posts; nothing is written. Once per process."""
    crawling, events = _dry(deps)
    run_in_reactor(lambda reactor: crawling.visit_all(reactor, [_short(spec)]))
    posts = tuple(event.post for event in events if isinstance(event, PostSeen))
    return SourceCheck(spec=spec, run=crawling.runs[0], posts=posts)


def propose_source(url: str, deps: CrawlDeps) -> SourceSpec:
    """Return a source for the address. Once per process.

    It is a feed, the feed that a page names, a forum, or a list.

    Raises `NotFoundError` where none of them is there, with what stood in the way.
    """
    crawling, _ = _dry(deps)
    found: list[SourceSpec] = []
    spec = SourceSpec(id=SourceId("proposed"), name="", kind=ProbeSpider.name, url=url)
    probe = {ProbeSpider.name: type("Probe", (ProbeSpider,), {"proposals": found})}
    crawling.spiders = {**SPIDERS, **probe}
    run_in_reactor(lambda reactor: crawling.visit_all(reactor, [spec]))
    if found:
        return found[0]
    run = crawling.runs[0]
    why = ", ".join(run.errors or {}) or run.message or "no feed, forum or list there"
    raise NotFoundError(
        f"No source was found at {url}: {why}.",
        hint="Give the address of a feed, or write the selectors by hand.",
    )


def _dry(deps: CrawlDeps) -> tuple[Crawling, list[PostEvent]]:
    events: list[PostEvent] = []
    bare = replace(deps, event_log=None, evidence=None, frontier=MemoryFrontier())
    return Crawling(bare, events.append, max_posts=_SAMPLE), events


def _short(spec: SourceSpec) -> SourceSpec:
    return replace(spec, max_pages=_FEW_MAPS if spec.kind == "sitemap" else 1)


class ProbeSpider(SourceSpider):
    """Looks at one page, and at the feeds that it names."""

    name = "probe"
    proposals: list[SourceSpec]

    async def start(self) -> AsyncIterator[Request]:
        yield self.ask(self.visit.spec.url, self.parse)

    def parse(self, response: Response, feed_only: bool = False) -> Yields:  # noqa: FBT001, FBT002 - Scrapy hands keyword arguments over
        empty = self.without_content(response)
        if empty is not None:
            yield from empty
            return
        if parse_feed(response.body, response.url):
            self._propose("feed", response)
        elif not feed_only:
            yield from self._look(response)

    def _look(self, response: Response) -> Yields:
        kind = content_type(response)
        tree = parse_tree(response.body, kind)
        feeds = tree.xpath(_FEEDS) if tree is not None else []
        if parse_forum(response.body, response.url, content_type=kind).links:
            self._propose("forum", response)
            return
        links = parse_listing(response.body, response.url, content_type=kind).links
        if feeds:
            address = canonical_url(feeds[0], response.url)
            yield self.ask(address, self.parse, feed_only=True)
        if len(links) >= _FEW_LINKS and not feeds:
            self._propose("listing", response)

    def _propose(self, kind: str, response: Response) -> None:
        tree: Any = parse_tree(response.body, content_type(response))
        title = without_outlet(page_title(tree), ()) if tree is not None else ""
        host, path = host_of(response.url), urlsplit(response.url).path
        label = re.sub(r"\W+", "-", f"{host} {path}".lower()).strip("-")[:60]
        self.proposals.append(
            SourceSpec(
                id=SourceId(re.sub(r"-(?:rss|html?|xml)$", "", label)),
                name=title or host,
                kind=kind,
                url=response.url,
                note="proposed by the program; check it",
            )
        )
