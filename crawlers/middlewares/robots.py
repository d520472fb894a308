"""robots.txt, with what a failure to get it means (RFC 9309, 2.3.1)."""

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser

_UNREACHABLE = 500
_UNAVAILABLE = 400
_NOTHING = b"User-agent: *\nDisallow: /\n"


class RobotsRefusedError(IgnoreRequest):
    """robots.txt forbids the page, or could not be had."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, but for failures.

    No robots.txt (4xx) allows everything; one that cannot be reached (5xx, no
    answer) allows nothing.
    """

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if rp is None:
            raise RobotsRefusedError("robots.txt could not be had")
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsRefusedError(str(error)) from error

    async def _parse_robots(
        self, response: Response, netloc: str, request: Request
    ) -> None:
        if response.status >= _UNREACHABLE:
            response = response.replace(body=_NOTHING)
        elif response.status >= _UNAVAILABLE:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)
