"""What robots.txt asks of the pace goes to where the pace is kept."""

from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.robotstxt import ProtegoRobotParser

from crawlers.visit import visit_of
from extraction.urls import host_name

_LONGEST = 3600.0
"""Seconds between two requests that a site may ask for. More would keep a visit, and
the queue of all sources of that network, waiting for ever."""


class PaceMiddleware:
    """Hears `Crawl-delay` and `Request-rate`; the gate keeps them."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._robots, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _robots(self, robotparser: ProtegoRobotParser, request: Request) -> None:
        visit = visit_of(self._crawler)
        rules, agent = robotparser.rp, visit.deps.user_agent
        rate = rules.request_rate(agent)
        delays = [rules.crawl_delay(agent), rate and rate.seconds / rate.requests]
        known = [float(d) for d in delays if d is not None]
        host = host_name(request.url)
        if known:
            visit.pace.asked[host] = min(max(known), _LONGEST)
        else:
            visit.pace.asked.pop(host, None)
