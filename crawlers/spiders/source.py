"""What all spiders share: asking politely, reading answers, counting failures."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from scrapy import Request, Spider
from scrapy.http import Headers, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.articles import article_post, with_outlet
from crawlers.feeding import PAGE_OVER
from crawlers.found import (
    Ending,
    Found,
    FoundGone,
    FoundNothing,
    FoundPost,
    FoundUnchanged,
)
from crawlers.frontier.port import Seen
from crawlers.frontier.queue import Lane, WaitingPage
from crawlers.hints import hint_of, item_of
from crawlers.middlewares.validators import CONDITIONAL
from crawlers.parts import MOST_PARTS, broken_off, joined
from crawlers.rechecks import next_look
from crawlers.refusals import RefusedError
from crawlers.tally import HARMLESS
from crawlers.visit import Purpose, Visit
from domain.errors import RetryLaterError
from domain.post import Post
from evidence.port import Capture
from extraction.charset import looks_binary
from extraction.fields import FeedItem, PageFields
from extraction.not_found import leads_up, says_not_found
from extraction.page import extract_page
from extraction.selectors import site_of_selectors
from extraction.urls import canonical_url, site_of

Yields = Iterator[Request | Found]
SlowYields = AsyncIterator[Request | Found]
"""Of what reads long lists and lets the reactor go on meanwhile, in which all visits of
a process live: a second of work would stop their downloads, leases and time limits."""

_BATCH = 500
"""Found pages held before they are queued: more cost memory, fewer cost syncs."""
_URGENT = 1000
_SURE = {"json-ld", "site", "open-graph", "microdata"}
"""Rungs that find a date only on an article's page; the others guess."""
_OK = 200
_HANDLED = [304, 404, 410]
_GONE = {404, 410}
_UNCHANGED = 304
_REDIRECTS = {301, 302, 303, 307, 308}
_TEXTS = (
    "text/",
    "application/xhtml",
    "application/xml",
    "application/rss",
    "application/atom",
    "application/rdf",
)
_CODES = {
    "DownloadTimeoutError": "timeout",
    "DownloadCancelledError": "too_large",
    "CannotResolveHostError": "dns",
    "UnsupportedURLSchemeError": "address_refused",
    "ValueError": "address_refused",  # a `Location` that is no address
    "ResponseDataLossError": "broken_off",
}


