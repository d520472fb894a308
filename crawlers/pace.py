"""What a crawler knows of the hosts it asks; outlives a visit."""

import asyncio
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from crawlers.addresses import Networks
from crawlers.frontier.manners import HostRest

AT_ONCE = 4
"""Requests in flight to hosts that ask for no gap, where the settings ask for none
either: that is one's own site. Every other network gets one at a time."""
_PREFIX = {4: 24, 6: 48}


@dataclass(slots=True)
class Lane:
    """The line in which all requests to one network stand, whatever the source.

    `last` is the monotonic time of the last answer.
    """

    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    last: float = float("-inf")


@dataclass(frozen=True, slots=True)
class KnownRobots:
    """A robots.txt as it was had, and monotonic times: fresh until, of use until."""

    body: bytes
    fresh_until: float
    use_until: float


@dataclass(slots=True)
class Pace:
    """Per host the delay that robots.txt asks for; rests; robots.txt; lanes.

    `rests` is what was last known, for when the frontier is out of reach.
    `closing` tells waiting requests that the crawler stops.
    """

    asked: dict[str, float] = field(default_factory=dict)
    rests: dict[str, HostRest | None] = field(default_factory=dict)
    robots: dict[str, KnownRobots] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    closing: bool = False

    def lane(self, network: str) -> Lane:
        return self.lanes.setdefault(network, Lane())


def network_of(host: str, address: str | None, allowed: Networks) -> str:
    """Return the name of the network that a host shares its pace with.

    Hosts of one address, and of one /24 (IPv6: /48), mostly stand in one machine or
    behind one line. In allowed networks, which are one's own, only the address counts.
    """
    try:
        ip = ip_address((address or host).split("%", maxsplit=1)[0])
    except ValueError:
        return host
    if any(ip.version == net.version and ip in net for net in allowed):
        return str(ip)
    return str(ip_network(f"{ip}/{_PREFIX[ip.version]}", strict=False))
