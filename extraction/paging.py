"""Articles that go on on a further page."""

import re
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from extraction.content_text import text_of
from extraction.urls import canonical_url, site_of

_IN_PATH = re.compile(
    r"(?:[-_/.](?:p|page|trang)[-_]?|/)(\d{1,2})(?=/?$|\.\w{2,5}$)", re.IGNORECASE
)
_IN_QUERY = frozenset({"page", "p", "trang", "paged", "pg"})
_WORDS = re.compile(
    r"^\W*(?:trang\s*(?:sau|tiếp|kế|\d{1,2})|tiếp(?: theo)?|sau|next|phần tiếp theo|"
    r"xem tiếp|đọc tiếp|\d{1,2})\W*$",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"(?:[?&](?:page|p|trang|paged|pg)=|[-_/.](?:p|page|trang)?[-_]?)\d{1,2}(?!\d)",
    re.IGNORECASE,
)
"""Addresses that may bear a page number: the others need no second look."""
_MOST = 30
"""Pages of one article; a larger number is a list's or a year."""


def next_page(tree: HtmlElement, url: str) -> str:
    """Return the address of the article's following page; "" on the last one.

    Only an address that is the page's own but for a page number one higher counts:
    `rel=next` alone often names the next article.
    """
    own = canonical_url(url)
    if not own:
        return ""
    stem, number = numbered(own)
    for link in tree.xpath("//link[@rel='next'] | //a[@href]"):
        if not _HINT.search(link.get("href") or ""):
            continue
        if link.tag == "a" and link.get("rel") != "next" and not _is_pager(link):
            continue
        address = canonical_url(link.get("href") or "", url)
        if address and numbered(address) == (stem, number + 1):
            return address if site_of(address) == site_of(own) else ""
    return ""


def _is_pager(anchor: HtmlElement) -> bool:
    return len(anchor) <= 2 and bool(_WORDS.match(text_of(anchor)))  # noqa: PLR2004 - an arrow and a word


def numbered(url: str) -> tuple[str, int]:
    """Return an address without its page number, and the number (1 where none is)."""
    parts = urlsplit(url)
    query = []
    number = 1
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key.lower() in _IN_QUERY and value.isdigit() and int(value) <= _MOST:
            number = int(value)
        else:
            query.append((key, value))
    path = parts.path
    found = _IN_PATH.search(path)
    if found and 1 <= int(found[1]) <= _MOST:
        number = int(found[1])
        path = path[: found.start()] + path[found.end() :]
    return f"{parts.netloc}{path.rstrip('/')}?{query}", number
