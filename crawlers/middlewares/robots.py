"""robots.txt, with what a failure to get it means (RFC 9309, 2.3.1)."""

import re
from time import monotonic
from typing import cast
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from crawlers.pace import KnownRobots
from crawlers.refusals import RefusedError
from crawlers.visit import visit_of

_UNREACHABLE = 500
_UNAVAILABLE = 400
_MOST_BYTES = 512_000
"""What is read of a robots.txt; RFC 9309 asks for 500 KiB at least."""
_FRESH = 3600.0
"""Seconds for which a robots.txt is not asked for again where it says nothing itself.
Longer hears a site's new wish later; shorter asks before every visit."""
_SHORTEST, _LONGEST = 600.0, 86_400.0
"""Bounds of a site's own `max-age`; the longer one is the RFC's, and also how long a
known file serves while the site cannot give it."""
_MAX_AGE = re.compile(r"max-age\s*=\s*(\d{1,9})")
_AGENT_LINE = re.compile(
    rb"^([ \t]*user[- ]?agent[ \t]*[: \t][ \t]*)([^\r\n#]*)",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER = rb"\g<1>another-robot"


class RobotsRefusedError(RefusedError):
    """robots.txt forbids the page."""

    code = "robots"


class RobotsUnreachableError(RefusedError):
    """robots.txt could not be had, so nobody knows what it forbids."""

    code = "robots_unreachable"


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, but for failures and for what is known from visits before.

    No robots.txt (4xx) allows everything; one that cannot be reached (5xx, no
    answer) allows nothing, unless a copy of the last day is there.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._problems: dict[str, Exception] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        netloc = urlsplit(request.url).netloc
        known = visit_of(self.crawler).pace.robots.get(netloc)
        now = monotonic()
        if netloc not in self._parsers and known and now < known.fresh_until:
            return await self._again(known, netloc, request)
        parser: RobotParser | None = await super().robot_parser(request)
        if parser is None and known and now < known.use_until:
            return await self._again(known, netloc, request)
        return parser

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        netloc = urlsplit(request.url).netloc
        problem = self._problems.get(netloc)
        if rp is None and isinstance(problem, RefusedError):
            raise problem
        if rp is None:
            raise RobotsUnreachableError(f"robots.txt of {netloc}: {problem}")
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsRefusedError(str(error)) from error

    async def _parse_robots(
        self, response: Response, netloc: str, request: Request
    ) -> None:
        if response.status >= _UNREACHABLE:
            raise RobotsUnreachableError(f"HTTP {response.status}")
        body = response.body if response.status < _UNAVAILABLE else b""
        agent = visit_of(self.crawler).deps.user_agent
        known = KnownRobots(
            body=only_for(agent, body[:_MOST_BYTES]),
            fresh_until=monotonic() + _fresh_seconds(response),
            use_until=monotonic() + _LONGEST,
        )
        visit_of(self.crawler).pace.robots[netloc] = known
        await super()._parse_robots(response.replace(body=known.body), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._problems[netloc] = exc
        super()._robots_error(exc, netloc)

    async def _again(
        self, known: KnownRobots, netloc: str, request: Request
    ) -> RobotParser:
        """Use what a visit before this one was told."""
        self._parsers[netloc] = Deferred()
        response = Response(request.url, body=known.body)
        await super()._parse_robots(response, netloc, request)
        return cast("RobotParser", self._parsers[netloc])


def only_for(agent: str, body: bytes) -> bytes:
    """Return a robots.txt with one name for all robots that the agent is not.

    A file that names thousands of robots before thousands of rules would become their
    product in memory.
    """
    agent_name = agent.lower().encode()

    def renamed(line: re.Match[bytes]) -> bytes:
        name = line[2].strip().lower()
        meant = name == b"*" or (name.strip(b"*") and name.strip(b"*") in agent_name)
        return line[0] if meant else line.expand(_OTHER)

    return _AGENT_LINE.sub(renamed, body)


def _fresh_seconds(response: Response) -> float:
    control = (response.headers.get("Cache-Control") or b"").decode("latin-1").lower()
    found = _MAX_AGE.search(control)
    if found is None:
        return _FRESH
    return min(max(float(found[1]), _SHORTEST), _LONGEST)
