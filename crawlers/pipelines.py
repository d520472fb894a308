"""Scrapy's item pipeline around `Ingest`: waits where a store is out of reach."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Self

import structlog
from scrapy.crawler import Crawler

from crawlers.found import Found
from crawlers.ingest import Ingest
from crawlers.visit import Visit, visit_of
from domain.errors import RetryLaterError, StoreFullError

_log = structlog.get_logger(__name__)
_LONGEST_WAIT = 30.0


class IngestPipeline:
    """Hands items to the ingest; on a full or lost store the visit ends and says why.

    Nothing is dropped then: what was not acknowledged is found again next time.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._ticking: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._broken = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def _visit(self) -> Visit:
        return visit_of(self._crawler)

    def open_spider(self) -> None:
        visit = self._visit
        self._ingest = Ingest(visit.deps, visit.tally, visit.on_event)
        self._ticking = asyncio.ensure_future(self._tick())

    async def process_item(self, item: Found) -> Found:
        await self._patiently(lambda: self._ingest.take(item))
        return item

    async def close_spider(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        try:
            self._ingest.close()
        except RetryLaterError as error:
            self._note(error)

    async def _tick(self) -> None:
        while not self._broken:
            await asyncio.sleep(self._visit.deps.limits.batch_seconds)
            await self._patiently(self._ingest.flush)

    async def _patiently(self, act: Callable[[], None]) -> None:
        async with self._turn:
            wait, waited = 0.0, 0.0
            while not self._broken:
                try:
                    act()
                except RetryLaterError as error:
                    patience = self._visit.deps.limits.store_patience_seconds
                    if isinstance(error, StoreFullError) or waited >= patience:
                        self._note(error)
                        return
                    wait = min(max(error.retry_after, 2 * wait), _LONGEST_WAIT)
                    _log.warning("store_waits", seconds=wait, problem=str(error))
                    await asyncio.sleep(wait)
                    waited += wait
                else:
                    return

    def _note(self, error: RetryLaterError) -> None:
        self._broken = True
        tally = self._visit.tally
        tally.fail("store_full" if isinstance(error, StoreFullError) else "store_lost")
        tally.message = str(error)
        _log.error("visit_stopped", source=tally.source, problem=str(error))
        asyncio.ensure_future(  # noqa: RUF006 - the engine keeps it
            self._crawler.engine.close_spider_async(reason="store")
        )
