"""Paged lists of articles, for outlets without a feed."""

from scrapy.http import Response

from crawlers.found import FoundGone
from crawlers.spiders.source import SourceSpider, Yields, content_type
from extraction.listing import parse_listing


class ListingSpider(SourceSpider):
    """Follows the list page by page; in a watch only as far as something is new."""

    name = "listing"

    def parse(self, response: Response, page: int = 1) -> Yields:
        empty = self.without_content(response)
        if empty is not None:
            gone = any(isinstance(found, FoundGone) for found in empty)
            if gone and page == 1:
                self.visit.tally.fail(f"http_{response.status}")
            return
        spec = self.visit.spec
        listing = parse_listing(
            response.body,
            response.url,
            selectors=spec.selectors,
            content_type=content_type(response),
        )
        if not listing.links:
            self.visit.tally.fail("no_links")
        unknown = [link for link in listing.links if self._unknown(link)]
        for link in listing.links:
            yield from self.ask_article(link)
        more = unknown or not self.visit.watch or self.cut_off
        on = bool(listing.next_url) and page < spec.max_pages and bool(more)
        self.walks(on=on)
        if on and not self._enough():
            yield from self.ask_page(
                listing.next_url, self.parse, priority=50, page=page + 1
            )
        elif page == 1 or not more:
            yield from self.ask_known()

    def _unknown(self, link: str) -> bool:
        return self.visit.deps.frontier.resolve(link) is None
