"""The gap between two requests to one host.

Scrapy counts its delay from the moment it sends; a busy process may send late and then
the next one in time, and the server sees a smaller gap. So the delay is counted from
the answer of the request before, which is never earlier than its arrival there. The
pace outlives one spider: two sources of one host keep the gap between them.
"""

from time import monotonic
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.robotstxt import ProtegoRobotParser

from crawlers.visit import Visit, visit_of

_MARGIN = 0.01
"""Seconds added to a gap, for clocks that are read on two machines."""
_LEAST = 0.001
"""Seconds between two requests where no gap is asked for. Without any, Scrapy 2.19
starts all that is queued for a host at once, whatever its bound on concurrency."""
_AT_ONCE = 4
"""Requests in flight to a host that asks for no gap, where the settings ask for none
either: that is one's own site. Every other host gets one at a time."""


class PaceMiddleware:
    """Keeps Scrapy's download slot of a host at the host's pace."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        for handler, signal in (
            (self._answered, signals.headers_received),
            (self._answered, signals.response_downloaded),
            (self._robots, signals.robots_parsed),
        ):
            crawler.signals.connect(handler, signal=signal)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def _visit(self) -> Visit:
        return visit_of(self._crawler)

    def process_request(self, request: Request) -> None:
        """Set the slot's delay before the request enters it."""
        self._visit.tally.requests += 1
        slot = self._slot(request)
        host = _host(request)
        self._set(slot, host)
        slot.lastseen = max(slot.lastseen, self._visit.pace.last.get(host, 0.0))

    def _delay(self, host: str) -> float:
        visit = self._visit
        asked = visit.pace.asked.get(host)
        wanted = visit.deps.default_delay if asked is None else asked
        delay = max(wanted, visit.spec.delay_seconds)
        return delay + _MARGIN if delay else _LEAST

    def _set(self, slot: Slot, host: str) -> None:
        slot.delay = self._delay(host)
        slot.concurrency = 1 if slot.delay > _LEAST else _AT_ONCE

    def _slot(self, request: Request) -> Slot:
        _, slot = self._crawler.engine.downloader._get_slot(request)  # noqa: SLF001 - Scrapy has no other way to set one host's delay during a crawl
        return slot

    def _answered(self, request: Request) -> None:
        host = _host(request)
        self._visit.pace.last[host] = monotonic()
        slot = self._slot(request)
        slot.lastseen = max(slot.lastseen, self._visit.pace.last[host])

    def _robots(self, robotparser: ProtegoRobotParser, request: Request) -> None:
        rules = robotparser.rp
        agent = self._visit.deps.user_agent
        rate = rules.request_rate(agent)
        delays = [rules.crawl_delay(agent), rate and rate.seconds / rate.requests]
        known = [float(d) for d in delays if d is not None]
        if known:
            self._visit.pace.asked[_host(request)] = max(known)
            self._set(self._slot(request), _host(request))


def _host(request: Request) -> str:
    return (urlsplit(request.url).hostname or "").lower()
