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
_EMBEDDING = tuple(
    ip_network(text) for text in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")
)
"""Networks whose last 32 bits are an IPv4 address: NAT64, and the old compatible and
translated forms. NAT64's local network (64:ff9b:1::/48) is none of them: where in an
address its translator looks is nobody's knowledge but its owner's."""
_PUBLIC_IPV6 = ip_network("2000::/3")
"""All that was ever given out; what lies outside is for use within a network."""
_UNROUTED = tuple(
    ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")
)
"""Not to be reached from outside, though the standard library's table says so."""
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""In the third quarter of an IPv6 address: the last one is an IPv4 address."""
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
    return _is_in(_judged(address), allowed)


def is_allowed(address: str, allowed: Networks) -> bool:
    """Tell whether a literal address is public or in an allowed network.

    An IPv4 address inside an IPv6 one (mapped, translated, compatible, 6to4, Teredo,
    ISATAP, NAT64) is judged as itself. Raises `ValueError` for what is no literal
    address.
    """
    ip = _judged(address)
    if _is_in(ip, allowed):
        return True
    if isinstance(ip, IPv6Address) and ip not in _PUBLIC_IPV6:
        return False
    return ip.is_global and not ip.is_multicast and not _is_in(ip, _UNROUTED)


def is_web_port(port: int) -> bool:
    """Tell whether a public site may be asked at a port."""
    if port in _WEB_PORTS:
        return True
    return port >= _LOWEST_FREE_PORT and port not in _FOREIGN_PORTS


def _is_in(ip: Address, networks: Networks) -> bool:
    return any(ip.version == net.version and ip in net for net in networks)


def _judged(address: str) -> Address:
    ip = ip_address(address.split("%", maxsplit=1)[0])
    return (_inner(ip) or ip) if isinstance(ip, IPv6Address) else ip


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for, if it stands for any."""
    teredo = ip.teredo[1] if ip.teredo else None
    if named := ip.ipv4_mapped or ip.sixtofour or teredo:
        return named
    # `::` and `::1` mean themselves.
    embedded = int(ip) > 1 and _is_in(ip, _EMBEDDING)
    if embedded or (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


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
