"""Which addresses may be asked: public ones, and networks that a setting allows."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

Networks = tuple[IPv4Network | IPv6Network, ...]

_CACHED_NAMES = 10_000


class NameRefusedError(DNSLookupError):
    """A name resolved to an address that may not be asked."""


def networks_of(allowed: Sequence[str]) -> Networks:
    """Parse CIDR strings. Raises `ValueError`."""
    return tuple(ip_network(text, strict=False) for text in allowed)


def is_allowed(address: str, allowed: Networks) -> bool:
    """Tell whether a literal address is public or in an allowed network.

    An IPv4 address inside an IPv6 one is judged as itself. Raises `ValueError` for
    what is no literal address.
    """
    ip = ip_address(address.split("%", maxsplit=1)[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    ip = inner or ip
    if any(ip.version == net.version and ip in net for net in allowed):
        return True
    return ip.is_global and not ip.is_multicast


class GuardedResolver(CachingThreadedResolver):
    """Resolves names to allowed addresses only, and hands out what it checked.

    Scrapy connects to what this resolver says, so a name that resolves differently
    the second time gains nothing.
    """

    def __init__(self, reactor: ReactorBase, allowed: Networks, seconds: float) -> None:
        super().__init__(reactor, _CACHED_NAMES, seconds)
        self._allowed = allowed

    def getHostByName(  # noqa: N802 - Twisted's name
        self, name: str, timeout: Sequence[int] = ()
    ) -> Deferred[str]:
        found = super().getHostByName(name, timeout)
        return found.addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        if not is_allowed(address, self._allowed):
            raise NameRefusedError(f"{name} resolves to {address}")
        return address
