"""Sending a request and receiving its answer, within bounds and in turn.

Scrapy bounds the body and the time in all. Here the head of an answer is bounded too,
and the time to its end, and nothing is sent but through the gate.
"""

import asyncio
from typing import Any

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Response
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, DONE

from crawlers.gate import Gate
from crawlers.refusals import RefusedError
from crawlers.visit import visit_of
from extraction.urls import host_name

HEAD_BYTES = 65_536
"""Of status line and headers; the largest seen have 8 kB. More lets a server fill
memory before its body begins, as there is no other bound on headers."""
ENCODINGS = 2
"""Content codings of one answer; honest servers use one. Each is unpacked in turn."""


class HeadTooLargeError(Exception):
    """The head of an answer is larger than any honest one."""


class EncodingsError(RefusedError):
    """The body is packed too many times over."""

    code = "too_large"


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's own handler behind the gate."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory  # noqa: SLF001 - as the parent class does
        self._gate: Gate | None = None
        crawler.signals.connect(self._head_came, signals.headers_received)

    async def download_request(self, request: Request) -> Response:
        visit = visit_of(self._crawler)
        gate = self._gate = self._gate or Gate(visit)
        host = host_name(request.url)
        async with gate.turn(host):
            visit.tally.requests += 1
            try:
                response = await self._ask(request)
            except DownloadCancelledError:
                raise  # It answers, but more than we take.
            except Exception:
                gate.failed(host)
                raise
            finally:
                gate.heard(host)
            wait = (response.headers.get("Retry-After") or b"").decode("latin-1")
            gate.answered(host, response.status, wait)
            return response

    def _head_came(self, request: Request) -> None:
        if self._gate is not None:
            self._gate.heard(host_name(request.url))

    async def _ask(self, request: Request) -> Response:
        """Ask, giving up when no head comes in time or it grows too large."""
        request.meta.pop("download_latency", None)
        seconds = visit_of(self._crawler).deps.limits.first_byte_seconds
        asking = asyncio.ensure_future(super().download_request(request))
        await asyncio.wait({asking}, timeout=seconds)
        if not asking.done() and "download_latency" not in request.meta:
            asking.cancel()
            await asyncio.wait({asking})
            raise DownloadTimeoutError(f"no answer of {request.url} in {seconds} s")
        try:
            response = await asking
        except Exception as error:
            if _is_head_too_large(error):
                raise DownloadCancelledError("the head is too large") from error
            raise
        codings = b",".join(response.headers.getlist("Content-Encoding")).split(b",")
        if len(codings) > ENCODINGS:
            raise EncodingsError(f"{len(codings)} content codings")
        return response


def _is_head_too_large(error: BaseException) -> bool:
    reasons = getattr(error.__cause__, "reasons", ())
    return any(reason.check(HeadTooLargeError) for reason in reasons)


_failure: Any = Failure
"""Twisted's class has no types."""


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Gives up on a head that does not end."""

    _head = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        protocol: Any = super()
        protocol.dataReceived(data)
        parser: Any = self._parser
        if parser is None or parser.state in {BODY, DONE}:
            self._head = 0
            return
        self._head += len(data)
        if self._head > HEAD_BYTES:
            give_up: Any = self._giveUp
            give_up(_failure(HeadTooLargeError()))


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _addr: IAddress | None) -> _BoundedProtocol:  # noqa: N802 - Twisted's name
        make: Any = _BoundedProtocol
        protocol: _BoundedProtocol = make(self._quiescentCallback)
        return protocol
