"""One visit to one source: what its spider, middlewares and pipeline share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from scrapy.crawler import Crawler

from crawlers.addresses import GuardedResolver, Networks
from crawlers.deps import CrawlDeps
from crawlers.files import FileReport
from crawlers.frontier.queue import WaitingPage
from crawlers.lease import SiteLease
from crawlers.pace import Pace
from crawlers.tally import Tally
from domain.events import PostEvent
from domain.profile import SourceSpec


class Purpose(Enum):
    """What a visit asks for: the source's list and what waits, what waits, or errands.

    An errand fetches only what somebody asks for now.
    """

    POLL = auto()
    WAITING = auto()
    ERRAND = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`watch`: visits recur, so known pages need not be asked for in each of them.

    `max_posts` ends the visit early (0: no bound), for checks of a source. The pages
    of the `site` are leased in the name of `holder`. `spec_of` gives
    the source by whose rules a page is read, `spiders` who reads pages of which kind.
    """

    spec: SourceSpec
    deps: CrawlDeps
    tally: Tally
    pace: Pace
    networks: Networks
    resolver: GuardedResolver
    site: str
    holder: str
    lease: SiteLease
    spec_of: Callable[[WaitingPage], SourceSpec]
    spiders: Mapping[str, type[Any]]
    purpose: Purpose = Purpose.POLL
    watch: bool = False
    max_posts: int = 0
    on_event: Callable[[PostEvent], None] | None = None
    files: list[FileReport] = field(default_factory=list)


def visit_of(crawler: Crawler) -> Visit:
    """Return the visit that a crawler's spider is on."""
    spider: Any = crawler.spider
    visit: Visit = spider.visit
    return visit
