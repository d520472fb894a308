"""Pages that an analyst asked for, on sites that are no source."""

from collections.abc import Iterator

from scrapy import Request

from crawlers.spiders.source import SourceSpider


class FetchedSpider(SourceSpider):
    """Has no list; what it fetches was put into the queue by others."""

    name = "fetched"

    def first(self) -> Iterator[Request]:
        return iter(())
