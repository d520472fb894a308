"""Conditional GET: what is known unchanged is not sent again."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawlers.visit import visit_of

CONDITIONAL = "conditional"
_SENT = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class ValidatorMiddleware:
    """Adds the frontier's validators to requests whose meta says `conditional`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        url = request.meta.get(CONDITIONAL)
        if not url:
            return
        deps = visit_of(self._crawler).deps
        for name, value in deps.frontier.validators(url).items():
            if name in _SENT:
                request.headers[_SENT[name]] = value