class SourceSpider(Spider):
    """Visits one source. Subclasses say what to ask first and how to read it.

    Lists are asked for here and now. The pages that they name wait in the frontier,
    where a kill leaves them, and come back to `read`, in this visit or a later one.
    """

    name = "source"

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self.visit = visit
        self._site_rules = site_of_selectors(visit.spec)
        self._hosts = {site_of(visit.spec.url)} | {
            host.strip() for host in visit.spec.selectors.get("hosts", "").split(",")
        }
        self._asked: set[str] = set()
        self._pages: set[str] = set()
        self._found: list[WaitingPage] = []
        self._readers: dict[str, SourceSpider] = {}

    async def start(self) -> AsyncIterator[Request]:
        # What waits is asked for by the feeder, in every visit.
        if self.visit.purpose is Purpose.POLL:
            for request in self.first():
                yield request

    def first(self) -> Iterator[Request]:
        """Yield what a poll of the source asks for first."""
        self._pages.add(canonical_url(self.visit.spec.url))
        yield self.ask(self.visit.spec.url, self.parse, priority=100)

    def ask(
        self,
        url: str,
        callback: Callable[..., Any],
        *,
        priority: int = 0,
        **kwargs: object,
    ) -> Request:
        """Return a request whose failures are counted and whose answer may be a 304.

        The spiders themselves ask for nothing twice; Scrapy's filter would drop a
        page that redirects to itself without a word.
        """
        meta = {
            CONDITIONAL: canonical_url(url),
            "handle_httpstatus_list": _HANDLED,
            "trace": uuid4().hex,
        }
        return Request(
            url,
            callback=callback,
            errback=self.failed,
            meta=meta,
            cb_kwargs=kwargs,
            priority=priority,
            dont_filter=True,
        )

    def ask_page(
        self, url: str, callback: Callable[..., Any], *, priority: int, **kwargs: object
    ) -> Yields:
        """Ask for a page of a list or thread unless it was asked for in this visit."""
        if url and url not in self._pages:
            self._pages.add(url)
            yield self.ask(url, callback, priority=priority, **kwargs)

    def ask_article(self, url: str, item: FeedItem | None = None) -> Yields:
        """Let an article wait its turn unless it is elsewhere or not due.

        Articles come in the order in which they were asked for.
        """
        address = canonical_url(url)
        self.visit.tally.listed += 1
        if not address or address in self._asked or self._enough():
            return
        if site_of(address) not in self._hosts:
            self.visit.tally.fail("offsite")
            return
        if self.visit.max_posts:
            self._asked.add(address)
        now = self.visit.deps.clock.now()
        changed = item.modified if item else None
        self.wait(
            WaitingPage(
                url=address,
                site=self.visit.site,
                source=self.visit.spec.id,
                lane=self.lane_of(item, now),
                due=now,
                hint=hint_of(item),
                changed=changed,
            )
        )
        yield from ()

    def lane_of(self, item: FeedItem | None, now: datetime) -> Lane:
        """Return in which lane a found page waits, by what its list says of it."""
        times = (item.published, item.modified) if item else ()
        latest = max(filter(None, times), default=now)
        fresh = timedelta(seconds=self.visit.deps.limits.fresh_seconds)
        return Lane.FRESH if now - latest <= fresh else Lane.BACKLOG

    def wait(self, page: WaitingPage) -> None:
        """Put a page into the queue; a visit of its own asks for known ones too."""
        if not self.visit.watch:
            started = self.visit.tally.started
            page = replace(page, changed=max(page.changed or started, started))
        self._found.append(page)
        if len(self._found) >= _BATCH:
            self.queue_up()

    def queue_up(self) -> bool:
        """Write what was found into the frontier; False if that must be done again."""
        if not self._found:
            return True
        try:
            self.visit.deps.frontier.enqueue(self._found)
        except RetryLaterError as error:
            self.logger.warning("pages not queued: %s", error)
            return False
        self._found.clear()
        return True

    @property
    def cut_off(self) -> bool:
        """Whether the last walk along the list's pages came to no end.

        What lies behind a page that holds nothing new may then be unknown yet.
        """
        held = self.visit.deps.frontier.validators(self._walk)
        return held.get("whole") == "no"

    def walks(self, *, on: bool) -> None:
        """Note, durably, whether the walk goes on to another page of the list."""
        if on != self.cut_off:
            held = {"whole": "no" if on else "yes"}
            self.visit.deps.frontier.remember_validators(self._walk, held)

    @property
    def _walk(self) -> str:
        return f"walk:{self.visit.spec.id}"

    def ask_known(self) -> Yields:
        """Ask again for the source's latest posts that no list names any more.

        Only in a visit of its own: a watch looks at them when their time has come.
        """
        deps, spec = self.visit.deps, self.visit.spec
        if self.visit.watch:
            return
        for seen in deps.frontier.recent(spec.id, 2 * spec.max_pages):
            if "#" not in seen.url:
                yield from self.ask_article(seen.url)

    def due_again(self, url: str) -> bool:
        """Tell whether a page is unknown, or known and due for another look."""
        deps = self.visit.deps
        post_id = deps.frontier.resolve(url)
        seen = deps.frontier.seen(post_id) if post_id else None
        return seen is None or self.look_due(seen, url)

    def look_due(self, seen: Seen, url: str) -> bool:
        """Tell whether a known post is to be looked at; always if not in a watch."""
        if not self.visit.watch:
            return True
        deps = self.visit.deps
        first = deps.frontier.first_seen(seen.post_id) or seen.checked
        look = next_look(deps.limits.recheck_seconds, first, seen.checked, url)
        return look is not None and look <= deps.clock.now()

    def ask_waiting(self, page: WaitingPage) -> Request:
        """Return the request for a page that was taken from the queue."""
        priority = _URGENT if page.lane is Lane.NOW else 0
        request = self.ask(page.url, self.parse_waiting, priority=priority, page=page)
        return request.replace(errback=self.waiting_failed)

    def parse_waiting(self, response: Response, page: WaitingPage) -> Yields:
        """Have the page read by its source's rules; mark the finding that ends it."""
        self._tell_over(page)
        tally = self.visit.tally
        tally.last_code = ""
        reader = self._reader(page)
        # Read in one go, so that what failed meanwhile is this page's failure.
        found = list(reader.read(response, page))
        problem = tally.last_code
        ending = next((f for f in reversed(found) if isinstance(f, Ending)), None)
        reader.queue_up()
        begun = False
        for one in found:
            if isinstance(one, Request) and "begun" in one.cb_kwargs:
                # An article of several pages ends with its last one.
                one.cb_kwargs["begun"] = replace(one.cb_kwargs["begun"], page=page)
                begun = True
            yield replace(one, page=page) if one is ending else one
        if ending is None and not begun:
            yield self._nothing(page, problem)

    def waiting_failed(self, failure: Failure) -> Yields:
        """Count the failure, and let the page wait for another try."""
        request: Any = getattr(failure, "request", None)
        page: WaitingPage = request.cb_kwargs["page"]
        self.failed(failure)
        problem = self.visit.tally.last_code
        self._tell_over(page)
        yield self._nothing(page, problem)

    def read(self, response: Response, page: WaitingPage) -> Yields:
        """Read a page that waited; an article, unless a kind says otherwise."""
        return self.parse_article(response, item_of(page.hint, page.url))

    def _nothing(self, page: WaitingPage, problem: str) -> FoundNothing:
        return FoundNothing(page=page, problem=problem, at=self.visit.deps.clock.now())

    def _tell_over(self, page: WaitingPage) -> None:
        self.crawler.signals.send_catch_log(PAGE_OVER, page=page)

    def _reader(self, page: WaitingPage) -> "SourceSpider":
        """Return who reads the page: this spider, or one of the page's own source."""
        if page.source == self.visit.spec.id:
            return self
        if page.source not in self._readers:
            spec = self.visit.spec_of(page)
            kind = self.visit.spiders[spec.kind]
            self._readers[page.source] = kind(replace(self.visit, spec=spec))
        return self._readers[page.source]

    def parse_article(self, response: Response, item: FeedItem | None = None) -> Yields:
        """Read one article page."""
        status = self.without_content(response)
        if status is not None:
            yield from status
            return
        fetched = self.visit.deps.clock.now()
        fields = extract_page(
            response.body,
            response.url,
            content_type=content_type(response),
            fetched=fetched,
            site=self._site_rules,
            guess_day=item is None or item.published is None,
        )
        self.visit.tally.walled += fields.walled
        post = article_post(self.visit.spec, response.url, fields, item, fetched)
        if self._vanished(response, fields):
            yield FoundGone(
                url=requested(response),
                at=fetched,
                trace=response.meta["trace"],
                soft=True,
            )
            return
        if post is None:
            self.visit.tally.fail("no_article")
            return
        spec = self.visit.spec
        named = with_outlet(post, self.visit.deps.outlets, spec.outlet or spec.name)
        yield from self.rest_of(self.found(response, named), fields.next_page, 1)

    def rest_of(self, begun: FoundPost, address: str, part: int) -> Yields:
        """Yield the article, or the request for the page on which it goes on."""
        if not address or part >= MOST_PARTS:
            yield begun
            return
        self._asked.add(address)
        request = self.ask(address, self.parse_part, begun=begun, part=part + 1)
        # A part is wanted whole, changed or not.
        del request.meta[CONDITIONAL]
        yield request.replace(errback=self.lost_part)

    def parse_part(self, response: Response, begun: FoundPost, part: int) -> Yields:
        """Read a further page of an article."""
        fields = extract_page(
            response.body,
            response.url,
            content_type=content_type(response),
            fetched=self.visit.deps.clock.now(),
            site=self._site_rules,
            guess_day=False,
        )
        self.visit.tally.received += len(response.body)
        if response.status in _GONE or not fields.body:
            self.visit.tally.fail("part")
            yield broken_off(begun)
            return
        yield from self.rest_of(joined(begun, fields), fields.next_page, part)

    def lost_part(self, failure: Failure) -> Yields:
        """Keep what was read of an article whose further page failed."""
        self.failed(failure)
        request: Any = getattr(failure, "request", None)
        yield broken_off(request.cb_kwargs["begun"])

    def _vanished(self, response: Response, fields: PageFields) -> bool:
        """Tell whether a page that answers 200 shows that the article is gone."""
        if dict(fields.found_by).get("published", "") in _SURE:
            return False
        return leads_up(requested(response), response.url) or says_not_found(
            response.body, content_type(response)
        )

    def without_content(
        self, response: Response, accepted: tuple[str, ...] = _TEXTS
    ) -> Yields | None:
        """Return what to yield for an answer that holds no page, or None for a page.

        `accepted` are how content types may begin; with none, any body is a page.
        """
        url, now = requested(response), self.visit.deps.clock.now()
        trace = response.meta["trace"]
        self.visit.tally.received += len(response.body)
        if response.status == _UNCHANGED:
            self.visit.tally.not_modified += 1
            return iter([FoundUnchanged(url=url, at=now, trace=trace)])
        if response.status in _GONE:
            return iter([FoundGone(url=url, at=now, trace=trace)])
        flaw = _flaw(response, accepted)
        if not flaw:
            return None
        self.visit.tally.fail(flaw)
        return iter(())

    def found(self, response: Response, post: Post) -> FoundPost:
        """Wrap a post with the answer that it was read from."""
        return FoundPost(
            post=post,
            trace=response.meta["trace"],
            requested=requested(response),
            capture=self.capture(response),
            validators=validators(response),
            partial="dataloss" in response.flags,
            redirects=_redirects(response),
        )

    def capture(self, response: Response) -> Capture:
        """Return the exchange as evidence."""
        request = response.request
        return Capture(
            url=response.url,
            fetched=self.visit.deps.clock.now(),
            status=response.status,
            request_headers=_headers(request.headers) if request else (),
            response_headers=_headers(response.headers),
            body=response.body,
            address=str(response.ip_address or ""),
            method=request.method if request else "GET",
            sent=request.body if request else b"",
        )

    def failed(self, failure: Failure) -> None:
        """Count a request that brought nothing."""
        error = failure.value
        if isinstance(error, HttpError):
            code = _http_code(error.response.status)
        elif "max redirections" in str(error):
            code = "redirects"
        elif "DOWNLOAD_MAXSIZE" in str(error):
            code = "too_large"
        elif isinstance(error, RefusedError):
            code = error.code
        else:
            code = _CODES.get(type(error).__name__, "connection")
        self.visit.tally.fail(code)
        url = getattr(getattr(failure, "request", None), "url", "")
        note = self.logger.debug if code in HARMLESS else self.logger.info
        note("%s: %s (%s)", code, url, error)

    def _enough(self) -> bool:
        most = self.visit.max_posts
        return bool(most) and len(self._asked) >= most


