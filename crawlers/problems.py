"""What stood in a visit's way, in words for whoever sits at a terminal."""

from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "address_refused": "the address is private or no public site's, so it is not "
    "asked; allowed_networks in minhtin.toml lists exceptions",
    "broken_off": "the answer broke off",
    "connection": "no connection",
    "dns": "there is no such host",
    "empty": "the page is empty",
    "failure": "the source cannot be read as it is set up",
    "no_article": "a page holds no article that is understood",
    "no_feed": "the address holds no feed",
    "no_identity": "an item has neither link nor id",
    "no_items": "api.items leads to no list",
    "no_json": "the answer is no JSON",
    "no_links": "the page lists no articles; see selectors.link",
    "no_part": "the page lacks what page.part names",
    "no_sitemap": "the address holds no sitemap",
    "no_thread": "a thread is not understood",
    "no_threads": "the page lists no threads",
    "redirects": "too many redirects",
    "robots_unreachable": "robots.txt could not be had, so nothing is asked",
    "soft_404": "a page says that it is not there",
    "timeout": "no whole answer in time",
    "too_large": "the answer is too large",
}


def in_words(errors: Mapping[str, int] | None) -> str:
    """Return counted codes as a phrase, each code in brackets; "none" for none."""
    told = [_told(code, count) for code, count in sorted((errors or {}).items())]
    return "; ".join(told) or "none"


def _told(code: str, count: int) -> str:
    words = _WORDS.get(code)
    if words is None and code.startswith("http_"):
        words = f"the site answered {code.removeprefix('http_')}"
    times = "" if count == 1 else f", {count} times"
    return f"{words} ({code}{times})" if words else f"{code}{times}"
