"""No address but allowed ones, on every hop of a redirect.

The middleware refuses schemes, literal addresses and, after resolving them, names;
the resolver refuses again at connection time.
"""

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.defer import maybe_deferred_to_future

from crawlers.addresses import GuardedResolver, NameRefusedError, is_allowed
from crawlers.visit import visit_of


class AddressRefusedError(IgnoreRequest):
    """The request would go where no crawler may ask."""


class AddressMiddleware:
    """Refuses requests by scheme and address before anything is sent."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        visit = visit_of(self._crawler)
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or not host:
            raise AddressRefusedError(f"scheme of {request.url}")
        try:
            allowed = is_allowed(host, visit.networks)
        except ValueError:
            await _check_name(host, visit.resolver)
            return
        if not allowed:
            raise AddressRefusedError(f"address of {request.url}")


async def _check_name(host: str, resolver: GuardedResolver) -> None:
    try:
        await maybe_deferred_to_future(resolver.getHostByName(host))
    except NameRefusedError as error:
        raise AddressRefusedError(str(error)) from error
    except Exception:  # noqa: BLE001 - the download says what is wrong with the name
        return
