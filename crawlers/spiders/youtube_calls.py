"""Calls of the YouTube Data API: key, quota, refusals by name.

A call is paid for before it is sent, out of a day's budget that all crawlers share in
the frontier; the day is that of California, where the quota begins anew.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from msgspec import DecodeError
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.addresses import is_allowed
from crawlers.found import Found, FoundPage, FoundUnchanged
from crawlers.spiders.source import SourceSpider, Yields, requested, validators
from evidence.port import Capture
from extraction.youtube import ApiPage, refusals_of

KEY_HEADER = "X-goog-api-key"
"""Where the key goes: an address is written into logs and captures, this is not."""

BUDGET = "youtube"
COSTS = {"search": 100}
"""Units of a call; what is not named here costs one."""

_QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
_HANDLED = [304, 400, 403, 404, 429]
_UNCHANGED = 304
_REFUSED = 400
_HOSTS = {"www.googleapis.com", "youtube.googleapis.com"}
_PAUSE = 0.5
"""Seconds before a call is made again that came too soon; doubled each time."""

_NAMES = {
    "quotaExceeded": "quota_spent",
    "dailyLimitExceeded": "quota_spent",
    "rateLimitExceeded": "rate_limit",
    "userRateLimitExceeded": "rate_limit",
    "RATE_LIMIT_EXCEEDED": "rate_limit",
    "commentsDisabled": "comments_disabled",
    "keyInvalid": "key_invalid",
    "API_KEY_INVALID": "key_invalid",
    "keyExpired": "key_invalid",
    "accessNotConfigured": "key_invalid",
    "ipRefererBlocked": "key_invalid",
    "API_KEY_IP_ADDRESS_BLOCKED": "key_invalid",
    "videoNotFound": "video_not_found",
    "channelNotFound": "channel_not_found",
    "playlistNotFound": "channel_not_found",
    "commentNotFound": "comment_not_found",
    "invalidPageToken": "page_token",
}
"""The API's reason → the code under which it is counted; see `docs/sources.md`."""

_ENDS = {"quota_spent", "key_invalid"}
"""After these no further call of the visit can succeed."""

_LISTS = {"channels", "playlistItems", "search", "videos"}
"""Calls without whose answer videos would stay unknown behind a walk that goes on."""

_OF_ONE_VIDEO = {"video_not_found", "comments_disabled"}

Then = Callable[..., Iterator[Request | Found]]


