"""Who knocks, so far as an address tells: what one sender has of the internet."""

from ipaddress import IPv6Address, ip_address, ip_network

_OWN_BITS = 64
"""Bits of an IPv6 address that a subscriber does not choose. More would give each one
as many addresses as they like; fewer would lump neighbours together."""
_LONGEST = 64
"""Letters of what is no address; an address has 45 at most."""


def neighbourhood(address: str) -> str:
    """Return what limits count by: an IPv4 address, or the /64 of an IPv6 one.

    An IPv4 address is the same however it is written; what is no address stands for
    itself.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_LONGEST]
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip_network((ip, _OWN_BITS), strict=False))
