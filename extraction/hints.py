"""What a page lets guess of how its site can be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extraction.content_text import text_of
from extraction.headline import page_title, without_outlet
from extraction.page import parse_tree
from extraction.urls import canonical_url, site_of

_FEEDS = "//link[contains(@type, 'rss+xml') or contains(@type, 'atom+xml')]/@href"
_WORDPRESS = "//link[@rel='https://api.w.org/']/@href"
_FEED_LINK = re.compile(
    r"(?:\.rss|/feed/?|/atom(?:\.xml)?|rss[^/]*\.xml|/rss/[^/]+)$", re.IGNORECASE
)
_FEED_LIST = re.compile(r"/(?:kenh-)?rss(?:\.s?html?|\.aspx|\.php)?/?$", re.IGNORECASE)
_SECTION = re.compile(r"^/[a-z][a-z0-9-]{2,40}(?:\.s?html?|\.aspx)?/?$", re.IGNORECASE)
_ASIDE = re.compile(
    r"rss|login|dang-nhap|lien-he|gioi-thieu|video|podcast|tag|quang-cao|english|"
    r"sitemap|so-do|toa-soan|tim-kiem|search",
    re.IGNORECASE,
)
_SECTION_NAME = range(3, 31)
_STATES = ("__NEXT_DATA__", "__NUXT__", "__INITIAL_STATE__", "__APOLLO_STATE__")
_SHELL = 200
"""Characters of text below which a page with scripts shows nothing without them."""
_MANY = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHints:
    """Addresses are absolute and of the page's own site.

    `feeds` the page names as such, `feed_links` only look so; `feed_lists` are pages
    that list feeds. `states` are names of data that scripts carry in the page, `shell`
    tells that it is nearly empty without them.
    """

    title: str = ""
    feeds: tuple[str, ...] = ()
    feed_links: tuple[str, ...] = ()
    feed_lists: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    wordpress: str = ""
    states: tuple[str, ...] = ()
    shell: bool = False


def page_hints(body: bytes, url: str, content_type: str = "") -> PageHints:
    """Return what the page gives away; nothing for what is no page."""
    tree = parse_tree(body, content_type)
    if tree is None:
        return PageHints()
    links = [(address, text_of(a)) for a, address in _anchors(tree, url)]
    paths = [(address, urlsplit(address).path, text) for address, text in links]
    scripts = tree.xpath("//script")
    known = "".join(s.get("id") or "" for s in scripts) + "".join(
        (s.text or "")[:_SHELL] for s in scripts
    )
    text = sum(len(text_of(e)) for e in tree.iter("p", "a", "h1", "h2", "h3", "td"))
    return PageHints(
        title=without_outlet(page_title(tree), ()),
        feeds=_own(tree.xpath(_FEEDS), url),
        feed_links=_some(a for a, path, _ in paths if _FEED_LINK.search(path)),
        feed_lists=_some(a for a, path, _ in paths if _FEED_LIST.search(path)),
        sections=_some(a for a, path, name in paths if _is_section(path, name)),
        wordpress=next(iter(_own(tree.xpath(_WORDPRESS), url)), ""),
        states=tuple(name for name in _STATES if name in known),
        shell=bool(scripts) and text < _SHELL,
    )


def _anchors(tree: HtmlElement, url: str) -> Iterator[tuple[HtmlElement, str]]:
    for anchor in tree.iter("a"):
        address = canonical_url(anchor.get("href") or "", url)
        if address and site_of(address) == site_of(url):
            yield anchor, address


def _own(found: list[str], url: str) -> tuple[str, ...]:
    addresses = (canonical_url(href, url) for href in found)
    return _some(a for a in addresses if a and site_of(a) == site_of(url))


def _some(addresses: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))[:_MANY]


def _is_section(path: str, name: str) -> bool:
    shaped = bool(_SECTION.match(path)) and not _ASIDE.search(path)
    return shaped and len(name) in _SECTION_NAME
