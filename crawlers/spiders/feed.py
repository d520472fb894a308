"""RSS and Atom feeds and the articles that they name."""

from scrapy.http import Response

from crawlers.found import FoundPage, FoundUnchanged
from crawlers.spiders.source import SourceSpider, Yields, requested, validators
from extraction.feeds import parse_feed


class FeedSpider(SourceSpider):
    """Reads the feed, then each article; known ones by conditional GET."""

    name = "feed"

    def parse(self, response: Response, **_kwargs: object) -> Yields:
        empty = self.without_content(response)
        if empty is not None:
            for found in empty:
                if isinstance(found, FoundUnchanged):
                    yield from self.ask_known()
                else:
                    self.visit.tally.fail(f"http_{response.status}")
            return
        items = parse_feed(response.body, response.url)
        if not items:
            self.visit.tally.fail("no_feed")
        for item in items:
            yield from self.ask_article(item.url, item)
        if items:
            yield FoundPage(url=requested(response), validators=validators(response))
            yield from self.ask_known()
