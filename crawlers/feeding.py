"""Feeds a spider with waiting pages, one after the other, as long as there are any."""

import asyncio
from contextlib import suppress
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import structlog
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider

from crawlers.frontier.queue import WaitingPage
from crawlers.refusals import POSTPONED
from crawlers.visit import Purpose, Visit, visit_of
from domain.errors import RetryLaterError

_log = structlog.get_logger(__name__)
PAGE_OVER = object()
"""Scrapy signal: a waiting page was answered or failed; carries `page`."""
LOOK_SECONDS = 0.5
"""Between two looks for pages that others put in. Longer makes an analyst wait; shorter
asks the frontier more often than it is asked for pages."""
_AHEAD = 4
"""Pages on their way where the site asks for no gap. Elsewhere it is one: a page that
is asked for now then comes next, and memory holds one page."""


class Fed(Protocol):
    """What a spider does for its feeder."""

    def ask_waiting(self, page: WaitingPage) -> Request:
        """Return the request for a page that was taken from the queue."""
        ...

    def queue_up(self) -> bool:
        """Write what was found into the frontier; False if it could not be."""
        ...


class PageFeeder:
    """Takes the next page when the one before was answered; keeps the spider open.

    What a spider found is put into the queue here too, many pages at once.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._out: set[str] = set()
        self._taken = 0
        self._ended = False
        self._looking: asyncio.Task[None] | None = None
        for handler, signal in (
            (self._opened, signals.spider_opened),
            (self._idle, signals.spider_idle),
            (self._closed, signals.spider_closed),
            (self._over, PAGE_OVER),
        ):
            crawler.signals.connect(handler, signal=signal)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def _visit(self) -> Visit:
        return visit_of(self._crawler)

    @property
    def _spider(self) -> Fed:
        spider: Any = self._crawler.spider
        fed: Fed = spider
        return fed

    def _opened(self) -> None:
        self._looking = asyncio.ensure_future(self._look())

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._fill()

    def _over(self, page: WaitingPage) -> None:
        self._out.discard(page.url)
        self._fill()

    def _idle(self) -> None:
        self._out.clear()
        self._fill()
        if self._out:
            raise DontCloseSpider

    async def _closed(self) -> None:
        self._ended = True
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        if not self._spider.queue_up():
            self._visit.tally.fail("store_lost")

    def _fill(self) -> None:
        # What was put off for one page of the site holds for all: no other is taken.
        if self._ended or POSTPONED & self._visit.tally.left_out.keys():
            return
        self._spider.queue_up()
        for page in self._next(self._room()):
            self._out.add(page.url)
            self._taken += 1
            self._crawler.engine.crawl(self._spider.ask_waiting(page))

    def _room(self) -> int:
        visit = self._visit
        host = (urlsplit(visit.spec.url).hostname or "").lower()
        asked = visit.pace.asked.get(host)
        gap = visit.deps.default_delay if asked is None else asked
        ahead = 1 if max(gap, visit.spec.delay_seconds) else _AHEAD
        left = visit.max_posts - self._taken if visit.max_posts else ahead
        return min(ahead - len(self._out), left)

    def _next(self, room: int) -> tuple[WaitingPage, ...]:
        visit = self._visit
        if room <= 0 or not visit.lease.holds():
            return ()
        try:
            return visit.deps.frontier.take(
                visit.site,
                visit.holder,
                source=None if visit.purpose is Purpose.ERRAND else visit.spec.id,
                by=visit.deps.clock.now(),
                limit=room,
                seconds=visit.deps.limits.page_seconds,
            )
        except RetryLaterError as error:
            _log.warning("pages_not_taken", site=visit.site, problem=str(error))
            return ()
