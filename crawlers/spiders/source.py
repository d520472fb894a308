"""What all spiders share: asking politely, reading answers, counting failures."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from scrapy import Request, Spider
from scrapy.http import Headers, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.articles import article_post, with_outlet
from crawlers.found import Found, FoundGone, FoundPost, FoundUnchanged
from crawlers.middlewares.validators import CONDITIONAL
from crawlers.parts import MOST_PARTS, broken_off, joined
from crawlers.refusals import RefusedError
from crawlers.tally import HARMLESS
from crawlers.visit import Visit
from domain.post import Post
from evidence.port import Capture
from extraction.charset import looks_binary
from extraction.fields import FeedItem
from extraction.page import extract_page
from extraction.selectors import site_of_selectors
from extraction.urls import canonical_url, site_of

Yields = Iterator[Request | Found]

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
    """Visits one source. Subclasses say what to ask first and how to read it."""

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

    async def start(self) -> AsyncIterator[Request]:
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

    def ask_article(
        self, url: str, item: FeedItem | None = None, *, priority: int = 0
    ) -> Yields:
        """Ask for an article unless it was asked for, is elsewhere, or is not due."""
        address = canonical_url(url)
        self.visit.tally.listed += 1
        if not address or address in self._asked or self._enough():
            return
        if site_of(address) not in self._hosts:
            self.visit.tally.fail("offsite")
            return
        self._asked.add(address)
        if self.due_again(address):
            yield self.ask(address, self.parse_article, priority=priority, item=item)

    def ask_known(self) -> Yields:
        """Ask again for the source's latest posts that no list names any more."""
        deps, spec = self.visit.deps, self.visit.spec
        for seen in deps.frontier.recent(spec.id, 2 * spec.max_pages):
            if "#" not in seen.url:
                yield from self.ask_article(seen.url)

    def due_again(self, url: str) -> bool:
        """Tell whether a page is unknown, or known and not just looked at."""
        if not self.visit.watch:
            return True
        deps = self.visit.deps
        post_id = deps.frontier.resolve(url)
        seen = deps.frontier.seen(post_id) if post_id else None
        pause = timedelta(minutes=deps.limits.recheck_minutes)
        return seen is None or deps.clock.now() - seen.checked >= pause

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
        )
        self.visit.tally.walled += fields.walled
        post = article_post(self.visit.spec, response.url, fields, item, fetched)
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
        if not response.body.strip():
            self.visit.tally.fail("empty")
            return iter(())
        kind = content_type(response)
        if not accepted:
            return None
        if (kind and not kind.startswith(accepted)) or looks_binary(
            response.body, kind
        ):
            self.visit.tally.fail("not_text")
            return iter(())
        return None

    def found(self, response: Response, post: Post) -> FoundPost:
        """Wrap a post with the answer that it was read from."""
        return FoundPost(
            post=post,
            trace=response.meta["trace"],
            requested=requested(response),
            capture=self.capture(response),
            validators=validators(response),
            partial="dataloss" in response.flags,
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
