"""Trying again, as late as the site asks."""

import asyncio
from email.utils import parsedate_to_datetime

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Request, Response

from crawlers.visit import visit_of

_BUSY = {429, 503}
_PAUSE = 0.5


class PatientRetryMiddleware(RetryMiddleware):
    """Waits for `Retry-After` of a 429 or 503, up to a bound; beyond it gives up.

    Whole answers that took too long or grew too large are not asked for again in the
    same visit: they would take as long once more.
    """

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        again = super().process_response(request, response)
        if not isinstance(again, Request):
            return response
        wait = self._wait(response, request.meta.get("retry_times", 0))
        if wait > visit_of(self.crawler).deps.limits.retry_after_seconds:
            return response
        await asyncio.sleep(wait)
        return again

    def _wait(self, response: Response, tries: int) -> float:
        text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
        backoff: float = _PAUSE * 2**tries
        if response.status not in _BUSY or not text:
            return backoff
        if text.isdigit():
            return float(text)
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return backoff
        now = visit_of(self.crawler).deps.clock.now()
        return max(backoff, (until - now).total_seconds())
