"""No address but allowed ones, on every hop of a redirect.

The middleware refuses schemes, user names, long addresses, odd ports, literal
addresses and, after resolving them, names; the resolver refuses again at connection
time.
"""

from typing import Self
from urllib.parse import SplitResult, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.utils.defer import maybe_deferred_to_future

from crawlers.addresses import (
    NameRefusedError,
    Networks,
    is_allowed,
    is_web_port,
    is_within,
)
from crawlers.refusals import RefusedError
from crawlers.visit import Visit, visit_of

_LONGEST = 2083
"""Characters of an address; longer ones are no pages but attacks on whoever keeps
them."""
_PORTS = {"http": 80, "https": 443}


class AddressRefusedError(RefusedError):
    """The request would go where no crawler may ask."""

    code = "address_refused"


class AddressMiddleware:
    """Refuses requests by scheme and address before anything is sent."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        visit = visit_of(self._crawler)
        parts, port = _parts(request.url)
        host = parts.hostname or ""
        try:
            allowed = is_allowed(host, visit.networks)
            address = host
        except ValueError:
            address = await _resolved(host, visit)
        else:
            if not allowed:
                raise AddressRefusedError(f"address of {request.url}")
        if address:
            _check_port(address, port, visit.networks)


def _parts(url: str) -> tuple[SplitResult, int]:
    """Return the parts of an address and its port. Raises `AddressRefusedError`."""
    if len(url) > _LONGEST:
        raise AddressRefusedError(f"an address of {len(url)} characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefusedError(f"{url} is no address") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise AddressRefusedError(f"scheme of {url}")
    if parts.username is not None or parts.password is not None:
        raise AddressRefusedError(f"{url} names a user")
    return parts, port if port is not None else _PORTS[parts.scheme]


def _check_port(address: str, port: int, networks: Networks) -> None:
    if not is_web_port(port) and not is_within(address, networks):
        raise AddressRefusedError(f"port {port} of {address}")


async def _resolved(host: str, visit: Visit) -> str:
    """Return the checked address of a name, "" where it has none."""
    try:
        found = visit.resolver.getHostByName(host)
        address: str = await maybe_deferred_to_future(found)
    except NameRefusedError as error:
        raise AddressRefusedError(str(error)) from error
    except Exception:  # noqa: BLE001 - the download says what is wrong with the name
        return ""
    return address
