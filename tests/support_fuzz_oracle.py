"""What every reader of strangers' bytes promises, whatever the bytes.

No exception but those that a reader documents; nothing that later stages cannot store
(controls, halves of surrogate pairs, unnormalised text); times of publication that can
be; addresses of the web; no more text than came in; and all of it soon.
"""

import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zlib import crc32

from crawlers.articles import article_post
from domain.events import PostSeen
from domain.ids import SourceId
from domain.post import MAX_TEXT
from domain.profile import SourceSpec
from eventlog.codec import decode_event, encode_event
from extraction.api import link_of, own_address, parse_json, read_item, read_page
from extraction.api_rules import api_rules
from extraction.charset import decode
from extraction.dates import EARLIEST
from extraction.feeds import parse_feed
from extraction.fields import FeedItem, PageFields
from extraction.forum import parse_forum, parse_thread
from extraction.hints import page_hints
from extraction.listing import parse_listing
from extraction.not_found import says_not_found
from extraction.opml import parse_opml
from extraction.page import extract_page
from extraction.safe_xml import XmlRefusedError
from extraction.sitemap import SitemapEntry, parse_sitemap, robots_sitemaps
from pipeline.stages import validate
from support_fuzz import Seed

NOW = datetime(2026, 9, 15, tzinfo=UTC)
AHEAD = timedelta(days=1)
SLOWEST = 5.0
"""Seconds of a processor for one text; the largest take a tenth, a hang takes ever."""
MOST_LINKS = 100
LINE, LEAD = 500, 2_000
GROWTH = 4
"""How much longer than the text of its page a body may be: some letters are two or
three in NFC, tables get signs between cells. Larger would hide text told twice."""
SLACK = 2_000

RARELY = 4
"""Of so many pages one is also read for hints, which takes a third of a page's time."""

_SPEC = SourceSpec(
    id=SourceId("thu"),
    name="Thử",
    kind="json_api",
    url="https://bao.example.vn/api",
    api={
        "items": "data",
        "id": "id",
        "link": "/tin/{slug}-{id}.html",
        "next": "next",
        "total": "total",
        "title": "title",
        "lead": "sapo",
        "text": "html",
        "published": "time",
        "author": "author",
        "media": "anh",
    },
)
_RULES = api_rules(_SPEC)


def read(seed: Seed) -> None:
    """Let the readers that it may come to read a text; raises what they must not."""
    start = time.process_time()
    _READERS[seed.kind](seed)
    took = time.process_time() - start
    assert took < SLOWEST, f"{took:.1f} s"


def check_fields(found: PageFields, most: int) -> None:
    """Hold fields against the promises; `most` is the length of what was read."""
    lines = (found.title, found.author, found.section, found.outlet)
    _check_texts((*lines, found.lead, found.body))
    assert all(len(line) <= LINE and "\n" not in line for line in lines)
    assert len(found.lead) <= LEAD
    assert len(found.body) <= min(MAX_TEXT, GROWTH * most + SLACK)
    _check_times(found.published, found.modified, until=NOW + AHEAD)
    assert not (found.published and found.modified) or (
        found.published <= found.modified
    )
    addresses = (*found.links, *found.media, found.canonical_url)
    _check_addresses(addresses)
    _check_addresses(filter(None, [found.next_page]))
    assert max(len(found.links), len(found.media)) <= MOST_LINKS


def _check_texts(texts: Iterable[str]) -> None:
    for text in texts:
        assert unicodedata.is_normalized("NFC", text)
        text.encode()
        odd = {c for c in text if unicodedata.category(c) == "Cc"} - {"\n", "\t"}
        assert not odd, odd


def _check_times(*times: datetime | None, until: datetime | None = None) -> None:
    for when in filter(None, times):
        assert when.tzinfo is UTC
        assert when.year >= EARLIEST
        assert until is None or when <= until, when


def _check_addresses(addresses: Iterable[str]) -> None:
    for address in addresses:
        parts = urlsplit(address)
        assert parts.scheme in {"http", "https"}, address
        assert parts.hostname, address
        assert not any(sign.isspace() or not sign.isprintable() for sign in address), (
            repr(address)
        )


def _check_whole(found: object) -> None:
    """Hold all texts of a value type against the promises."""
    values = astuple(found)  # type: ignore[call-overload] # any of the value types
    _check_texts(value for value in values if isinstance(value, str))


def _page(seed: Seed) -> None:
    found = extract_page(seed.body, seed.url, fetched=NOW)
    check_fields(found, len(decode(seed.body)))
    if not crc32(seed.body) % RARELY:
        says_not_found(seed.body, "text/html")
        hints = page_hints(seed.body, seed.url)
        _check_addresses((*hints.feeds, *hints.feed_links, *hints.sections))
        _check_texts((hints.title, *hints.states))
    post = article_post(_SPEC, seed.url, found, None, NOW)
    if post is not None:
        event = PostSeen(post=validate(post))
        assert decode_event(encode_event(event)) == event


def _feed(seed: Seed) -> None:
    found = parse_feed(seed.body, seed.url)
    for item in found:
        _check_item(item)
    assert len({item.url for item in found}) == len(found)


def _check_item(item: FeedItem) -> None:
    _check_whole(item)
    _check_addresses([item.url])
    _check_times(item.published, item.modified)
    post = article_post(_SPEC, item.url, PageFields(), item, NOW)
    if post is not None:
        encode_event(PostSeen(post=validate(post)))


def _sitemap(seed: Seed) -> None:
    found = parse_sitemap(seed.body, seed.url)
    for entry in (*found.pages, *found.maps) if found else ():
        _check_entry(entry)
    _check_addresses(robots_sitemaps(decode(seed.body), seed.url))


def _check_entry(entry: SitemapEntry) -> None:
    _check_whole(entry)
    _check_addresses([entry.url])
    _check_times(entry.published, entry.modified)


def _listing(seed: Seed) -> None:
    found = parse_listing(seed.body, seed.url)
    _check_addresses((*found.links, *filter(None, [found.next_url])))


def _forum(seed: Seed) -> None:
    board, thread = parse_forum(seed.body, seed.url), parse_thread(seed.body, seed.url)
    for row in board.rows:
        _check_addresses([row.url])
        _check_times(row.active)
    for post in thread.posts if thread else ():
        _check_whole(post)
        _check_addresses((*post.links, *post.media))
        _check_times(post.published)


def _api(seed: Seed) -> None:
    try:
        answer = parse_json(seed.body)
    except ValueError:
        return
    page = read_page(answer, _RULES)
    for item in page.items if page else ():
        _check_addresses(filter(None, [link_of(item, _RULES, seed.url)]))
        address = own_address(item, _RULES, seed.url)
        found = read_item((item,), _RULES, address or seed.url, fetched=NOW)
        check_fields(found, len(seed.body))


def _opml(seed: Seed) -> None:
    try:
        found = parse_opml(seed.body)
    except (XmlRefusedError, ValueError):
        return
    for outline in found:
        _check_texts((outline.title, *outline.folders))
        _check_addresses((outline.url, *filter(None, [outline.page])))


_READERS: dict[str, Callable[[Seed], None]] = {
    "page": _page,
    "feed": _feed,
    "sitemap": _sitemap,
    "listing": _listing,
    "forum": _forum,
    "api": _api,
    "opml": _opml,
}
