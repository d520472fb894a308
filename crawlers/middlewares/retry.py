"""Trying again, as late as the site asks."""

import asyncio

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Request, Response

from crawlers.rests import retry_after
from crawlers.visit import visit_of

_PAUSE = 0.5


class PatientRetryMiddleware(RetryMiddleware):
    """Tries a 429 or 503 again when its `Retry-After` is over, up to a bound.

    The gate waits for that, and holds back all other requests to the host too. Whole
    answers that took too long or grew too large are not asked for again in the same
    visit: they would take as long once more.
    """

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        again = super().process_response(request, response)
        if not isinstance(again, Request):
            return response
        deps = visit_of(self.crawler).deps
        text = (response.headers.get("Retry-After") or b"").decode("latin-1")
        asked = retry_after(response.status, text, deps.clock.now())
        if asked is None:
            await asyncio.sleep(_PAUSE * 2 ** request.meta.get("retry_times", 0))
        elif asked.total_seconds() > deps.limits.retry_after_seconds:
            return response
        return again
