"""RSS and Atom feeds and the articles that they name."""

from asyncio import to_thread

from scrapy.http import Response

from crawlers.found import FoundPage, FoundUnchanged
from crawlers.spiders.source import (
    SlowYields,
    SourceSpider,
    Yields,
    requested,
    validators,
)
from extraction.feeds import parse_feed


class FeedSpider(SourceSpider):
    """Reads the feed, then each article; known ones by conditional GET."""

    name = "feed"

    async def parse(self, response: Response, **_kwargs: object) -> SlowYields:
        empty = self.without_content(response)
        if empty is not None:
            for found in self._without_items(response, empty):
                yield found
            return
        # A feed of thousands of entries takes seconds.
        items = await to_thread(parse_feed, response.body, response.url)
        if not items:
            self.visit.tally.fail("no_feed")
        for item in items:
            for asked in self.ask_article(item.url, item):
                yield asked
        if items:
            yield FoundPage(url=requested(response), validators=validators(response))
            for asked in self.ask_known():
                yield asked

    def _without_items(self, response: Response, empty: Yields) -> Yields:
        for found in empty:
            if isinstance(found, FoundUnchanged):
                yield from self.ask_known()
            else:
                self.visit.tally.fail(f"http_{response.status}")
