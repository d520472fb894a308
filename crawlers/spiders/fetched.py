"""Pages that an analyst asked for, on sites that are no source."""

from collections.abc import AsyncIterator

from scrapy import Request

from crawlers.spiders.source import SourceSpider


class FetchedSpider(SourceSpider):
    """Has no list; what it fetches was put into the queue by others."""

    name = "fetched"

    async def start(self) -> AsyncIterator[Request]:
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request
