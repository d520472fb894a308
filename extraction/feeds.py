"""RSS and Atom as publishers really write them."""

import html
import re

import feedparser
from lxml.html import document_fromstring

from extraction.charset import tidy
from extraction.content_text import squeeze, text_of
from extraction.dates import month_comes_first, parse_when
from extraction.fields import FeedItem
from extraction.safe_xml import XmlRefusedError, bounded_text
from extraction.urls import canonical_url

_MANY = 1_000
_TOO_MANY = 10_000
"""Entries from which a document is no feed; feedparser takes 0.1 ms over each."""
_LONG = 100_000
"""Characters of a title or summary that are looked at; some feeds hold whole
articles there. More only costs time."""
_TAG = re.compile(r"<[a-z/!][^<>]*>", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:item|entry)\b", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+))", re.IGNORECASE)
_NAMESPACE = re.compile(r"""(\bxmlns(?::[\w.-]+)?\s*=\s*)("[^"]*"|'[^']*')""")
_LAST_LETTER, _DIGITS = 0x10FFFF, 7
_HALVES = range(0xD800, 0xE000)
_DATES = ("published", "updated", "created")


def parse_feed(body: bytes, url: str) -> list[FeedItem]:
    """Return the feed's entries in its order; [] for what is no feed, or hostile.

    Links are made absolute against `url`; entries without one are left out, and so
    are repeated ones. Entities escaped twice are undone, times are read in all known
    dialects, and a feed's own entries tell whether day or month comes first.
    """
    try:
        text = bounded_text(body)
    except XmlRefusedError:
        return []
    if not text.lstrip().startswith("<") or len(_ENTRY.findall(text)) > _TOO_MANY:
        return []
    text = _NAMESPACE.sub(_without_blanks, _REFERENCE.sub(_sound, text))
    try:
        parsed = feedparser.parse(
            text.encode(),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except ValueError:  # Names of namespaces that it cannot take apart.
        return []
    entries = parsed.entries[:_MANY]
    order = month_comes_first([_date_text(entry) for entry in entries])
    items: dict[str, FeedItem] = {}
    for entry in entries:
        link = _link(entry, url)
        if link:
            items.setdefault(link, _item(entry, link, order))
    return list(items.values())


def _sound(reference: re.Match[str]) -> str:
    """Return the reference, or that to a question mark for a number of no letter.

    feedparser raises over those.
    """
    digits = reference[1] or reference[2]
    number = int(digits, 16 if reference[1] else 10) if len(digits) <= _DIGITS else -1
    letter = 0 < number <= _LAST_LETTER and number not in _HALVES
    return reference[0] if letter else "&#65533"


def _without_blanks(declared: re.Match[str]) -> str:
    """Return a namespace's name without blanks: feedparser raises over those."""
    return declared[1] + re.sub(r"\s+", "", declared[2])


def _item(entry: feedparser.FeedParserDict, link: str, order: bool | None) -> FeedItem:  # noqa: FBT001 - three-valued answer of `month_comes_first`
    return FeedItem(
        url=link,
        title=plain(str(entry.get("title", ""))),
        summary=plain(str(entry.get("summary", ""))),
        published=parse_when(_date_text(entry), month_first=order),
        author=plain(str(entry.get("author", ""))),
    )


def plain(text: str) -> str:
    """Return text without markup, entities undone however often they were escaped."""
    text = text[:_LONG]
    for _ in range(3):
        if _TAG.search(text):
            try:
                text = text_of(document_fromstring(f"<div>{text}</div>"))
            except ValueError:
                text = _TAG.sub(" ", text)
        undone = html.unescape(text)
        if undone == text:
            break
        text = undone
    # What was undone last may be a sign that no text holds (`&amp;#1;`).
    return squeeze(tidy(text))


def _link(entry: feedparser.FeedParserDict, url: str) -> str:
    candidates = [str(entry.get("link", "")), str(entry.get("id", ""))]
    for candidate in candidates:
        if candidate and (candidate.startswith(("http", "/", ".", "?"))):
            return canonical_url(html.unescape(candidate), url)
    return ""


def _date_text(entry: feedparser.FeedParserDict) -> str:
    return next((str(entry[k]) for k in _DATES if entry.get(k)), "")
