"""Addresses that people give by command: told at once where none would be asked."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from domain.errors import QuarantineError
from extraction.urls import canonical_url


def check_address(url: str, networks: Sequence[str]) -> None:
    """Raise `QuarantineError` for what the crawlers would not ask, with what to do.

    `networks` are the private ones that may be asked. Names are not resolved here.
    """
    if why := refusal(url, networks):
        raise QuarantineError(f"{url} is not asked: {why}.", reason="address")


def refusal(url: str, networks: Sequence[str]) -> str:
    """Return why an address is never asked; "" where it may be."""
    from crawlers.addresses import is_allowed, networks_of

    if not canonical_url(url):
        return "only http:// and https:// addresses with a host are"
    host = urlsplit(url.strip()).hostname or ""
    try:
        public = is_allowed(
            "127.0.0.1" if host == "localhost" else host, networks_of(networks)
        )
    except ValueError:
        public = True
    if public:
        return ""
    return (
        "it is a private address; to allow it, put its network into allowed_networks "
        "(minhtin.toml)"
    )
