"""One spelling per address, so that one page is one post."""

import ipaddress
import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = ("utm_", "fbclid", "gclid", "zarsrc", "zalo", "mc_cid", "mc_eid", "igshid")
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[\w-][\w.-]*|[0-9a-f:.]*:[0-9a-f:.]*")
"""A name, also one in other letters, or an address. What else stands where a host would
is markup or a sentence that was taken for an address."""
_SECOND_LEVEL = {"com", "net", "org", "gov", "edu", "info", "ac", "name", "int", "co"}


def canonical_url(url: str, base: str = "") -> str:
    """Return the address absolute, without fragment and tracking parameters.

    Returns "" for anything that is not http or https with a host.
    """
    try:
        return _canonical(urljoin(base, url.strip()) if base else url.strip())
    except ValueError:  # no port, no address, or halves of letters
        return ""


def _canonical(url: str) -> str:
    parts = urlsplit(url)
    host, port = (parts.hostname or "").lower(), parts.port
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        return ""
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != _PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = urlencode(
        [
            (key, value)
            for key, value in parse_qsl(parts.query, keep_blank_values=True)
            if not key.lower().startswith(_TRACKING)
        ]
    )
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return urlunsplit((parts.scheme, host, path, query, ""))


def host_of(url: str) -> str:
    """Return the host in lower case without `www.`; "" where there is none."""
    return host_name(url).removeprefix("www.")


def site_of(url: str) -> str:
    """Return the registrable domain: the part of a host that one owner holds.

    Knows the second levels in use under `.vn` and alike; no public suffix list,
    since a wrong guess only makes two sites share one queue.
    """
    host = host_of(url)
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        labels = host.split(".")
    keep = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 2  # noqa: PLR2004 - labels of a name
    return ".".join(labels[-keep:])


def host_name(url: str) -> str:
    """Return the host in lower case as it is asked, with its `www.`, "" without one."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