def _flaw(response: Response, accepted: tuple[str, ...]) -> str:
    """Return the code of why an answer holds no page; "" where it holds one."""
    if response.status != _OK:
        return f"http_{response.status}"
    if not response.body.strip():
        return "empty"
    kind = content_type(response)
    odd = bool(kind) and not kind.startswith(accepted)
    if accepted and (odd or looks_binary(response.body, kind)):
        return "not_text"
    return ""


def _http_code(status: int) -> str:
    """Return the code of a refused answer.

    A redirect that Scrapy did not follow led to another scheme than http.
    """
    return "address_refused" if status in _REDIRECTS else f"http_{status}"


def content_type(response: Response) -> str:
    """Return the answer's content type in lower case."""
    return (response.headers.get("Content-Type") or b"").decode("latin-1").lower()


def requested(response: Response) -> str:
    """Return the address first asked for, before redirects, in its one spelling."""
    first = response.meta.get("redirect_urls", [response.url])[0]
    return canonical_url(first)


def _redirects(response: Response) -> tuple[int, ...]:
    """Return the statuses of the redirects that led to the answer."""
    reasons = response.meta.get("redirect_reasons", ())
    return tuple(reason for reason in reasons if isinstance(reason, int))


def validators(response: Response) -> dict[str, str]:
    """Return what a later conditional request of the page may use."""
    names = ("etag", "last-modified")
    found = {n: (response.headers.get(n) or b"").decode("latin-1") for n in names}
    return {name: value for name, value in found.items() if value}


def _headers(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    )
