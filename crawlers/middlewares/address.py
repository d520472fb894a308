"""No address but public ones, on every hop.

The middleware refuses schemes, literal addresses and, after resolving them, names; the
resolver refuses again at connection time and hands out what it checked, so a name
that resolves differently the second time gains nothing.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

Networks = tuple[IPv4Network | IPv6Network, ...]


class AddressRefusedError(IgnoreRequest):
    """The request would go where no crawler may ask."""


class _NameRefusedError(DNSLookupError):
    """A name resolved to an address that is not public."""


def networks_of(allowed: Sequence[str]) -> Networks:
    """Parse CIDR strings. Raises `ValueError`."""
    return tuple(ip_network(text, strict=False) for text in allowed)


def is_allowed(address: str, allowed: Networks) -> bool:
    """Tell whether a literal address is public or in an allowed network."""
    ip = ip_address(address.split("%", maxsplit=1)[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    ip = mapped or ip
    if any(ip.version == net.version and ip in net for net in allowed):
        return True
    return ip.is_global and not ip.is_multicast


class GuardedResolver(CachingThreadedResolver):
    """Resolves names to allowed addresses only."""

    def __init__(self, reactor: Any, allowed: Networks, seconds: float) -> None:
        super().__init__(reactor, 10_000, seconds)
        self._allowed = allowed

    def getHostByName(  # noqa: N802 - Twisted's name
        self, name: str, timeout: Sequence[int] = ()
    ) -> Deferred[str]:
        found = super().getHostByName(name, timeout)
        return found.addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        if not is_allowed(address, self._allowed):
            raise _NameRefusedError(f"{name} resolves to {address}")
        return address


class AddressMiddleware:
    """Refuses requests by scheme and address before anything is sent."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        visit: Any = self._crawler.spider.visit  # type: ignore[union-attr]
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or not host:
            raise AddressRefusedError(f"scheme of {request.url}")
        try:
            allowed = is_allowed(host, visit.networks)
        except ValueError:
            await self._check_name(host, visit.resolver)
            return
        if not allowed:
            raise AddressRefusedError(f"address of {request.url}")

    async def _check_name(self, host: str, resolver: GuardedResolver) -> None:
        try:
            await maybe_deferred_to_future(resolver.getHostByName(host))
        except _NameRefusedError as error:
            raise AddressRefusedError(str(error)) from error
        except Exception:  # noqa: BLE001 - the download will tell what the name's fault is
            return
