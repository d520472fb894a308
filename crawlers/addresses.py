"""Which addresses may be asked: public ones, and networks that a setting allows."""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from time import monotonic
from typing import Any

from twisted.internet.base import ReactorBase, ThreadedResolver
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError

Networks = tuple[IPv4Network | IPv6Network, ...]
Address = IPv4Address | IPv6Address

_CACHED_NAMES = 10_000
NAME_SECONDS = 300.0
"""How long an address is held. Shorter asks the name server more often; longer keeps
asking a machine that a site has left."""
_EMBEDDING = {
    ip_network("64:ff9b::/96"): 32,
    ip_network("64:ff9b:1::/48"): 32,
    ip_network("::/96"): 32,
}
"""Networks whose last bits are an IPv4 address: NAT64 and the old compatible form."""
_WEB_PORTS = frozenset({80, 443})
_LOWEST_FREE_PORT = 1024
_FOREIGN_PORTS = frozenset(
    {1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 3306, 3389, 3659, 4045}
    | {4190, 5060, 5061, 5432, 5672, 5900, 6000, 6379, 6566, 6697, 9042, 9092, 9200}
    | {9300, 10080, 10250, 11211, 27017}
    | set(range(6665, 6670))
)
"""Ports from 1024 on where no web site is: those that browsers refuse, and those of
databases, brokers and remote desktops. A redirect must not make us knock there."""


class NameRefusedError(DNSLookupError):
    """A name resolved to an address that may not be asked."""


def networks_of(allowed: Sequence[str]) -> Networks:
    """Parse CIDR strings. Raises `ValueError`."""
    return tuple(ip_network(text, strict=False) for text in allowed)


def is_within(address: str, allowed: Networks) -> bool:
    """Tell whether a literal address is in one of the networks."""
    ip = _judged(address)
    return any(ip.version == net.version and ip in net for net in allowed)


def is_allowed(address: str, allowed: Networks) -> bool:
    """Tell whether a literal address is public or in an allowed network.

    An IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64, compatible) is
    judged as itself. Raises `ValueError` for what is no literal address.
    """
    ip = _judged(address)
    if any(ip.version == net.version and ip in net for net in allowed):
        return True
    site_local = isinstance(ip, IPv6Address) and ip.is_site_local
    return ip.is_global and not ip.is_multicast and not site_local


def is_web_port(port: int) -> bool:
    """Tell whether a public site may be asked at a port."""
    if port in _WEB_PORTS:
        return True
    return port >= _LOWEST_FREE_PORT and port not in _FOREIGN_PORTS


def _judged(address: str) -> Address:
    ip = ip_address(address.split("%", maxsplit=1)[0])
    if not isinstance(ip, IPv6Address):
        return ip
    teredo = ip.teredo[1] if ip.teredo else None
    inner = ip.ipv4_mapped or ip.sixtofour or teredo
    if inner is None and int(ip) > 1 and any(ip in net for net in _EMBEDDING):
        inner = IPv4Address(int(ip) & 0xFFFFFFFF)
    return inner or ip


class GuardedResolver(ThreadedResolver):
    """Resolves names to allowed addresses only, and hands out what it checked.

    The connection is made to what this resolver says, which is checked each time, so
    a name that resolves differently the second time gains nothing. Only IPv4.
    """

    def __init__(self, reactor: ReactorBase, allowed: Networks, seconds: int) -> None:
        super().__init__(reactor)
        self._allowed = allowed
        self._seconds = seconds
        self._held: dict[str, tuple[str, float]] = {}

    def install_on_reactor(self) -> None:
        """Make all connections ask this resolver."""
        reactor: Any = self.reactor
        reactor.installResolver(self)

    def known(self, name: str) -> str | None:
        """Return the address that a name was last resolved to, if it is held."""
        return self._held.get(name, (None, 0.0))[0]

    def getHostByName(  # noqa: N802 - Twisted's name
        self,
        name: str,
        timeout: Sequence[int] = (),  # noqa: ARG002 - ours holds
    ) -> Deferred[str]:
        address, until = self._held.get(name, ("", 0.0))
        if until > monotonic():
            return succeed(address)
        found = super().getHostByName(name, (self._seconds,))
        return found.addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        if not is_allowed(address, self._allowed):
            self._held.pop(name, None)
            raise NameRefusedError(f"{name} resolves to {address}")
        if len(self._held) >= _CACHED_NAMES:
            self._held.pop(next(iter(self._held)))
        self._held[name] = address, monotonic() + NAME_SECONDS
        return address