class YoutubeCalls(SourceSpider, ABC):
    """What spiders of the API share.

    A list is read page by page, each with its videos and their comments, so that a
    visit that ran out of quota, or was killed, is taken up where it stood.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Scrapy's
        super().__init__(*args, **kwargs)
        self._under_way = 0
        self._over = False
        self._lost = False
        self._leading: list[FoundPage] = []
        self._next: Callable[[], Yields] | None = None

    def call(
        self,
        method: str,
        then: Then,
        asked: Mapping[str, str],
        *,
        token: str = "",
        tries: int = 0,
    ) -> Generator[Request]:
        """Ask, if the budget allows; `then` reads the answer.

        `asked` are the call's parameters in the API's own spelling, `token` the page's.
        """
        if self._over or not self._paid(method):
            return
        parameters = {**asked, "pageToken": token} if token else dict(asked)
        url = f"{self.visit.spec.url.rstrip('/')}/{method}?{urlencode(parameters)}"
        request = self.ask(
            url,
            self.answered,
            then=then,
            method=method,
            tries=tries,
            parameters=parameters,
        )
        request.headers[KEY_HEADER] = self.visit.deps.youtube_key
        # The key would follow a redirect; and robots.txt speaks to crawlers of pages,
        # not to callers of an interface who hold its owner's key.
        request.meta["dont_redirect"] = request.meta["dont_obey_robotstxt"] = True
        request.meta["handle_httpstatus_list"] = _HANDLED
        self._under_way += 1
        yield request

    async def answered(
        self,
        response: Response,
        then: Then,
        method: str,
        tries: int,
        parameters: Mapping[str, str],
    ) -> AsyncIterator[Request | Found]:
        """Hand a good answer on; name what was wrong with another."""
        self._pay_retries(method, response.meta.get("retry_times", 0))
        self.visit.tally.received += len(response.body)
        code = self._refusal(response)
        if code == "rate_limit" and tries < self.visit.deps.limits.retries:
            await asyncio.sleep(_PAUSE * 2**tries)
            for request in self.call(method, then, parameters, tries=tries + 1):
                yield request
        else:
            self._lost = self._lost or (bool(code) and method in _LISTS)
            refused = self._refused(code, response, parameters)
            for item in refused if code else self._read(response, then):
                yield item
        for page in self._one_less():
            yield page

    def _read(self, response: Response, then: Then) -> Yields:
        if response.status == _UNCHANGED:
            now, trace = self.visit.deps.clock.now(), response.meta["trace"]
            self.visit.tally.not_modified += 1
            yield FoundUnchanged(url=requested(response), at=now, trace=trace)
            return
        try:
            yield from then(response)
        except DecodeError:
            self._lost = True
            self.visit.tally.fail("not_api")

    def failed(self, failure: Failure) -> Yields:  # type: ignore[override]
        super().failed(failure)
        request: Any = getattr(failure, "request", None)
        self._lost = self._lost or request.cb_kwargs["method"] in _LISTS
        return self._one_less()

    def judge(self, page: ApiPage[Any]) -> None:
        """Count items that could not be read; a page of nothing else is an error."""
        for _ in range(page.odd):
            self.visit.tally.fail("odd_item" if page.items else "not_api")

    def leading(self, response: Response) -> FoundPage:
        """Return the finding of a page that need not be read until it changes."""
        return FoundPage(url=requested(response), validators=validators(response))

    def kept(self, url: str, held: Mapping[str, str]) -> FoundPage:
        """Return the finding of what is to be remembered once all before it is."""
        return FoundPage(url=url, validators=held, at_once=True)

    def afterwards(self, step: Callable[[], Yields]) -> None:
        """Have something done when all calls under way have come to their end.

        Not where quota or a list's failure left something undone.
        """
        self._next = step

    def note(self, url: str, held: Mapping[str, str]) -> None:
        """Have something remembered when all that the page led to was read."""
        self._leading.append(FoundPage(url=url, validators=held))

    def capture(self, response: Response) -> Capture:
        """Return the exchange without the key."""
        captured = super().capture(response)
        kept = tuple(
            (name, value)
            for name, value in captured.request_headers
            if name.lower() != KEY_HEADER.lower()
        )
        return replace(captured, request_headers=kept)

    @abstractmethod
    def refused(
        self, code: str, response: Response, parameters: Mapping[str, str]
    ) -> Yields:
        """Take what was refused for the sake of one video."""

    @abstractmethod
    def token_refused(self) -> Yields:
        """Forget the place in a list whose token the API does not know any more."""

    def may_call(self) -> bool:
        """Tell whether there is a key and the address is one that it may go to."""
        parts = urlsplit(self.visit.spec.url)
        if not self.visit.deps.youtube_key:
            self.visit.tally.fail("no_key")
            return False
        if parts.scheme == "https" and parts.hostname in _HOSTS:
            return True
        try:
            own = is_allowed(parts.hostname or "", self.visit.networks)
        except ValueError:
            own = False
        if not own or is_allowed(parts.hostname or "", ()):
            self.visit.tally.fail("key_kept_back")
            return False
        return True

    def _refused(
        self, code: str, response: Response, parameters: Mapping[str, str]
    ) -> Yields:
        if code in _OF_ONE_VIDEO:
            yield from self.refused(code, response, parameters)
        if code == "quota_spent":
            # Others have used the quota up: no process need ask again today.
            deps = self.visit.deps
            most = deps.youtube_units_a_day
            deps.frontier.spend(BUDGET, self._day(), most, 2 * most)
        if code == "page_token":
            yield from self.token_refused()
        if code in _ENDS:
            self._end(code)
        elif code != "video_not_found":
            self.visit.tally.fail(code)

    def _end(self, code: str) -> None:
        """Count once, though calls are under way, why the visit cannot go on."""
        if not self._over:
            self.visit.tally.fail(code)
        self._over = True

    def _refusal(self, response: Response) -> str:
        if response.status < _REFUSED:
            return ""
        named = refusals_of(response.body)
        known = (_NAMES[name] for name in named if name in _NAMES)
        return next(known, f"http_{response.status}")

    def _paid(self, method: str, times: int = 1) -> bool:
        deps, units = self.visit.deps, COSTS.get(method, 1) * times
        if deps.frontier.spend(BUDGET, self._day(), units, deps.youtube_units_a_day):
            return True
        self._end("quota_spent")
        return False

    def _pay_retries(self, method: str, times: int) -> None:
        if times:
            self._paid(method, times)

    def _day(self) -> str:
        now = self.visit.deps.clock.now()
        return now.astimezone(_QUOTA_ZONE).date().isoformat()

    def _one_less(self) -> Yields:
        self._under_way -= 1
        if self._under_way or self._over:
            return
        yield from self._leading
        self._leading.clear()
        step, self._next = self._next, None
        if step is not None and not self._lost:
            yield from step()
