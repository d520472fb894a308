"""One watched page: a post whose revisions are what the page said."""

from scrapy.http import Response

from crawlers.articles import article_post, with_outlet
from crawlers.spiders.source import SourceSpider, Yields, content_type
from crawlers.visit import Visit
from extraction.urls import canonical_url
from extraction.watched import watch_rules, watched_fields


class PageSpider(SourceSpider):
    """Asks for the page, conditionally, and hands its text over.

    The post bears the source's address whatever the page calls itself, so that a
    template that names another page does not make a new post of it. A page that lost
    the watched part is an error, no edit.
    """

    name = "page"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self._rules = watch_rules(visit.spec)

    def parse(self, response: Response, **_kwargs: object) -> Yields:
        empty = self.without_content(response)
        if empty is not None:
            yield from empty
            return
        spec, fetched = self.visit.spec, self.visit.deps.clock.now()
        address = canonical_url(spec.url)
        fields = watched_fields(
            response.body, address, self._rules, content_type=content_type(response)
        )
        post = (
            article_post(spec, response.url, fields, None, fetched) if fields else None
        )
        if post is None:
            self.visit.tally.fail("no_part")
            return
        yield self.found(
            response,
            with_outlet(post, self.visit.deps.outlets, spec.outlet or spec.name),
        )
