"""Pages that list articles: their links and the page that follows."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extraction.content_text import text_of
from extraction.fields import ListingPage
from extraction.page import parse_tree
from extraction.selectors import to_xpath
from extraction.urls import canonical_url, site_of

_ASIDE = {"nav", "header", "footer", "aside"}
_HEADLINE = 15
"""Characters of link text from which a link may be a headline and not a menu entry."""
_ARTICLE = re.compile(
    r"\d{4,}[^/]*$|\.s?html?$|-\d+/?$|(?:[^/-]+-){4,}[^/-]+/?$", re.IGNORECASE
)
_NEXT = re.compile(
    r"^\W*(?:trang (?:sau|tiếp|kế)|tiếp|tiếp theo|sau|next)\W*$", re.IGNORECASE
)
_NEXT_PATHS = (
    "//link[@rel='next']/@href",
    "//a[@rel='next']/@href",
    "//a[contains(concat(' ', normalize-space(@class), ' '), ' next ')]/@href",
    "//li[contains(@class, 'next')]/a/@href",
)


def parse_listing(
    body: bytes,
    url: str,
    *,
    selectors: Mapping[str, str] | None = None,
    content_type: str = "",
) -> ListingPage:
    """Return the article links of a list page and the following page's address.

    `selectors` may hold `link` and `next` (CSS or XPath of `a` elements). Without
    them, links with a headline to addresses shaped like articles are taken from
    outside menus and side bars.
    """
    tree = parse_tree(body, content_type)
    if tree is None:
        return ListingPage(links=())
    rules = selectors or {}
    link, following = rules.get("link", ""), rules.get("next", "")
    links = _chosen(tree, link, url) if link else _guessed(tree, url)
    return ListingPage(
        links=tuple(dict.fromkeys(links)),
        next_url=_following(tree, following, url),
    )


def _chosen(tree: HtmlElement, selector: str, url: str) -> list[str]:
    links = [
        canonical_url(anchor.get("href") or "", url)
        for found in tree.xpath(to_xpath(selector))
        for anchor in ([found] if found.tag == "a" else found.iter("a"))
        if anchor.get("href")
    ]
    return [link for link in links if link]


def _guessed(tree: HtmlElement, url: str) -> list[str]:
    links = []
    for anchor in tree.iter("a"):
        address = canonical_url(anchor.get("href") or "", url)
        if not address or site_of(address) != site_of(url):
            continue
        text = text_of(anchor) or anchor.get("title") or ""
        if len(text) < _HEADLINE or not _ARTICLE.search(urlsplit(address).path):
            continue
        if not any(above.tag in _ASIDE for above in anchor.iterancestors()):
            links.append(address)
    return links


def _following(tree: HtmlElement, selector: str, url: str) -> str:
    if selector:
        return next(iter(_chosen(tree, selector, url)), "")
    own = canonical_url(url)
    found = [href for path in _NEXT_PATHS for href in tree.xpath(path)]
    found += [a.get("href") for a in tree.iter("a") if _NEXT.match(text_of(a))]
    addresses = (canonical_url(href or "", url) for href in found)
    return next(
        (a for a in addresses if a and a != own and site_of(a) == site_of(own)), ""
    )
